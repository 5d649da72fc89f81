use crate::rule::{Check, Cx, ScriptOf};
use crate::syntax::shell::{Command, Word};

pub(crate) const CHECK: Check = Check::Script(check);

/// Programs that may take an error page for what they were to read. Those that unpack notice.
const PARSERS: &[&str] =
    &["jq", "yq", "sh", "bash", "dash", "ash", "zsh", "python", "python3", "node", "php"];

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    for command in it.script.commands() {
        let Some(curl) = command.invocation().filter(|run| run.is("curl")) else { continue };
        if curl.has_flag(&[
            "-f",
            "--fail",
            "--fail-with-body",
            "--fail-early",
            "-I",
            "--head",
            "-i",
            "--include",
            "-w",
            "--write-out",
            "-K",
            "--config",
        ]) {
            continue;
        }
        // What comes from a variable may be an option.
        let unknown = |word: Word<'_>| word.literal().is_none() && !word.is_quoted();
        if curl.arguments().any(unknown) {
            continue;
        }
        let next = command.piped_into().and_then(|mut next| next.next());
        let Some(parser) = next.and_then(|next: Command<'_>| next.invocation()?.name()) else {
            continue;
        };
        let Some(name) = curl.name_word().filter(|_| PARSERS.contains(&parser)) else {
            continue;
        };
        let message = format!(
            "`curl` succeeds on an HTTP error, and `{parser}` gets the error page; `curl` needs `-f`"
        );
        cx.report(it.at(name.span()), message)
            .help("add `-f` (`--fail`)")
            .symbol(it.symbol(command));
    }
}
