use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(trigger) = &job.trigger else { return };
    if trigger.strategy.is_some() || trigger.includes.is_empty() || trigger.value.has_unknown() {
        return;
    }
    let message = format!(
        "`{}` passes as soon as its child pipeline is made: whether that one fails is not seen here",
        job.name
    );
    cx.report(&trigger.value.origin, message)
        .symbol(format!("job:{}/trigger", job.name))
        .help("add `strategy: depend` under `trigger`");
}
