use crate::model::spec::Clause;
use crate::rule::{Binding, BindingSource, Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// Words that say what a size is the size of.
const MEASURES: [&str; 8] = [
    "compressed",
    "unpacked",
    "uncompressed",
    "layers",
    "on disk",
    "disk usage",
    "registry",
    "download",
];

fn check(cx: &mut Cx<'_, '_>) {
    if cx.facts.spec.clauses.is_empty() {
        return;
    }
    let pattern = |then: &'static str| {
        Binding::compile(&BindingSource { given: None, then: then.into() }).ok()
    };
    let (Some(size), Some(reduction)) = (
        pattern("final image size SHALL be approximately {size}"),
        pattern("size reduction SHALL be at least {percent} compared to {word} {size}"),
    ) else {
        return;
    };
    let clauses = &cx.facts.spec.clauses;
    let silent = |clause: &&Clause<'_>| {
        let text = clause.text.to_lowercase();
        MEASURES.iter().all(|word| !text.contains(word))
    };
    let compared = clauses
        .iter()
        .filter(silent)
        .find_map(|clause| Some((clause, reduction.matches(clause)?.get("size")?.text.clone())));
    let own = clauses
        .iter()
        .filter(silent)
        .find_map(|clause| Some((clause, size.matches(clause)?.get("size")?.text.clone())));
    let bakes_tools = clauses.iter().any(|clause| clause.text.contains(" SHALL install and run"));
    match (own, compared) {
        (Some((clause, size)), Some((other, baseline))) => {
            let why = if bakes_tools {
                ", since Go and the tools alone unpack to more than 330 MB"
            } else {
                ""
            };
            cx.report(clause.at, format!("{size} can only be meant compressed{why}, and the {baseline} that it is compared with only unpacked; the clauses say neither"))
                .label(other.at, "the other size")
                .symbol("spec:image-size")
                .help("write `compressed` or `unpacked` behind the sizes; until then `oversized-image` goes by its option `measure`, for both images alike");
        }
        (Some((clause, size)), None) | (None, Some((clause, size))) => {
            cx.report(clause.at, format!("{size} may be the size of the compressed layers or of the files in them; the clause does not say which"))
                .symbol("spec:image-size")
                .help("write `compressed` or `unpacked` behind the size; until then `oversized-image` goes by its option `measure`");
        }
        (None, None) => {}
    }
}
