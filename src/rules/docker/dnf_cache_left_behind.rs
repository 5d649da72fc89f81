use crate::model::docker::{Action, Dockerfile};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Where downloads are kept.
const FOLDERS: &[&str] = &["/var/cache/libdnf5", "/var/cache/dnf", "/var/cache/yum"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let installs =
            command.manager.is_dnf() && matches!(command.action, Action::Install | Action::Upgrade);
        let clean = FOLDERS.iter().any(|folder| file.is_mounted(at.run, folder))
            || at.is_cleaned(FOLDERS, |it| {
                it.manager == command.manager && it.verb.arguments().any(|word| word.is("all"))
            });
        if !installs || clean {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let name = command.manager.name();
        let cleans = format!("{name} clean all");
        let message = format!(
            "`{name} {}` leaves its downloads in the layer; `{cleans}` has to follow in the same `RUN`",
            verb.source_text()
        );
        let edit = at.append(&cleans);
        let report = cx.report(at.at(verb.span()), message).symbol(at.symbol());
        let report = report.help(format!("end the same `RUN` with `{cleans}`, or mount a cache"));
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, format!("Add `{cleans}`"));
        }
    }
}
