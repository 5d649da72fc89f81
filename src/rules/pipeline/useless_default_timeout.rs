use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(default) = pipeline.default().and_then(|it| it.as_map()) else { return };
    let Some(entry) = default.entry("timeout").filter(|entry| !entry.value.is_null()) else {
        return;
    };
    let message = "`timeout` under `default` has no effect: no job takes it over";
    cx.report(entry.key_at, message)
        .symbol("default:timeout")
        .help("write `timeout` into the jobs, or into a template that they extend");
}
