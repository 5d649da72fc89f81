use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for requirement in facts.spec.files.iter().flat_map(|file| &file.requirements) {
        let name = requirement.name;
        if requirement.commented {
            let message = format!(
                "requirement `{name}` lies in a comment and is in force all the same; it should be removed, or stand outside"
            );
            cx.report(requirement.at, message).symbol(format!("requirement:{name}"));
            continue;
        }
        for scenario in requirement.scenarios.iter().filter(|it| it.commented) {
            let title = scenario.title;
            let message = format!(
                "scenario `{title}` lies in a comment and is in force all the same; it should be removed, or stand outside"
            );
            cx.report(scenario.at, message).symbol(format!("scenario:{name}/{title}"));
        }
    }
}
