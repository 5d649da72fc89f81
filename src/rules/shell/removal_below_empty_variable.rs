use crate::rule::{Check, Cx, ScriptOf};
use crate::syntax::shell::{Command, ExpansionKind, Part, Word};

pub(crate) const CHECK: Check = Check::Script(check);

/// Variables that a job or a shell always has.
const ALWAYS_SET: &[&str] = &["HOME", "PWD", "OLDPWD", "TMPDIR", "CI_PROJECT_DIR", "CI_BUILDS_DIR"];

/// Folders whose loss matters: what an empty variable in front of a slash leaves to remove.
const TOP_LEVEL: &[&str] = &[
    "", "*", "bin", "boot", "dev", "etc", "home", "lib", "lib64", "opt", "root", "run", "sbin",
    "srv", "usr", "var",
];

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    for command in it.script.commands() {
        let Some(rm) = command.invocation().filter(|run| run.is("rm")) else { continue };
        let recursive = rm.has_flag(&["-r", "-R", "--recursive"]);
        if !recursive || command.options(it.options).nounset {
            continue;
        }
        let operands = rm.operands(&[]);
        let Some((word, name)) = operands.iter().find_map(|word| risky(it, command, *word)) else {
            continue;
        };
        let message = format!(
            "`rm -r {0}` starts at the root of the file system if `{1}` is empty; `${{{1}:?}}` \
             stops the script then",
            word.source_text(),
            name
        );
        cx.report(it.at(word.span()), message)
            .help(format!("write `${{{name}:?}}`"))
            .symbol(it.symbol(command));
    }
}

/// The variable in front of a slash whose absence would make the path one at the top.
fn risky<'s>(
    it: &ScriptOf<'s, '_>,
    command: Command<'s>,
    word: Word<'s>,
) -> Option<(Word<'s>, &'s str)> {
    let mut parts = word.parts();
    let Some(Part::Variable(first)) = parts.next() else { return None };
    let rest: String = parts
        .map(|part| match part {
            Part::Literal(text) => text,
            _ => "\u{1}",
        })
        .collect();
    let top = rest.strip_prefix('/')?.split('/').next()?;
    let known = first.text_at(command, &|name| it.value(command, name));
    let set = ALWAYS_SET.contains(&first.name)
        || known.is_some_and(|value| !value.is_empty())
        || is_assigned(command, first.name);
    let plain = matches!(first.kind, ExpansionKind::Plain);
    (plain && !set && TOP_LEVEL.contains(&top)).then_some((word, first.name))
}

/// Whether the script gives it a value before: then it is not missing, whatever it is.
fn is_assigned(command: Command<'_>, name: &str) -> bool {
    let before = command.script().commands().take(command.index());
    let loops = command.loops().any(|it| it.variable() == Some(name));
    loops
        || before.into_iter().any(|it| {
            it.assignments().any(|it| it.name() == name && it.values().next().is_some())
                || (it.is("read") && it.arguments().any(|word| word.is(name)))
        })
}
