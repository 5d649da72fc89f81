use crate::model::gitlab::{FileKind, Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let whole = pipeline.is_complete() && matches!(pipeline.kind, FileKind::Root | FileKind::Child);
    let place = |job: &Job<'_>| pipeline.stage_index(&job.stage);
    let known = |job: &Job<'_>| !job.is_partial() && place(job).is_some();
    if !whole || !pipeline.jobs.iter().all(known) {
        return;
    }
    let Some(first) = pipeline.jobs.iter().filter_map(place).min() else { return };
    for job in &pipeline.jobs {
        let why = match &job.needs {
            Some(needs) if needs.is_empty() => "with `needs: []` it waits for no job".to_owned(),
            None if place(job) == Some(first) && job.value.given("needs").is_none() => {
                format!("no job runs before the stage `{}`", job.stage)
            }
            _ => continue,
        };
        let Some(when) = waits(job) else { continue };
        let message = format!("`{}` never runs: it waits for a failure, and {why}", job.name);
        let report = cx.report(&when.origin, message).symbol(format!("job:{}/when", job.name));
        report.help(
            "put it into a later stage, or name in `needs` the jobs whose failure it waits for",
        );
    }
}

/// The `when: on_failure` of a job that runs in no other case.
fn waits<'a, 'p>(job: &'a Job<'p>) -> Option<&'a Value<'p>> {
    let own = job.get("when");
    let is = |value: &Value<'_>, word: &str| value.as_str() == Some(word);
    let Some(rules) = &job.rules else { return own.filter(|it| is(it, "on_failure")) };
    let mut found = None;
    for rule in rules {
        if rule.needs.is_some() {
            return None;
        }
        let when = rule.when.as_ref().or(own)?;
        if is(when, "on_failure") {
            found = found.or(Some(when));
        } else if !is(when, "never") {
            return None;
        }
    }
    found
}
