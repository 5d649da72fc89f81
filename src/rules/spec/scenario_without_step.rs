use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for requirement in facts.spec.files.iter().flat_map(|file| &file.requirements) {
        // Steps may be written in another language.
        let foreign =
            requirement.body_text().chars().any(|ch| ch.is_alphabetic() && !ch.is_ascii());
        for scenario in
            requirement.scenarios.iter().filter(|it| it.has_body && it.steps.is_empty() && !foreign)
        {
            let title = scenario.title;
            cx.report(
                requirement.source.at(scenario.at.span),
                format!("scenario `{title}` has no step, so nothing in it is judged; its lines should start with Given, When or Then"),
            )
            .symbol(format!("scenario:{}/{title}", requirement.name));
        }
    }
}
