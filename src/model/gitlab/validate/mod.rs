//! What the server checks in each entry by itself: known keys, types, values, limits.

mod artifacts;
mod cache;
mod datetime;
mod deploy;
mod described;
mod findings;
mod image;
mod include;
mod keyword;
mod kind;
mod matrix;
mod needs;
mod policy;
mod rules;
mod runner;
mod security;
mod shape;
mod spot;
mod steps;
mod table;
mod trigger;
mod variables;
mod words;

pub use self::described::{Described, described, described_at};
pub use self::keyword::{Expands, Keyword};
pub use self::shape::{Place, conflicts, keyword, keywords, places};
pub use self::spot::{Spot, spot};

use rayon::prelude::*;

use self::findings::Findings;
use self::keyword::{KeyPath, exclusive, map};
use self::kind::check as check_value;
use self::table::{DEFAULT, GLOBALS, JOB, TRIGGER_JOB};
use super::{Entry, Job, JobKind, KeyKind, Pipeline, Problem, Settings, Value, nearest};
use crate::model::{Origin, StepKind};
use crate::text::{did_you_mean, worth_all_cores};

/// What is wrong with a rule of `include`.
pub(super) fn include_rule(rule: &Value<'_>, settings: &Settings) -> Vec<Problem> {
    let mut out = Findings::new(settings);
    rules::include_rule(rule, KeyPath::top("include:rule"), &mut out);
    out.into_problems()
}

/// Checks every entry of the resolved configuration.
pub(super) fn check(pipeline: &Pipeline<'_>, settings: &Settings) -> Vec<Problem> {
    let mut out = Findings::new(settings);
    // What was cut off says nothing about the rest; a template with gaps is filled in by another tool.
    let cut = pipeline.problems.iter().any(|problem| problem.rule == "yaml-too-big");
    let is_template = pipeline.kind == super::FileKind::Template;
    if cut
        || is_template && pipeline.config.entries().iter().any(|it| has_gap(&it.value, pipeline, 0))
    {
        return Vec::new();
    }
    let whole = pipeline.is_complete() && pipeline.kind.is_pipeline();
    let entries = pipeline.config.entries();
    let judge = |entry: &Entry<'_>| {
        let mut found = out.fresh();
        (check_entry(entry, (pipeline, whole), &mut found), found)
    };
    let judged: Vec<(bool, Findings)> =
        match worth_all_cores(pipeline.files.iter().map(|it| it.source)) {
            true => entries.par_iter().map(judge).collect(),
            false => entries.iter().map(judge).collect(),
        };
    let visible = judged.iter().any(|(visible, _)| *visible);
    judged.into_iter().for_each(|(_, found)| out.append(found));
    // A wildcard of `include` that matches nothing is no fault, and in a lone file it never matches.
    let tree = pipeline.tree(pipeline.root.id);
    let includes = tree.is_some_and(|tree| {
        let roots = tree.documents.iter().filter_map(|document| document.root);
        roots.into_iter().any(|root| tree.get(root, "include").is_some())
    });
    if !visible && whole && !includes && !pipeline.config.is_empty() && pipeline.problems.is_empty()
    {
        let at = Origin::here(pipeline.root.at(crate::text::Span::empty(0)));
        let message = "jobs config should contain at least one visible job".to_owned();
        out.push(Problem::new("no-visible-job", &at, message));
    }
    // A reference that was left where it stands is told as such.
    if pipeline.problems.iter().any(|problem| problem.rule == "circular-reference") {
        out.retain(|problem| problem.rule != "script-not-text");
    }
    out.into_problems()
}

