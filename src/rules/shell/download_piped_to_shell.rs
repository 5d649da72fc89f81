use crate::rule::{Check, Cx, ScriptOf};
use crate::syntax::shell::{Command, Enclosure, Role, SubstitutionPlace};

pub(crate) const CHECK: Check = Check::Script(check);

const SHELLS: &[&str] = &[
    "sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "php",
];

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    for command in it.script.commands() {
        let Some(run) = command.invocation().filter(|run| run.is_any(&["curl", "wget"])) else {
            continue;
        };
        let Some(shell) = runner(command) else { continue };
        let Some(name) = run.name().zip(shell.invocation().and_then(|it| it.name())) else {
            continue;
        };
        let message = format!(
            "what `{}` fetches is run by `{}` unseen; it has to be saved and its checksum compared first",
            name.0, name.1
        );
        cx.report(it.at(command.span()), message)
            .label(it.at(shell.span()), "run here")
            .help("download to a file, check it with `sha256sum -c`, then run it; or install a package")
            .symbol(it.symbol(command));
    }
}

/// The command that runs what this one prints.
fn runner(command: Command<'_>) -> Option<Command<'_>> {
    if let Some(next) = command.piped_into() {
        return next.into_iter().take(1).find(|it| reads_script(*it));
    }
    let is_boundary = |it: &Enclosure<'_>| {
        matches!(it.role(), Role::Substitution { .. } | Role::Script | Role::Function(_))
    };
    let outer = command.context().find(is_boundary)?;
    let Role::Substitution { command: Some(owner), place } = outer.role() else { return None };
    let run = owner.invocation()?;
    let runs = match place {
        // `bash <(curl ...)`, `. <(curl ...)`
        SubstitutionPlace::Process => {
            let first = run.operands(&["-o"]).first()?.span();
            let is_first = first.contains(outer.span());
            is_first && (run.is_any(SHELLS) || run.is_any(&[".", "source"]))
        }
        // `sh -c "$(curl ...)"`, `eval "$(curl ...)"`
        SubstitutionPlace::Word => {
            run.is("eval") || (run.is_any(SHELLS) && run.has_flag(&["-c", "-e"]))
        }
        _ => false,
    };
    runs.then_some(owner)
}

/// Whether it is a shell or an interpreter that reads its program from standard input.
fn reads_script(command: Command<'_>) -> bool {
    let Some(run) = command.invocation().filter(|run| run.is_any(SHELLS)) else { return false };
    let operands = run.operands(&["-o", "-O"]);
    let given = run.has_flag(&["-c", "-m", "-e", "-n", "-p", "-r"]) && !run.has_flag(&["-s"]);
    let from_input = operands.first().is_none_or(|first| first.is("-") || first.is("/dev/stdin"));
    !given && (from_input || run.has_flag(&["-s"]))
}
