use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    let mut doubled = reach.doubled_jobs();
    doubled.retain(|at| {
        pipeline.jobs.get(*at).is_some_and(|job| job.rules.is_some() || job.when() != "manual")
    });
    let Some(first) = doubled.first().and_then(|at| pipeline.jobs.get(*at)) else { return };
    let names: Vec<String> = doubled
        .iter()
        .filter_map(|at| pipeline.jobs.get(*at))
        .take(3)
        .map(|job| format!("`{}`", job.name))
        .collect();
    let more = match doubled.len().saturating_sub(names.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let verb = if doubled.len() == 1 { "runs" } else { "run" };
    let message = format!(
        "{}{more} {verb} twice for a push to a branch with a merge request: for the push and for the merge request",
        names.join(", ")
    );
    let mut report = cx.report(first.key_at, message).symbol("pipeline/duplicates");
    if let Some(rules) = first.get("rules") {
        report = report.label(&rules.origin, "these rules match both");
    }
    report.help(
        "decide under `workflow: rules` which of the two is made: `- if: $CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS` with `when: never` behind the rule for merge requests",
    );
}
