use crate::model::docker::{Action, Dockerfile, Manager};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Where downloads are kept.
const FOLDERS: &[&str] = &["/var/cache/zypp"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let installs =
            command.manager == Manager::Zypper && matches!(command.action, Action::Install);
        let clean = FOLDERS.iter().any(|folder| file.is_mounted(at.run, folder))
            || at.is_cleaned(FOLDERS, |it| it.manager == Manager::Zypper);
        if !installs || clean {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let name = command.manager.name();
        let cleans = "zypper clean".to_owned();
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
