use crate::model::docker::{Action, Dockerfile, RunCommand};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

const LISTS: &str = "/var/lib/apt/lists";

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let fetches = command.manager.is_apt() && command.action == Action::Update;
        if !fetches || !file.is_kept(at.run) {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let said = format!("{} {}", command.manager.name(), verb.source_text());
        let place = at.at(command.invocation.span());
        if file.is_mounted(at.run, LISTS) {
            if keeps_archives(at) {
                cx.report(
                    place,
                    "the lists are mounted, but the archives that apt keeps stay in this layer",
                )
                .help("mount a cache on `/var/cache/apt` too")
                .symbol(at.symbol());
            }
            continue;
        }
        if at.is_cleaned(&[LISTS], |it| {
            it.manager.is_apt() && it.verb.is_any(&["distclean", "dist-clean"])
        }) {
            continue;
        }
        let edit = at.append("rm -rf /var/lib/apt/lists/*");
        let message = format!("the package lists that `{said}` fetches stay in this layer");
        let report = cx.report(place, message).symbol(at.symbol());
        let report = report.help("end the same `RUN` with `rm -rf /var/lib/apt/lists/*`");
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Remove the package lists in the same layer");
        }
    }
}

/// Whether apt keeps the archives that it installs: the stage took away the setting by which
/// Debian's images remove them, and their folder is not mounted.
fn keeps_archives(at: RunCommand<'_, '_>) -> bool {
    let file = at.dockerfile;
    let taken = |it: RunCommand<'_, '_>| {
        it.run.stage == at.run.stage
            && it.run.instruction <= at.run.instruction
            && it.invocation().is_some_and(|rm| {
                let setting = |text: &str| text.ends_with("/docker-clean");
                rm.is("rm") && rm.arguments().any(|word| setting(word.literal_prefix()))
            })
    };
    !file.is_mounted(at.run, "/var/cache/apt") && file.commands().any(taken)
}
