//! Which jobs a pipeline would contain, and why each other one is left out: for people, and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::resolved::place;
use super::{positions, visible};
use crate::model::gitlab::presence::{
    BranchName, Cause, Decider, Event, Forecast, JobForecast, Refusal, Verdict, When,
};
use crate::model::gitlab::{Pipeline, Rule, Value};
use crate::text::{Location, Sources};

/// How a forecast is shown.
#[derive(Clone, Debug, Default)]
pub struct ForecastOptions {
    /// What stands before each path.
    pub prefix: String,
}

/// The forecast as text: the jobs of the pipeline by stage, then those left out, then those of which it
/// is not known.
pub fn render_forecast(
    (pipeline, event): (&Pipeline<'_>, &Event),
    forecast: &Forecast<'_, '_>,
    sources: &Sources,
    options: &ForecastOptions,
) -> String {
    let show = Show { sources, prefix: &options.prefix, event };
    let mut out = format!("{}\n", described(event));
    let created = forecast.workflow.present();
    match created {
        Some(true)
            if matches!(forecast.workflow.decided().map(|it| &it.decider), Some(Decider::Free)) => {
        }
        Some(true) => show.workflow("created", &forecast.workflow, &mut out),
        Some(false) => {
            show.workflow(
                "not created: Pipeline filtered out by workflow rules",
                &forecast.workflow,
                &mut out,
            );
            return out;
        }
        None => show.workflow("may be created", &forecast.workflow, &mut out),
    }
    let state = |wanted: Option<bool>| {
        forecast.jobs.iter().filter(move |it| it.verdict.present() == wanted)
    };
    let mut inside: Vec<_> = state(Some(true)).collect();
    // Where the stage is not known, the order of the configuration is kept.
    inside.sort_by_key(|it| pipeline.stage_index(&it.job.stage).unwrap_or(usize::MAX));
    let width = forecast.jobs.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).min(40);
    show.group("in the pipeline", &inside, width, &mut out);
    show.group("left out", &state(Some(false)).collect::<Vec<_>>(), width, &mut out);
    show.group("unknown", &state(None).collect::<Vec<_>>(), width, &mut out);
    for refusal in &forecast.refusals {
        let verb = if refusal.open.is_empty() { "refused" } else { "may be refused" };
        let at = refusal.at.as_ref().map(|origin| show.place(origin.at));
        let at = at.map_or_else(String::new, |at| format!("{at}: "));
        let _ = write!(out, "\n{verb}: {at}{}", visible(&refusal.message));
        if !refusal.open.is_empty() {
            let _ = write!(out, " ({})", depends(&refusal.open));
        }
        out.push('\n');
    }
    let missing = pipeline.missing.len();
    if missing > 0 {
        let files = if missing == 1 { "file" } else { "files" };
        let _ = writeln!(
            out,
            "\n{missing} included {files} could not be read, so there may be further jobs; `pipespec resolve --missing` lists what is missing"
        );
    }
    out
}

/// The event in words.
fn described(event: &Event) -> String {
    let mut text = format!("{} pipeline", event.source);
    match (&event.tag, &event.branch) {
        (Some(Some(tag)), _) => {
            let _ = write!(text, " for tag `{}`", visible(tag));
        }
        (Some(None), _) => text.push_str(" for a tag"),
        (None, BranchName::Named(name)) => {
            let _ = write!(text, " for branch `{}`", visible(name));
        }
        (None, BranchName::Default) => text.push_str(" for the default branch"),
        (None, BranchName::Other) => text.push_str(" for another branch than the default one"),
        (None, BranchName::Unknown) => {}
    }
    if event.new_branch {
        text.push_str(", which it creates");
    }
    if let Some(target) = &event.target_branch {
        let _ = write!(text, " into `{}`", visible(target));
    }
    text
}

fn depends(causes: &[Cause]) -> String {
    let names: Vec<String> = causes.iter().map(|cause| visible(&cause.to_string())).collect();
    format!("depends on {}", names.join(", "))
}

struct Show<'a> {
    sources: &'a Sources,
    prefix: &'a str,
    event: &'a Event,
}

