use crate::model::spec::Operation;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// Characters that the text of a requirement has at most.
const MOST: usize = 500;

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for requirement in facts.spec.files.iter().flat_map(|file| &file.requirements) {
        let count = requirement.body_text().chars().count();
        if count > MOST && requirement.operation != Some(Operation::Removed) {
            let name = requirement.name;
            cx.report(
                requirement.at,
                format!("requirement `{name}` has {count} characters above its scenarios; more than {MOST} are better split"),
            )
            .symbol(format!("requirement:{name}"));
        }
    }
}
