use crate::model::docker::{Action, Dockerfile, PackageCommand, RunCommand};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Folders with nothing in them but what an earlier step left.
const LEFTOVERS: [&str; 8] = [
    "/var/lib/apt/lists",
    "/var/cache/apt",
    "/var/cache/apk",
    "/var/cache/yum",
    "/var/cache/dnf",
    "/var/tmp",
    "/tmp",
    "/root/.cache",
];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for run in file.runs.iter().filter(|run| !run.onbuild && file.is_kept(run)) {
        let mut commands = file
            .commands_of(run)
            .filter(|it| it.command.words().len() > 0 && it.command.inner().next().is_none())
            .peekable();
        let Some(first) = commands.peek().copied() else { continue };
        // `bash -c` and its like are no clean-up themselves, what they run is.
        if !commands.all(cleans) || file.mounts(run).next().is_some() {
            continue;
        }
        let name = match PackageCommand::of(first.command) {
            Some(it) => format!("{} {}", it.manager.name(), it.verb.name().unwrap_or("clean")),
            None => "rm".to_owned(),
        };
        let message = format!(
            "`{name}` comes too late: what it removes stays in the layer that brought it, \
             and the image gets no smaller"
        );
        cx.report(first.at(first.command.span()), message)
            .help("clean up in the `RUN` that leaves the files, or mount a cache there")
            .symbol(first.symbol());
    }
}

/// Whether a command does nothing but remove what package managers left.
fn cleans(at: RunCommand<'_, '_>) -> bool {
    if let Some(command) = PackageCommand::of(at.command) {
        return command.action == Action::Clean;
    }
    let Some(rm) = at.invocation().filter(|it| it.is("rm")) else { return false };
    let operands = rm.operands(&[]);
    !operands.is_empty()
        && operands.iter().all(|word| {
            let text = word.literal_prefix();
            LEFTOVERS.iter().any(|folder| {
                text.strip_prefix(folder)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
        })
}
