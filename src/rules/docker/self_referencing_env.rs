use crate::model::docker::{Dockerfile, Step, unquoted};
use crate::rule::{Check, Cx, Safety};
use crate::syntax::dockerfile::Keyword;
use crate::text::{Edit, Span};

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
                let report = cx
                    .report(file.at(value.span), message)
                    .symbol(step.symbol())
                    .label(file.at(definition.span), "set here, for the instructions behind");
                let previous = at.checked_sub(1).and_then(|it| pairs.get(it));
                if let Some(edit) = previous.and_then(|it| split(file, step, it.span, pair.span))
                    && definition.span.start < pair.span.start
                {
                    report.fix(
                        "Start a second `ENV` here",
                        Safety::Unsafe,
                        vec![(file.source.id, edit)],
                    );
                }
            }
        }
    }
}

/// Starts a second instruction between two pairs.
fn split(file: &Dockerfile<'_>, step: Step<'_, '_>, one: Span, other: Span) -> Option<Edit> {
    let span = Span::new(one.end, other.start.max(one.end));
    let gap = file.source.slice(span);
    let blank = gap.chars().all(|ch| ch.is_whitespace() || ch == file.tree.escape);
    let newline = if file.source.text().contains("\r\n") { "\r\n" } else { "\n" };
    let name = &step.instruction.name.text;
    blank.then(|| Edit { span, text: format!("{newline}{name} ") })
}
