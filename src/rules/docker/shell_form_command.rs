use crate::model::docker::{Dockerfile, Step, is_near_json};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::{Keyword, Word};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// First words that only a shell understands.
const BUILTINS: &[&str] = &[
    ".", ":", "[", "[[", "alias", "bg", "case", "cd", "command", "eval", "exec", "export", "fg",
    "for", "if", "read", "set", "shift", "source", "trap", "ulimit", "umask", "unset", "until",
    "wait", "while",
];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps() {
        let instruction = step.instruction;
        let keyword = instruction.keyword;
        if !matches!(keyword, Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck) {
            continue;
        }
        // A list that was meant as JSON is a fault of another kind.
        let shell = instruction.shell().filter(|it| !is_near_json(&it.text));
        let Some(command) = shell else { continue };
        let name = keyword.as_str();
        let near = if command.text.starts_with('[') { " (this is no valid JSON)" } else { "" };
        let harm = match keyword {
            Keyword::Healthcheck => "each check starts a shell in front of the command",
            _ => "a shell stands between the signals and the command",
        };
        let message =
            format!("`{name}` is in shell form{near}: {harm}; JSON form starts it directly");
        let report = cx.report(file.at(command.span), message).symbol(step.symbol());
        let chosen = file.shell(step.index).is_some_and(|shell| shell.instruction.is_some());
        let report =
            if chosen || keyword == Keyword::Healthcheck { report.alias("DL3025") } else { report };
        if let Some(json) = as_json(file, step, command) {
            report.replace(command.span, json, "Write the command in JSON form");
        }
    }
}

/// The JSON form of a command in which a shell has nothing to do.
fn as_json(file: &Dockerfile<'_>, step: Step<'_, '_>, command: &Word<'_>) -> Option<String> {
    let bourne = file.shell(step.index)?.kind.dialect().is_some();
    let text = command.text.as_ref();
    let plain = |ch: char| ch.is_ascii_alphanumeric() || " \t_-./:,@+=%".contains(ch);
    let first = text.split_whitespace().next()?;
    if !bourne || !text.chars().all(plain) || first.contains('=') || BUILTINS.contains(&first) {
        return None;
    }
    let words: Vec<String> = text.split_whitespace().map(|word| format!("\"{word}\"")).collect();
    Some(format!("[{}]", words.join(", ")))
}
