use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(on_stop) = job.environment.as_ref().and_then(|it| it.on_stop.as_ref()) else {
        return;
    };
    let Some(stop) = on_stop.as_str().and_then(|name| pipeline.job(name)) else { return };
    // One that waits for something else tears down at the end, on purpose.
    let waits = |need: &crate::model::gitlab::Need<'_>| need.name() != Some(&*job.name);
    let at_once = stop.stage == job.stage && !stop.needs.iter().flatten().any(waits);
    if !at_once || stop.is_partial() || !is_automatic(stop) {
        return;
    }
    let message = format!(
        "`{}` takes the environment down without being asked, in the very stage in which `{}` starts it",
        stop.name, job.name
    );
    cx.report(stop.key_at, message)
        .label(on_stop.at(), "it is named here as the job that stops")
        .symbol(format!("job:{}", stop.name))
        .help("write `when: manual`; GitLab starts it by itself when the branch is deleted");
}

/// Whether none of its rules makes it wait for a person.
fn is_automatic(job: &Job<'_>) -> bool {
    let waits = |when: Option<&str>| matches!(when, Some("manual" | "delayed" | "never"));
    let mut rules = job.rules.iter().flatten();
    let unknown = job.rules.iter().flatten().any(|rule| rule.value.has_unknown());
    !waits(Some(job.when())) && !unknown && !rules.any(|rule| waits(rule.when_text()))
}
