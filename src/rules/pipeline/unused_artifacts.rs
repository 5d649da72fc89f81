use crate::model::gitlab::{FileKind, Job, Outcome, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(artifacts) = &job.artifacts else { return };
    let for_people = artifacts.expose_as.is_some()
        || artifacts.when != Outcome::Success
        || !artifacts.reports.is_empty()
        || job.name == *"pages"
        || ["pages", "release", "environment"].iter().any(|it| job.get(it).is_some());
    let starts_others = pipeline.jobs.iter().any(|it| it.trigger.is_some());
    let known = pipeline.kind == FileKind::Root && pipeline.is_complete() && !starts_others;
    if for_people || !known || artifacts.paths.is_empty() || job.is_partial() {
        return;
    }
    // What the last jobs leave is there for people to fetch.
    let is_last = !pipeline.jobs.iter().any(|it| pipeline.runs_before(job, it));
    let fetched = pipeline.jobs.iter().any(|it| pipeline.fetches(it, job) != Some(false));
    if is_last || fetched {
        return;
    }
    let message = format!(
        "no later job fetches the artifacts of `{}`: each leaves them out by `needs` or `dependencies`",
        job.name
    );
    cx.report(&artifacts.value.origin, message)
        .symbol(format!("job:{}/artifacts", job.name))
        .help("drop them, or say by `expose_as` that people fetch them");
}
