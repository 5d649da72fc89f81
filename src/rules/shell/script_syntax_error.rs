use crate::rule::{Check, Cx};
use crate::syntax::shell::Script;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    for it in &cx.facts.scripts() {
        let text = it.script.text();
        let foreign = Script::looks_like_cmd(text) || Script::looks_like_powershell(text);
        if foreign || it.script.is_too_complex() {
            continue;
        }
        let Some(error) = it.script.errors().first() else { continue };
        cx.report(
            it.at(error.span),
            format!("the shell cannot read this script: {}", error.message),
        )
        .help("try it with `sh -n`")
        .symbol(it.owner().replace('`', ""));
    }
}
