use crate::model::docker::{Action, Dockerfile, Manager};
use crate::rule::{Check, Cx};
use crate::syntax::shell::Role;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let asks = command.manager == Manager::Yum && matches!(command.action, Action::Install);
        let answered = at
            .command
            .context()
            .any(|it| matches!(it.role(), Role::Stage { index, .. } if index > 0));
        if !asks || answered || at.may_give(command.invocation, &["-y", "--assumeyes"]) {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let said = format!("{} {}", command.manager.name(), verb.source_text());
        let message = format!(
            "`{said}` asks for confirmation, and nobody is there to give it; it needs `-y`"
        );
        let edit = at.insert_behind(verb.span(), " -y");
        let report = cx.report(at.at(verb.span()), message).symbol(at.symbol());
        let report = report.help("add `-y`");
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Add `-y`");
        }
    }
}
