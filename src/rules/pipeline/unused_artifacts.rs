use std::collections::BTreeSet;

use crate::model::gitlab::{FileKind, Job, Outcome, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let starts_others = pipeline.jobs.iter().any(|it| it.trigger.is_some());
    let known = pipeline.kind == FileKind::Root && pipeline.is_complete() && !starts_others;
    if !known || pipeline.jobs.iter().any(Job::is_partial) {
        return;
    }
    let stage = |job: &Job<'_>| pipeline.stage_index(&job.stage);
    let waiting = pipeline.jobs.iter().filter(|it| it.needs.is_none());
    let last = waiting.filter_map(stage).max();
    // Jobs that list nothing get all of the stages before them.
    let open = pipeline.jobs.iter().filter(|it| it.needs.is_none() && it.dependencies.is_none());
    let open = open.filter_map(stage).max();
    let (mut fetched, mut needed) = (BTreeSet::new(), BTreeSet::new());
    for job in &pipeline.jobs {
        let in_rules = job.rules.iter().flatten().filter_map(|rule| rule.needs.as_ref());
        for need in job.needs.iter().chain(in_rules).flatten() {
            let Some(name) = need.name() else { continue };
            needed.insert(name.to_owned());
            if need.artifacts && job.dependencies.is_none() {
                fetched.insert(name.to_owned());
            }
        }
        let listed = job.dependencies.iter().flatten().filter_map(|it| it.to_text());
        fetched.extend(listed.map(|it| it.into_owned()));
    }
    for job in pipeline.jobs.iter().filter(|job| is_for_jobs(job)) {
        let names = job.run_names();
        let named = |set: &BTreeSet<String>| {
            set.contains(job.name.as_str()) || names.iter().any(|it| set.contains(it.as_str()))
        };
        // What jobs leave for which nothing waits is there for people to fetch.
        let is_last = stage(job) >= last && !named(&needed);
        let Some(artifacts) = &job.artifacts else { continue };
        if is_last || open > stage(job) || named(&fetched) {
            continue;
        }
        let message = format!(
            "no later job fetches the artifacts of `{}`: each leaves them out by `needs` or `dependencies`",
            job.name
        );
        cx.report(&artifacts.value.origin, message)
            .symbol(format!("job:{}/artifacts", job.name))
            .help("drop them, or say by `expose_as` that people fetch them");
    }
}

/// Whether a job has artifacts that nothing but other jobs would want.
fn is_for_jobs(job: &Job<'_>) -> bool {
    job.artifacts.as_ref().is_some_and(|artifacts| {
        !artifacts.paths.is_empty()
            && artifacts.expose_as.is_none()
            && artifacts.when == Outcome::Success
            && artifacts.reports.is_empty()
            && job.name != *"pages"
            && ["pages", "release", "environment"].iter().all(|it| job.get(it).is_none())
    })
}