/// Checks one entry of the configuration, of which the `whole` may be known; says whether it is a job that is
/// not hidden.
fn check_entry(
    entry: &Entry<'_>,
    (pipeline, whole): (&Pipeline<'_>, bool),
    out: &mut Findings,
) -> bool {
    let (name, value) = (entry.key.as_str(), &entry.value);
    let at = Origin { at: entry.key_at, last: value.origin.last.clone() };
    if name.starts_with('.') && entry.key_kind == KeyKind::Str {
        let blank = value.is_blank() && !value.is_unknown();
        if blank {
            let message = format!(
                "`jobs:{name}` can't be blank: a hidden entry holds something for others to use"
            );
            out.push(Problem::new("invalid-keyword-value", &at, message));
        }
        return false;
    }
    let is_global = entry.key_kind == KeyKind::Str && pipeline.job(name).is_none();
    if let Some(keyword) = GLOBALS.keyword(name).filter(|_| is_global) {
        let before = out.len();
        let path = KeyPath::top(name);
        check_value(value, &keyword.kind, path, out);
        out.advise(before, path, || format!("`{name}` takes {}", keyword.shape()));
        twice(pipeline, name, value, out);
        return false;
    }
    if entry.key_kind != KeyKind::Str {
        let message = match entry.key_kind {
            KeyKind::Null => format!("job name can't be blank: `{name}` is null; quote it"),
            _ => format!("job name `{name}` should be a string; quote it"),
        };
        out.push(Problem::new("invalid-job-name", &at, message));
    } else if name.is_empty() || name.chars().count() > 255 {
        let message = match name {
            "" => "job name can't be blank".to_owned(),
            _ => format!("job name `{name}` is too long (maximum is 255 characters)"),
        };
        out.push(Problem::new("invalid-job-name", &at, message));
    }
    match pipeline.job(name).filter(|_| entry.key_kind == KeyKind::Str) {
        Some(job) => check_job(job, pipeline, out),
        // A file that could not be read may say the rest.
        None if !whole || value.is_unknown() || entry.key_kind != KeyKind::Str => {}
        None => without_script(name, value, &at, out),
    }
    true
}

/// How deep a value is searched for gaps.
const LEVELS: u32 = 100;

/// Whether `{name}` stands somewhere in a value: YAML takes it for a mapping, who wrote it for a gap.
fn has_gap(value: &Value<'_>, pipeline: &Pipeline<'_>, level: u32) -> bool {
    if level > LEVELS {
        return false;
    }
    let inside = |value: &Value<'_>| has_gap(value, pipeline, level + 1);
    let Some(map) = value.as_map() else { return value.items().iter().any(inside) };
    if let [entry] = map.entries()
        && entry.value.is_null()
    {
        let at = value.at();
        let file = pipeline.files.iter().find(|file| file.source.id == at.source);
        let text = file
            .and_then(|file| file.source.text().get(at.span.start as usize..at.span.end as usize));
        return text.is_some_and(|text| text.starts_with('{') && !text.contains(':'));
    }
    map.entries().iter().any(|entry| inside(&entry.value))
}

fn without_script(name: &str, value: &Value<'_>, at: &Origin, out: &mut Findings) {
    let message = format!("job `{name}` should implement the script:, run:, or trigger: keyword");
    let problem = Problem::new("job-without-script", at, message);
    if name == "spec" {
        let help = "a header stands in front of a line `---`, the configuration behind it";
        return out.push(problem.help(help));
    }
    let bare = value.as_str().and_then(|text| text.split_whitespace().next());
    if let Some(word) = bare.filter(|word| JOB.keyword(word).is_some()) {
        return out.push(problem.help(format!("a colon is missing behind `{word}`")));
    }
    let slip = value.entries().iter().find_map(|entry| {
        let near = nearest(&entry.key, ["script", "trigger"].into_iter())?;
        (near != entry.key.as_str()).then_some((entry, near))
    });
    if let Some((entry, near)) = slip {
        let help = did_you_mean(near);
        return out.push(problem.label(entry.key_at, "this is no keyword").help(help));
    }
    if let Some(help) = misplaced(name, value, out) {
        return out.push(problem.help(help));
    }
    out.push(problem.help("add a `script`, or put a dot in front of the name if it is a template"));
}

/// What to do about an entry of the top level that was meant for a keyword: one that is misspelt, or that
/// belongs elsewhere.
fn misplaced(name: &str, value: &Value<'_>, out: &Findings) -> Option<String> {
    let takes = |keyword: &Keyword| {
        let mut found = out.fresh();
        check_value(value, &keyword.kind, KeyPath::top(keyword.name), &mut found);
        !value.is_null() && found.is_accepted()
    };
    if let Some(now) = keyword::removed(name) {
        return Some(format!("GitLab removed it; use {now}"));
    }
    // A job may be called much like a keyword: its value tells it apart.
    let near = nearest(name, GLOBALS.keys.iter().map(|it| it.name));
    let near = near.and_then(|near| GLOBALS.keyword(near));
    if let Some(near) = near.filter(|near| value.as_map().is_none() || takes(near)) {
        // `stage: test` is right, one level further in.
        let own = JOB.keyword(name).filter(|own| takes(own) && !takes(near));
        return Some(own.map_or_else(|| did_you_mean(near.name), |own| belongs(own.name)));
    }
    JOB.keyword(name).filter(|own| takes(own)).map(|own| belongs(own.name))
}

/// Where a keyword of jobs belongs.
fn belongs(name: &str) -> String {
    match (name, DEFAULT.keyword(name).is_some()) {
        ("rules", _) => "`rules` belongs into a job, or into `workflow`".to_owned(),
        (_, true) => format!("`{name}` belongs into a job, or into `default`"),
        (_, false) => format!("`{name}` belongs into a job; indent it below the job's name"),
    }
}

/// A keyword both at the top level and in `default`.
fn twice(pipeline: &Pipeline<'_>, name: &str, value: &Value<'_>, out: &mut Findings) {
    let in_default = pipeline.default().and_then(|default| default.given(name));
    let is_default = DEFAULT.keyword(name).is_some();
    if let Some(other) = in_default.filter(|_| is_default && !value.is_null()) {
        let message = format!("`{name}` is defined in top-level and `default:` entry");
        let problem = Problem::new("conflicting-keywords", &value.origin, message);
        out.push(problem.label(other.at(), "and here"));
    }
}

/// `publish` belongs to a job of GitLab Pages: one with `pages`, or one of that name.
fn publish(job: &Job<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(publish) = job.value.given("publish").filter(|it| !it.is_blank()) else { return };
    let pages = job.value.get("pages");
    let is_pages = match pages {
        Some(pages) => !pages.is_blank() || job.name == "pages" && pages.as_bool() != Some(false),
        None => job.name == "pages",
    };
    if !is_pages && !job.is_partial() {
        let message = format!("`{path}` publish can only be used within a `pages` job");
        out.push(Problem::new("conflicting-keywords", &publish.origin, message));
    }
}

fn check_job(job: &Job<'_>, pipeline: &Pipeline<'_>, out: &mut Findings) {
    let name = job.name.as_str();
    let jobs = KeyPath::top("jobs");
    let path = jobs.key(name);
    let value = &job.value;
    // The same job in a file that could not be read may have what makes it another kind of job.
    let whole = pipeline.is_complete() && pipeline.kind.is_pipeline();
    let sure = whole || value.given("trigger").is_some() || value.given("script").is_some();
    match job.kind {
        JobKind::Trigger if !sure => map(value, &JOB, path, out),
        JobKind::Script | JobKind::Run => {
            map(value, &JOB, path, out);
            rules::delayed_job(value, path, out);
            let other = ["run", "trigger"].iter().any(|name| value.given(name).is_some());
            if value.get("script").is_some_and(Value::is_null) && !other {
                let script = value.get("script").unwrap_or(value);
                let message = format!("`{path}` script can't be blank");
                out.push(Problem::new("invalid-keyword-value", &script.origin, message));
            }
            publish(job, path, out);
            exclusive(value, &["script", "trigger"], path, out);
            exclusive(value, &["run", "trigger"], path, out);
        }
        JobKind::Trigger => {
            map(value, &TRIGGER_JOB, path, out);
            let mirrors =
                job.needs.iter().flatten().any(|need| need.value.given("pipeline").is_some());
            if job.get("trigger").is_none() && !mirrors && !job.is_partial() {
                let message =
                    format!("`{path}` should contain either a trigger or a needs:pipeline");
                let at = Origin::here(job.key_at);
                out.push(Problem::new("job-without-script", &at, message));
            }
        }
        JobKind::Unknown => {
            if !job.is_partial() && whole {
                without_script(name, &job.value, &Origin::here(job.key_at), out);
            }
        }
    }
    if let Some(rules) = value.given("rules") {
        for other in ["only", "except", "start_in"] {
            if let Some(given) = value.given(other) {
                let message = format!("`{path}` config key may not be used with `rules`: {other}");
                let problem = Problem::new("conflicting-keywords", &given.origin, message);
                out.push(problem.help(beside_rules(other, given, rules)));
            }
        }
    }
}

/// What to do about a keyword that may not stand beside `rules`.
fn beside_rules(other: &str, given: &Value<'_>, rules: &Value<'_>) -> String {
    let template = |value: &Value<'_>| match value.origin.last.as_ref().map(|step| &step.kind) {
        Some(StepKind::Extends(name)) => Some(name.clone()),
        _ => None,
    };
    match (template(given), template(rules)) {
        _ if other == "start_in" => {
            "move it into the rule that says `when: delayed`, or remove it".to_owned()
        }
        (Some(base), _) => format!(
            "it comes by `extends: {base}`: remove it where it is written, or write `{other}: null` in the job"
        ),
        (None, Some(base)) => format!(
            "the `rules` come by `extends: {base}`: remove `{other}` and write what it asks for as rules, or write `rules: null` in the job"
        ),
        (None, None) => format!("remove `{other}`; what it asks for can be written as a rule"),
    }
}
