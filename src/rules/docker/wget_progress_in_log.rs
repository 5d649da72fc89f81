use crate::model::docker::{Dockerfile, ShellKind};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

const QUIET: &[&str] = &[
    "-q",
    "--quiet",
    "-nv",
    "--no-verbose",
    "-o",
    "--output-file",
    "-a",
    "--append-output",
    "--progress",
    "--version",
    "--help",
];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for at in file.commands() {
        let Some(wget) = at.invocation().filter(|it| it.is("wget")) else { continue };
        let Some(name) = wget.name_word() else { continue };
        if at.may_give(wget, QUIET) {
            continue;
        }
        // BusyBox has no `--progress`.
        let option = if at.run.shell == ShellKind::Ash { "-q" } else { "--progress=dot:giga" };
        let edit = at.insert_behind(name.span(), format!(" {option}"));
        let message =
            format!("`wget` draws its progress bar into the build log; it needs `{option}`");
        let report = cx.report(at.at(name.span()), message).symbol(at.symbol());
        let report = report.help(format!("add `{option}`"));
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, format!("Add `{option}`"));
        }
    }
}
