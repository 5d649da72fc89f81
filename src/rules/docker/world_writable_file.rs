use crate::model::docker::{Dockerfile, RunCommand};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::syntax::shell::Word;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps() {
        let instruction = step.instruction;
        if !matches!(instruction.keyword, Keyword::Copy | Keyword::Add) {
            continue;
        }
        let Some(flag) = instruction.flag("chmod") else { continue };
        let Some(value) = &flag.value else { continue };
        let mode = file.value(step.index, &value.text).filter(|mode| opens(mode));
        let ships = step.stage.is_some_and(|stage| file.is_shipped(stage));
        let Some(mode) = mode.filter(|_| ships) else { continue };
        let message = format!("`--chmod={mode}` lets every user of the container change the files");
        cx.report(file.at(flag.span), message).help(HELP).symbol(step.symbol());
    }
    for at in file.commands() {
        let Some((tool, mode, paths)) = sets_mode(at) else { continue };
        if !opens(mode)
            || paths.iter().all(|path| is_scratch(path.literal_prefix()))
            || is_temporary(at)
            || !file.is_kept(at.run)
        {
            continue;
        }
        let message = format!("`{tool} {mode}` lets every user of the container change the files");
        cx.report(at.at(at.command.span()), message).help(HELP).symbol(at.symbol());
    }
}

const HELP: &str = "give the files to the user that needs them (`chown`, `--chown`), or to a group";

/// The mode that a command gives to files or folders, with the words that say so in front of it.
fn sets_mode<'d>(at: RunCommand<'d, '_>) -> Option<(&'static str, &'d str, Vec<Word<'d>>)> {
    let run = at.invocation()?;
    let (tool, option) = match run.name()? {
        "chmod" => {
            let mut operands = run.operands(&["--reference"]);
            let mode = (!operands.is_empty()).then(|| operands.remove(0))?;
            return Some(("chmod", mode.literal()?, operands));
        }
        "install" => ("install -m", ["-m", "--mode"]),
        "mkdir" => ("mkdir -m", ["-m", "--mode"]),
        _ => return None,
    };
    let mode = run.option_value(&option)?.text?;
    let valued = ["-m", "--mode", "-o", "--owner", "-g", "--group", "-t", "--target-directory"];
    let operands = run.operands(&valued);
    // `install` takes its other operands from elsewhere.
    let places =
        if tool == "mkdir -m" { operands } else { operands.into_iter().rev().take(1).collect() };
    Some((tool, mode, places))
}

/// Whether a mode lets all others write, and no sticky bit keeps them from removing.
fn opens(mode: &str) -> bool {
    if let Ok(number) = u32::from_str_radix(mode, 8) {
        return number & 0o002 != 0 && number & 0o1000 == 0;
    }
    mode.split(',').any(|clause| {
        let who = clause.find(['+', '=', '-']).unwrap_or(0);
        let others = clause[..who].contains(['a', 'o']);
        let grants = clause[who..].starts_with(['+', '=']);
        others && grants && clause[who..].contains('w') && !clause.contains('t')
    })
}

/// Folders that are made for everybody.
fn is_scratch(path: &str) -> bool {
    ["/tmp", "/var/tmp", "/run", "/var/run", "/dev"].iter().any(|folder| {
        path.strip_prefix(folder).is_some_and(|it| it.is_empty() || it.starts_with('/'))
    })
}

/// Whether the same script later removes what it opened.
fn is_temporary(at: RunCommand<'_, '_>) -> bool {
    let Some(last) = at.command.words().next_back() else { return false };
    let path = last.source_text();
    at.later()
        .any(|it| it.command.is("rm") && it.command.words().any(|word| word.source_text() == path))
}
