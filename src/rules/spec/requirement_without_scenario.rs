use crate::model::spec::{Operation, ProblemKind};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for file in &facts.spec.files {
        // OpenSpec does not count a scenario without text.
        let bare = file.requirements.iter().filter(|it| !it.scenarios.iter().any(|it| it.has_body));
        for requirement in bare {
            // A scenario with the wrong header has a rule of its own.
            let misread = file.problems.iter().any(|problem| {
                matches!(problem.kind, ProblemKind::ScenarioHeader | ProblemKind::IndentedHeader)
                    && requirement.block.contains(problem.at.span)
            });
            if misread
                || matches!(requirement.operation, Some(Operation::Removed | Operation::Renamed))
            {
                continue;
            }
            let name = requirement.name;
            cx.report(
                requirement.at,
                format!(
                    "requirement `{name}` has no scenario; it needs at least one `#### Scenario:`"
                ),
            )
            .symbol(format!("requirement:{name}"));
        }
    }
}
