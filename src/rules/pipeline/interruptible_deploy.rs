use crate::model::gitlab::{Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let interruptible = job.get("interruptible").filter(|it| it.as_bool() == Some(true));
    let Some(interruptible) = interruptible else { return };
    let Some(environment) = &job.environment else { return };
    let deploys = environment.action.as_ref().is_none_or(|it| it.as_str() == Some("start"));
    let name = environment.name.as_ref().and_then(Value::as_str);
    // Environments of branches come and go with them, and are set up anew by the next pipeline.
    let Some(name) = name.filter(|it| deploys && !it.contains('$')) else { return };
    let decided = |rule: &crate::model::gitlab::Rule<'_>| rule.interruptible.is_some();
    if job.rules.iter().flatten().any(decided) {
        return;
    }
    let message = format!(
        "`{}` deploys to `{name}` and is interruptible: a newer pipeline may stop it halfway",
        job.name
    );
    let place = environment.name.as_ref().map_or(environment.value.at(), Value::at);
    cx.report(&interruptible.origin, message)
        .symbol(format!("job:{}/interruptible", job.name))
        .label(place, "deploys here")
        .help("set `interruptible: false` in this job");
}
