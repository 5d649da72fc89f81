use crate::model::gitlab::{Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

/// Tiers that people work with.
const TIERS: [&str; 2] = ["production", "staging"];

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let interruptible = job.get("interruptible").filter(|it| it.as_bool() == Some(true));
    let Some(interruptible) = interruptible else { return };
    let Some(environment) = &job.environment else { return };
    let deploys = environment.action.as_ref().is_none_or(|it| it.as_str() == Some("start"));
    let name = environment.name.as_ref().and_then(Value::as_str);
    // Environments of branches come and go with them, and are set up anew by the next pipeline.
    let Some(name) = name.filter(|it| deploys && !it.contains('$')) else { return };
    let tier = environment.deployment_tier.as_ref().and_then(Value::as_str);
    if !tier.map_or_else(|| is_for_users(name), |tier| TIERS.contains(&tier)) {
        return;
    }
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

/// Whether GitLab itself would take the name for production or staging. Others (`documentation`,
/// `cachix`) often only hold variables.
fn is_for_users(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut parts = name.split(|ch: char| !ch.is_ascii_alphanumeric());
    parts.any(|part| part.starts_with("prod") || part.starts_with("stag") || part == "live")
}