impl Show<'_> {
    fn place(&self, at: Location) -> String {
        place(self.sources, at, self.prefix)
    }

    fn workflow(&self, verb: &str, verdict: &Verdict<'_>, out: &mut String) {
        let reason = self.reason(verdict);
        let _ = writeln!(out, "{verb}; {reason}");
    }

    fn group(&self, title: &str, jobs: &[&JobForecast<'_, '_>], width: usize, out: &mut String) {
        if jobs.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{title} ({}):", jobs.len());
        for forecast in jobs {
            let name = visible(&forecast.name);
            let verdict = &forecast.verdict;
            let mut words = Vec::new();
            if verdict.present() == Some(true) {
                words.push(visible(&forecast.job.stage));
                match verdict.when() {
                    Some(When::OnSuccess) => {}
                    Some(when) if when != When::Unknown => words.push(when.as_str().to_owned()),
                    _ => words.push("when is not known".to_owned()),
                }
                if verdict.allow_failure() == Some(true) {
                    words.push("may fail".to_owned());
                }
            }
            let state =
                if words.is_empty() { String::new() } else { format!("{}; ", words.join(", ")) };
            let _ = writeln!(out, "  {name:width$}  {state}{}", self.reason(verdict));
        }
    }

    /// What decides, with its place; or what it depends on, and the first thing that is open.
    fn reason(&self, verdict: &Verdict<'_>) -> String {
        let Some(way) = verdict.telling() else { return String::new() };
        let decided = self.decider(&way.decider, way.when);
        let silent = matches!(way.decider, Decider::Unknown);
        match &verdict.open()[..] {
            [] => decided,
            open if silent => depends(open),
            open => format!("{}: {decided}", depends(open)),
        }
    }

    fn decider(&self, decider: &Decider<'_>, when: When) -> String {
        let at = decider.at().map(|at| self.place(at)).unwrap_or_default();
        match decider {
            Decider::Free => "nothing restricts it".to_owned(),
            Decider::NoRule(_) => format!("no rule matches ({at})"),
            Decider::Only(..) if when == When::Never => {
                format!("does not hold: {} ({at})", text_of(decider, self.event))
            }
            _ if at.is_empty() => text_of(decider, self.event),
            _ => format!("{} ({at})", text_of(decider, self.event)),
        }
    }
}

/// What decides, in words.
fn text_of(decider: &Decider<'_>, event: &Event) -> String {
    match decider {
        Decider::Rule(rule) => rule_text(rule, event),
        Decider::Only(key, value) | Decider::Except(key, value) => {
            let keyword = if matches!(decider, Decider::Only(..)) { "only" } else { "except" };
            let all = if *key == "changes" && event.lacks_diff() { NO_DIFF } else { "" };
            format!("{keyword}:{key}: {}{all}", list(value.one_or_more()))
        }
        Decider::BranchesAndTags => {
            "runs for branches and tags alone, as it has no `rules`".to_owned()
        }
        Decider::NoRule(_) => "no rule matches".to_owned(),
        Decider::Free => "nothing restricts it".to_owned(),
        Decider::NotIncluded(_) => "its file may not be included".to_owned(),
        Decider::UnknownRule(_) => "a rule that is not known".to_owned(),
        Decider::Unknown => "what it says is not known".to_owned(),
    }
}

/// Why `changes` holds whatever it lists.
const NO_DIFF: &str = " (holds, as there is nothing to compare with)";

/// A rule on one line.
fn rule_text(rule: &Rule<'_>, event: &Event) -> String {
    let mut parts = Vec::new();
    if let Some(condition) = rule.condition.as_ref().and_then(Value::as_str) {
        parts.push(format!("if: {condition}"));
    }
    let text = |value: &Value<'_>| value.to_text().unwrap_or("?".into()).into_owned();
    for (key, paths) in [("changes", &rule.changes), ("exists", &rule.exists)] {
        let Some(paths) = paths else { continue };
        let mut part = match &paths.regexp {
            Some(regexp) => format!("{key}:regexp: {}", text(regexp)),
            None => format!("{key}: {}", list(&paths.paths)),
        };
        if let Some(reference) = &paths.compare_to {
            part += &format!(" since {}", text(reference));
        } else if key == "changes" && event.lacks_diff() {
            part += NO_DIFF;
        }
        if let Some(project) = &paths.project {
            part += &format!(" in {}", text(project));
        }
        parts.push(part);
    }
    if let Some(when) = rule.when_text() {
        parts.push(format!("when: {when}"));
    }
    if parts.is_empty() {
        return "a rule that always matches".to_owned();
    }
    one_line(&parts.join("; "))
}

