use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for file in &facts.spec.files {
        // What is no delta and lies where OpenSpec keeps its specs.
        let (Some(capability), None, false) = (&file.capability, file.change, file.is_delta) else {
            continue;
        };
        let missing = match (&file.purpose, file.has_requirements) {
            (None, true) => "`## Purpose`",
            (Some(_), false) => "`## Requirements`",
            (None, false) => "`## Purpose` and `## Requirements`",
            (Some(_), true) => continue,
        };
        let (body, start) = file.source.body();
        let first = u32::try_from(body.lines().next().map_or(0, str::len)).unwrap_or(0);
        cx.report(
            file.source.at(Span::new(start, start + first)),
            format!("spec `{capability}` has no {missing}, so OpenSpec refuses it; a main spec has both sections"),
        )
        .symbol(format!("spec:{capability}"));
    }
}
