use crate::rule::{Check, Cx, ScriptOf};
use crate::syntax::shell::{Command, Word};
use crate::text::Words;

pub(crate) const CHECK: Check = Check::Script(check);

/// Parts of the names of variables that hold secrets.
static SECRET: Words = Words::new(&[
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "PRIVATE_KEY",
    "API_KEY",
    "APIKEY",
    "CREDENTIAL",
]);
/// Endings of the names of variables that hold a path or a public part instead.
const HARMLESS: &[&str] = &["_FILE", "_PATH", "_DIR", "_NAME", "_URL", "_ID", "_USER", "_TYPE"];

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    if !it.is_of_job() {
        return;
    }
    if !SECRET.are_in(it.script.text()) {
        return;
    }
    for command in it.script.commands() {
        let Some((word, name)) = command.words().find_map(secret) else { continue };
        // Turning the trace off is itself traced, with nothing secret in it.
        if !command.options(it.options).xtrace {
            continue;
        }
        let message = format!(
            "`set -x` is on here and writes the value of `{name}` into the log; GitLab masks only \
             variables that are marked as masked"
        );
        let traced = tracer(command);
        let report = cx.report(it.at(word.span()), message);
        let report = report.help("put `set +x` in front, and `set -x` behind");
        let report = report.symbol(it.symbol(command));
        if let Some(set) = traced {
            report.label(it.at(set.span()), "switched on here");
        }
    }
}

/// The secret that a word shows when it is expanded.
fn secret(word: Word<'_>) -> Option<(Word<'_>, &str)> {
    let used = word.variables();
    let found = used.iter().find(|used| {
        let name = used.name;
        SECRET.are_in(name) && !HARMLESS.iter().any(|end| name.ends_with(end))
    })?;
    Some((word, found.name))
}

/// The last `set` in front that switches the trace on.
fn tracer(command: Command<'_>) -> Option<Command<'_>> {
    let before = command.script().commands().take(command.index());
    let on = |it: &Command<'_>| {
        it.is("set")
            && it.arguments().any(|word| {
                let text = word.literal_prefix();
                text == "xtrace" || (text.starts_with('-') && text.contains('x'))
            })
    };
    before.filter(on).last()
}
