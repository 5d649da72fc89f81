use crate::rule::{Check, Cx, ScriptOf};
use crate::syntax::shell::{Loss, Outcome};

pub(crate) const CHECK: Check = Check::Script(check);

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    for command in it.script.commands() {
        let Some(cd) = command.invocation().filter(|run| run.is_any(&["cd", "pushd"])) else {
            continue;
        };
        // These are always there.
        let sure = match cd.operands(&[]).first() {
            None => true,
            Some(folder) => {
                let made = |text: &str| {
                    matches!(
                        text,
                        "/" | "-"
                            | "~"
                            | "."
                            | ".."
                            | "/tmp"
                            | "/root"
                            | "/opt"
                            | "/usr/src"
                            | "/var"
                            | "/home"
                            | "/etc"
                            | "/usr/local"
                    )
                };
                folder.literal().is_some_and(made)
                    || folder.variable().is_some_and(|it| it.name == "HOME")
            }
        };
        let lost = matches!(command.outcome(it.options), Outcome::Lost(Loss::NoErrexit));
        if sure || !lost {
            continue;
        }
        let message = format!(
            "if `{}` fails, the commands behind it run in the wrong folder; it needs `|| exit 1`, \
             or the script `set -e`",
            command.source_text()
        );
        cx.report(it.at(command.span()), message)
            .help("add `|| exit 1`, join with `&&`, or begin the script with `set -e`")
            .symbol(it.symbol(command));
    }
}
