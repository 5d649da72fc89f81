use crate::rule::{Check, Cx, ScriptOf};

pub(crate) const CHECK: Check = Check::Script(check);

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    if !it.is_after_script() {
        return;
    }
    for command in it.script.commands().filter(|command| command.is("exit")) {
        let code = command.arguments().next().and_then(|word| word.literal());
        let Some(code) = code.filter(|code| code.parse::<u8>().is_ok_and(|code| code != 0)) else {
            continue;
        };
        let message = format!(
            "`exit {code}` does not fail the job here: the outcome of `after_script` counts for nothing"
        );
        cx.report(it.at(command.span()), message)
            .symbol(it.symbol(command))
            .help("check in `script` what is to fail the job");
    }
}
