use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for it in &facts.scripts() {
        let Some(error) = it.script.errors().first() else { continue };
        if it.script.is_foreign() || it.script.is_too_complex() {
            continue;
        }
        let at = it.at(error.span);
        // A fault in the YAML may have cut the script.
        let mut trees = facts.pipelines.iter().filter_map(|pipeline| pipeline.tree(at.source));
        if trees.any(|tree| !tree.errors.is_empty()) {
            continue;
        }
        cx.report(at, format!("the shell cannot read this script: {}", error.message))
            .help("try it with `sh -n`")
            .symbol(it.owner().replace('`', ""));
    }
}
