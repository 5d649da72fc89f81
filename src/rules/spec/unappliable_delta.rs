use std::collections::BTreeMap;

use crate::model::spec::{Operation, Requirement};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for delta in facts.spec.pending() {
        let Some(capability) = delta.capability.as_deref() else { continue };
        let main = facts.spec.main_file(capability);
        let mut there: BTreeMap<&str, Option<&Requirement<'_>>> = BTreeMap::new();
        // What other changes bring.
        let others = facts.spec.pending().filter(|it| it.change != delta.change);
        for other in others.filter(|it| it.capability.as_deref() == Some(capability)) {
            let added =
                other.requirements.iter().filter(|it| it.operation == Some(Operation::Added));
            there.extend(added.map(|it| (it.name, None)));
            there.extend(other.renames.iter().map(|it| (it.to, None)));
        }
        there
            .extend(main.into_iter().flat_map(|it| &it.requirements).map(|it| (it.name, Some(it))));
        for rename in &delta.renames {
            if there.contains_key(rename.from) {
                there.insert(rename.to, None);
            } else {
                let message = format!(
                    "`{capability}` has no requirement `{}` to rename, so archiving refuses the delta",
                    rename.from
                );
                cx.report(rename.from_at, message).symbol(format!("requirement:{}", rename.from));
            }
        }
        for requirement in &delta.requirements {
            let name = requirement.name;
            let known = there.get(name);
            let message = match (requirement.operation, known) {
                (Some(Operation::Modified), None) => {
                    format!(
                        "`{capability}` has no requirement `{name}` to change, so archiving refuses the delta"
                    )
                }
                (Some(Operation::Removed), None) => {
                    format!(
                        "`{capability}` has no requirement `{name}` to remove, so this does nothing"
                    )
                }
                (Some(Operation::Added), Some(Some(current)))
                    if current.text() != requirement.text() =>
                {
                    let message = format!(
                        "`{capability}` has a requirement `{name}` with another text already; it should stand below MODIFIED"
                    );
                    cx.report(requirement.at, message)
                        .label(current.at, "it is here")
                        .symbol(format!("requirement:{name}"));
                    continue;
                }
                _ => continue,
            };
            cx.report(requirement.at, message).symbol(format!("requirement:{name}"));
        }
    }
}
