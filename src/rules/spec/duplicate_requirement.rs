use std::collections::BTreeMap;

use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for file in &facts.spec.files {
        let mut seen = BTreeMap::new();
        for requirement in &file.requirements {
            let name = requirement.name;
            let folded = name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
            let first = *seen.entry((requirement.operation, folded)).or_insert(requirement);
            if first.at == requirement.at {
                continue;
            }
            let message = if first.name == name {
                format!(
                    "requirement `{name}` stands here a second time; each name should stand once"
                )
            } else {
                format!(
                    "requirement `{name}` differs from `{}` only in case or blanks; each should have a name of its own",
                    first.name
                )
            };
            cx.report(requirement.at, message)
                .label(first.at, "the first one")
                .symbol(format!("requirement:{name}"));
        }
    }
}
