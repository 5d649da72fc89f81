use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for run in file.runs.iter().filter(|run| !run.onbuild) {
        // One is enough for each script.
        let Some(at) = file.commands_of(run).find(|it| it.command.is("cd")) else { continue };
        cx.report(
            at.at(at.command.span()),
            "`cd` changes the folder for this `RUN` alone; `WORKDIR` says where all that follows runs",
        )
        .help("put a `WORKDIR` in front, or pass the folder to the command (`make -C`, `git -C`)")
        .symbol(at.symbol());
    }
}
