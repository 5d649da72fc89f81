use crate::model::docker::{Action, Dockerfile, Manager};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

const CACHE: &str = "/var/cache/apk";

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let installs = command.manager == Manager::Apk && command.action == Action::Install;
        let clean = at.may_give(command.invocation, &["--no-cache", "--no-network", "--cache-dir"])
            || file.is_mounted(at.run, CACHE)
            || file.is_mounted(at.run, "/etc/apk/cache")
            || at.is_cleaned(&[CACHE], |it| it.manager == Manager::Apk);
        if !installs || clean {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let edit = at.insert_behind(verb.span(), " --no-cache");
        let message = "`apk add` leaves the package index in the layer; `--no-cache` does not";
        let report = cx.report(at.at(verb.span()), message).symbol(at.symbol());
        let report = report.help("add `--no-cache`; `apk update` is then not needed");
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Add `--no-cache`");
        }
    }
}
