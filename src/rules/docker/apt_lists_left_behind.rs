use crate::model::docker::{Action, Dockerfile};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

const LISTS: &str = "/var/lib/apt/lists";

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        if !command.manager.is_apt()
            || command.action != Action::Update
            || !file.is_kept(at.run.stage)
            || is_clean(file, at)
        {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let said = format!("{} {}", command.manager.name(), verb.source_text());
        let message = format!("the package lists that `{said}` fetches stay in this layer");
        let edit = at.append("rm -rf /var/lib/apt/lists/*");
        let report = cx.report(at.at(command.invocation.span()), message).symbol(at.symbol());
        let report = report.help("end the same `RUN` with `rm -rf /var/lib/apt/lists/*`");
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Remove the package lists in the same layer");
        }
    }
}

/// Whether the lists are mounted, or removed by a command of the same script.
fn is_clean(file: &Dockerfile<'_>, at: crate::model::docker::RunCommand<'_, '_>) -> bool {
    let cached =
        file.is_mounted(at.run, "/var/lib/apt") && file.is_mounted(at.run, "/var/cache/apt");
    cached
        || file.is_mounted(at.run, LISTS)
        || at.is_cleaned(&[LISTS], |it| it.manager.is_apt() && it.verb.is("distclean"))
}