fn list(items: &[Value<'_>]) -> String {
    let texts: Vec<_> = items.iter().map(|it| it.to_text().unwrap_or("?".into())).collect();
    one_line(&format!("[{}]", texts.join(", ")))
}

/// How much of a rule is shown, in characters.
const SHOWN: usize = 160;

fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    visible(&shown)
}

/// The version of the format. It grows when a field changes its meaning or goes away.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document {
    version: u32,
    source: &'static str,
    /// Whether a pipeline is created; null if that is not known.
    created: Option<bool>,
    workflow: Reason,
    jobs: Vec<JsonJob>,
    refusals: Vec<JsonRefusal>,
    missing: Vec<String>,
}

#[derive(Serialize)]
struct JsonJob {
    name: String,
    /// The job that it is an instance of.
    job: String,
    stage: String,
    /// Null if that is not known.
    present: Option<bool>,
    when: Option<&'static str>,
    allow_failure: Option<bool>,
    reason: Reason,
}

#[derive(Serialize)]
struct Reason {
    text: String,
    path: Option<String>,
    line: Option<u32>,
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct JsonRefusal {
    message: String,
    job: Option<String>,
    path: Option<String>,
    line: Option<u32>,
    depends_on: Vec<String>,
}

/// The forecast as one JSON object with a final line feed.
pub fn render_forecast_json(
    (pipeline, event): (&Pipeline<'_>, &Event),
    forecast: &Forecast<'_, '_>,
    sources: &Sources,
) -> String {
    let job = |it: &JobForecast<'_, '_>| JsonJob {
        name: it.name.to_string(),
        job: it.job.name.to_string(),
        stage: it.job.stage.to_string(),
        present: it.verdict.present(),
        when: it.verdict.when().filter(|when| *when != When::Unknown).map(When::as_str),
        allow_failure: it.verdict.allow_failure(),
        reason: reason(&it.verdict, event, sources),
    };
    let refusal = |it: &Refusal| {
        let (path, line) = spot(it.at.as_ref().map(|origin| origin.at), sources);
        let (message, job) = (it.message.clone(), it.job.clone());
        JsonRefusal { message, job, path, line, depends_on: names(&it.open) }
    };
    let refused = forecast.refusals.iter().any(|it| it.open.is_empty());
    let may_be = !forecast.refusals.is_empty();
    let created = match forecast.workflow.present() {
        _ if refused => Some(false),
        Some(true) if may_be => None,
        other => other,
    };
    let document = Document {
        version: VERSION,
        source: event.source.as_str(),
        created,
        workflow: reason(&forecast.workflow, event, sources),
        jobs: forecast.jobs.iter().map(job).collect(),
        refusals: forecast.refusals.iter().map(refusal).collect(),
        missing: pipeline.missing.iter().map(|it| it.name.clone()).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn reason(verdict: &Verdict<'_>, event: &Event, sources: &Sources) -> Reason {
    let way = verdict.telling();
    let (path, line) = spot(way.and_then(|way| way.decider.at()), sources);
    let text = way.map_or_else(String::new, |way| text_of(&way.decider, event));
    Reason { text, path, line, depends_on: names(&verdict.open()) }
}

fn names(causes: &[Cause]) -> Vec<String> {
    causes.iter().map(ToString::to_string).collect()
}

fn spot(at: Option<Location>, sources: &Sources) -> (Option<String>, Option<u32>) {
    let Some(at) = at else { return (None, None) };
    (Some(sources.get(at.source).path.clone()), Some(positions(sources, at).0.line))
}
