use crate::model::gitlab::{Job, Map, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

/// Keywords that a default sets for all, and that a job does not say again because it means to keep
/// them.
const KEPT: [&str; 2] = ["expire_in", "when"];

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let default = pipeline.default().and_then(|it| it.given("artifacts"));
    let own = job.value.given("artifacts").filter(|it| it.as_map().is_some());
    let (Some(default), Some(own)) = (default, own) else { return };
    let partial = own.as_map().is_some_and(Map::is_partial) || job.is_partial();
    // Reports alone are kept for as long as the server likes.
    let hands_over = job.artifacts.as_ref().is_some_and(|it| it.hands_over());
    if partial || !hands_over {
        return;
    }
    let lost = |key: &&str| own.get(key).is_none() && default.given(key).is_some();
    let Some(key) = KEPT.into_iter().find(|key| lost(key)) else { return };
    let Some(value) = default.given(key) else { return };
    let text = value.as_str().unwrap_or_default();
    let message = format!(
        "these artifacts replace those of `default` as a whole, so `{key}: {text}` does not hold for them"
    );
    cx.report(&own.origin, message)
        .symbol(format!("job:{}/artifacts/{key}", job.name))
        .label(value.at(), "set here for jobs without `artifacts` of their own")
        .help(format!("repeat `{key}` here, or take the artifacts over by `extends`"));
}
