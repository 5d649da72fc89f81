use crate::model::docker::{Dockerfile, Manager};
use crate::rule::{Check, Cx};
use crate::syntax::shell::Role;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// The subcommands that ask.
const ASKING: &[&str] = &[
    "install",
    "in",
    "remove",
    "rm",
    "source-install",
    "si",
    "patch",
    "update",
    "up",
    "dist-upgrade",
    "dup",
];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let asks = command.manager == Manager::Zypper && command.verb.is_any(ASKING);
        let answered = at
            .command
            .context()
            .any(|it| matches!(it.role(), Role::Stage { index, .. } if index > 0));
        let flags = ["-n", "--non-interactive", "-y", "--no-confirm"];
        if !asks || answered || at.may_give(command.invocation, &flags) {
            continue;
        }
        let Some((name, verb)) = command.invocation.name_word().zip(command.verb.name_word())
        else {
            continue;
        };
        let message = format!(
            "`zypper {}` asks questions, and nobody is there to answer; it needs `--non-interactive`",
            verb.source_text()
        );
        let edit = at.insert_behind(name.span(), " --non-interactive");
        let report = cx.report(at.at(verb.span()), message).symbol(at.symbol());
        let report = report.help("add `--non-interactive` behind `zypper`");
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Add `--non-interactive`");
        }
    }
}
