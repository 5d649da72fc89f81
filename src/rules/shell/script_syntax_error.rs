use crate::rule::{Check, Cx, ScriptOf};

pub(crate) const CHECK: Check = Check::Script(check);

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    let Some(error) = it.script.errors().first() else { return };
    if it.script.is_foreign() || it.script.is_too_complex() {
        return;
    }
    let at = it.at(error.span);
    // A fault in the YAML may have cut the script.
    let mut trees = facts.pipelines.iter().filter_map(|pipeline| pipeline.tree(at.source));
    if trees.any(|tree| !tree.errors.is_empty()) {
        return;
    }
    cx.report(at, format!("the shell cannot read this script: {}", error.message))
        .help("try it with `sh -n`")
        .symbol(it.owner().replace('`', ""));
}
