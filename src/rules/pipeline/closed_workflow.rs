use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline).filter(|reach| reach.is_closed()) else { return };
    let Some(rules) = pipeline.workflow().and_then(|it| it.given("rules")) else { return };
    let _ = reach;
    cx.report(
        &rules.origin,
        "no pipeline is ever made: no rule of `workflow` that allows one can match",
    )
    .symbol("workflow/rules")
    .help("let one of the rules match, such as `- if: $CI_COMMIT_BRANCH`");
}
