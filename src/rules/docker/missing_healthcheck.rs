use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let has = |keyword: Keyword| keyword == Keyword::Healthcheck;
    for stage in file.stages.iter().filter(|stage| stage.number.is_some()) {
        let checked = file
            .ancestry(stage)
            .any(|stage| file.steps_of(stage).any(|step| has(step.instruction.keyword)));
        if checked {
            continue;
        }
        let message = format!(
            "{} has no `HEALTHCHECK`; Docker cannot tell whether its container works",
            stage.label()
        );
        cx.report(file.at(stage.base_span), message).symbol(stage.label().replace('`', ""));
    }
}
