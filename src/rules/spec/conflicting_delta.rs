use std::collections::BTreeMap;

use crate::model::spec::Operation;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for file in facts.spec.files.iter().filter(|file| file.is_delta) {
        let mut seen = BTreeMap::new();
        let old: BTreeMap<&str, _> = file.renames.iter().map(|it| (it.from, it)).collect();
        let new: BTreeMap<&str, _> = file.renames.iter().map(|it| (it.to, it)).collect();
        for requirement in &file.requirements {
            let Some(operation) = requirement.operation else { continue };
            let name = requirement.name;
            let does = operation.as_str();
            let (first, at) = *seen.entry(name).or_insert((operation, requirement.at));
            let symbol = format!("requirement:{name}");
            if first != operation {
                let message = format!(
                    "requirement `{name}` stands below both {} and {does}; it should stand below one of them",
                    first.as_str()
                );
                cx.report(requirement.at, message).label(at, "the other one").symbol(symbol);
            } else if let Some(rename) = old.get(name).filter(|_| operation != Operation::Added) {
                let message = format!(
                    "requirement `{name}` is renamed to `{}` before {does} is applied, so {does} should use the new name",
                    rename.to
                );
                cx.report(requirement.at, message)
                    .label(rename.from_at, "renamed here")
                    .symbol(symbol);
            } else if let Some(rename) = new.get(name).filter(|_| operation == Operation::Added) {
                let message = format!(
                    "requirement `{name}` is added, and `{}` is renamed to it; the names should differ",
                    rename.from
                );
                cx.report(requirement.at, message)
                    .label(rename.to_at, "renamed here")
                    .symbol(symbol);
            }
        }
    }
}
