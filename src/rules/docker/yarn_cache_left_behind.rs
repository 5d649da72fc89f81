use crate::model::docker::{Dockerfile, Manager};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let installs = command.manager == Manager::Yarn && command.verb.is("install");
        if !installs || !file.is_kept(at.run) {
            continue;
        }
        let kept = |target: &str| target.contains("/.cache") || target.contains("yarn");
        let mounted = file
            .mounts(at.run)
            .any(|mount| matches!(mount.kind, "cache" | "tmpfs") && mount.target.is_some_and(kept));
        let folders = ["/usr/local/share/.cache/yarn", "/root/.cache/yarn"];
        if mounted || at.is_cleaned(&folders, |it| it.manager == Manager::Yarn) {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let edit = at.append("yarn cache clean");
        let message = "`yarn install` leaves its downloads in the layer; `yarn cache clean` has to \
                       follow in the same `RUN`";
        let report = cx.report(at.at(verb.span()), message).symbol(at.symbol());
        let report = report.help("end the same `RUN` with `yarn cache clean`, or mount a cache");
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Add `yarn cache clean`");
        }
    }
}
