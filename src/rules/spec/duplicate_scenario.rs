use std::collections::BTreeMap;

use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for requirement in facts.spec.files.iter().flat_map(|file| &file.requirements) {
        let mut seen = BTreeMap::new();
        for scenario in &requirement.scenarios {
            let title = scenario.title;
            let first = *seen.entry(title).or_insert(scenario.at);
            if first != scenario.at {
                let name = requirement.name;
                cx.report(
                    scenario.at,
                    format!("requirement `{name}` has a scenario `{title}` already; each title should stand once"),
                )
                .label(first, "the first one")
                .symbol(format!("scenario:{name}/{title}"));
            }
        }
    }
}
