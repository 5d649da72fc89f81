use crate::model::docker::{Dockerfile, Stage};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let has = |keyword: Keyword| keyword == Keyword::Healthcheck;
    let checked = |stage: &Stage| {
        file.ancestry(stage)
            .any(|stage| file.steps_of(stage).any(|step| has(step.instruction.keyword)))
    };
    // A stage that only serves as the base of one with a check is no container of its own.
    let mut served = vec![false; file.stages.len()];
    for stage in file.stages.iter().filter(|stage| checked(stage)) {
        for base in file.ancestry(stage) {
            if let Some(served) = served.get_mut(base.index) {
                *served = true;
            }
        }
    }
    for stage in file.stages.iter().filter(|stage| stage.number.is_some()) {
        if served.get(stage.index).copied().unwrap_or(false) {
            continue;
        }
        let message = format!(
            "{} has no `HEALTHCHECK`; Docker cannot tell whether its container works",
            stage.label()
        );
        cx.report(file.at(stage.base_span), message).symbol(stage.label().replace('`', ""));
    }
}
