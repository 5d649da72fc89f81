use crate::model::gitlab::{Job, Pipeline, Value, ValueKind};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(retry) = job.get("retry") else { return };
    let (max, narrowed) = match &retry.kind {
        ValueKind::Int(max) => (Some(*max), false),
        ValueKind::Map(_) => {
            let max = retry.given("max").and_then(Value::as_int);
            let always = retry
                .given("when")
                .is_some_and(|it| it.one_or_more().iter().all(|it| it.as_str() == Some("always")));
            let named = retry.given("when").is_some() || retry.given("exit_codes").is_some();
            (max, named && !always)
        }
        _ => return,
    };
    if narrowed || max.is_none_or(|max| max < 1) {
        return;
    }
    let message = "this retries whatever the failure was, so a test that fails now and then is not seen; \
                   name the failures that are not the job's own";
    cx.report(&retry.origin, message).symbol(format!("job:{}/retry", job.name)).help(
        "write `retry: {max: 2, when: [runner_system_failure, stuck_or_timeout_failure]}` or the like",
    );
}
