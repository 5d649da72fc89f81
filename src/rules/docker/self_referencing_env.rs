use crate::model::docker::{Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Env) {
        let pairs = step.instruction.pairs();
        for (at, pair) in pairs.iter().enumerate() {
            let Some(value) = &pair.value else { continue };
            let Ok(expansion) = file.expand(step.index, &value.text) else { continue };
            let mut told: Vec<&str> = Vec::new();
            for reference in &expansion.references {
                let name = reference.name.as_str();
                let other = pairs
                    .iter()
                    .enumerate()
                    .find(|(other, it)| *other != at && unquoted(&it.key.text) == name);
                let stage = step.stage.map_or(0, |stage| stage.index);
                let earlier = file.scopes.definition(stage, name, step.index).is_some();
                let Some((_, definition)) = other.filter(|_| !earlier && !told.contains(&name))
                else {
                    continue;
                };
                told.push(name);
                let message = format!(
                    "`${name}` is not yet what the same `ENV` sets it to; a second `ENV` further down sees the new value"
                );
                cx.report(file.at(value.span), message)
                    .symbol(step.symbol())
                    .label(file.at(definition.span), "set here, for the instructions behind");
            }
        }
    }
}
