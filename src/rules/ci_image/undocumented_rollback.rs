use crate::model::spec::{RollbackText, find_rollback};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let name = bound.params.get("path").map_or("tasks.md".to_owned(), |path| path.text.clone());
    let words: Vec<String> = cx.options.list("words").into_iter().map(str::to_owned).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((source, place)) = facts.spec.document(facts.files, &bound.clause.capability, &name)
    else {
        return Judgement::Unknown(format!("there is no `{name}`"));
    };
    let (at, what) = match find_rollback(source, &words) {
        RollbackText::Found(_) if place == crate::model::spec::DocumentPlace::Archive => {
            return Judgement::ProvenWith(
                format!("in the archived change, {}", source.path).into(),
            );
        }
        RollbackText::Found(_) => return Judgement::Proven,
        RollbackText::Near(at, what) => (at, what),
        RollbackText::Missing => {
            (source.at(Span::empty(source.body().1)), "it has no heading about a rollback")
        }
    };
    cx.report(at, format!("`{name}` does not document how to roll back the image: {what}"))
        .symbol(format!("document:{name}/rollback"))
        .help("write a section `## Rollback` with the conditions and numbered steps");
    Judgement::Violated
}
