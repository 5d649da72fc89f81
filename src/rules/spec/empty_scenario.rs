use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for requirement in facts.spec.files.iter().flat_map(|file| &file.requirements) {
        for scenario in requirement.scenarios.iter().filter(|it| !it.has_body) {
            let title = scenario.title;
            cx.report(
                requirement.source.at(scenario.at.span),
                format!("scenario `{title}` has no text; its steps should stand below the header"),
            )
            .symbol(format!("scenario:{}/{title}", requirement.name));
        }
    }
}
