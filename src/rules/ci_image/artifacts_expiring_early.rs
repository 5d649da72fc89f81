use crate::model::evidence::{Data, Kind};
use crate::model::gitlab::{Duration, Job, Pipeline, parse_duration};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

/// GitLab's timeout of a job where neither the job nor the project says otherwise, in seconds.
const DEFAULT_TIMEOUT: f64 = 3600.0;

fn check(_: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let settings = facts.seen(Kind::Project, |it| match &it.data {
        Data::Project(project) => Some(project),
        _ => None,
    });
    let settings = settings.ok();
    let timeout =
        settings.as_ref().and_then(|(seen, project)| Some((*seen, project.build_timeout?)));
    let default = timeout.map_or(DEFAULT_TIMEOUT, |(_, seconds)| seconds as f64);
    let mut judged = 0;
    let mut violated = false;
    for (job, pipeline) in facts.jobs() {
        let Some(artifacts) = &job.artifacts else { continue };
        judged += 1;
        let Some(value) = &artifacts.expire_in else { continue };
        let seconds =
            value.to_text().and_then(|text| parse_duration(&text).ok()).and_then(Duration::seconds);
        let Some(seconds) = seconds else { continue };
        let (longest, slowest) = rest_of_pipeline(job, pipeline, default);
        if longest > seconds {
            violated = true;
            let message = format!(
                "artifacts of `{}` expire after {}, and the stages behind it can take {}",
                job.name,
                hours(seconds),
                hours(longest)
            );
            let mut report = cx
                .report(&value.origin, message)
                .symbol(format!("job:{}/artifacts/expire_in", job.name))
                .help("keep them longer, or give the later jobs a shorter `timeout`");
            if let Some(slowest) = slowest {
                report = report.label(slowest, "the longest of them");
            }
            if let Some((seen, seconds)) = timeout {
                let text = format!("a job without `timeout` may take {}", hours(seconds as f64));
                report = report.label(seen.mark, text);
            }
            let _ = report;
        }
    }
    match (violated, judged) {
        (true, _) => Judgement::Violated,
        (false, 0) => Judgement::Unknown("no job has artifacts".to_owned()),
        _ => match settings {
            Some((_, project)) if project.keep_latest_artifact == Some(true) => {
                Judgement::ProvenWith("the project keeps the artifacts of the newest successful pipeline beyond their time".into())
            }
            _ => Judgement::Proven,
        },
    }
}

/// The seconds that the stages behind a job can take, and the job that takes longest.
fn rest_of_pipeline(
    job: &Job<'_>,
    pipeline: &Pipeline<'_>,
    default: f64,
) -> (f64, Option<crate::text::Location>) {
    let Some(own) = pipeline.stage_index(&job.stage) else { return (0.0, None) };
    let mut total = 0.0;
    let mut slowest: Option<(f64, crate::text::Location)> = None;
    for stage in own + 1..pipeline.stages.len() {
        let in_stage =
            pipeline.jobs.iter().filter(|it| pipeline.stage_index(&it.stage) == Some(stage));
        let longest =
            in_stage.map(|it| (time_of(it, default), it.key_at)).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((time, at)) = longest {
            total += time;
            if slowest.is_none_or(|(most, _)| time > most) {
                slowest = Some((time, at));
            }
        }
    }
    (total, slowest.map(|(_, at)| at))
}

fn time_of(job: &Job<'_>, default: f64) -> f64 {
    let read = |keyword: &str| {
        let text =
            job.get(keyword).and_then(|value| value.to_text().map(|text| text.into_owned()))?;
        parse_duration(&text).ok().and_then(Duration::seconds)
    };
    read("timeout").unwrap_or(default) + read("start_in").unwrap_or(0.0)
}

fn hours(seconds: f64) -> String {
    let hours = seconds / 3600.0;
    if hours >= 1.0 {
        format!("{} h", (hours * 10.0).round() / 10.0)
    } else {
        format!("{} min", (seconds / 60.0).round())
    }
}
