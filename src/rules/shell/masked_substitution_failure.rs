use crate::rule::{Check, Cx, ScriptOf};
use crate::syntax::shell::{Assignment, Command, Part, Role};

pub(crate) const CHECK: Check = Check::Script(check);

/// Commands that fail for no reason that a script could meet.
const SURE: &[&str] = &[
    "pwd", "date", "echo", "printf", "basename", "dirname", "whoami", "id", "uname", "nproc",
    "hostname", "mktemp", "tty", "arch", "true", ":", "readlink", "realpath", "expr", "seq",
    "getconf",
];
/// Filters that fail only on a file of theirs, not on what they read from a pipe.
const FILTERS: &[&str] = &[
    "sed",
    "awk",
    "cut",
    "tr",
    "head",
    "tail",
    "sort",
    "uniq",
    "rev",
    "wc",
    "base64",
    "cat",
    "xargs",
    "tee",
    "md5sum",
    "sha1sum",
    "sha256sum",
    "paste",
    "fold",
    "column",
];

fn check(it: &ScriptOf<'_, '_>, cx: &mut Cx<'_, '_>) {
    if it.is_after_script() {
        return;
    }
    for command in it.script.commands() {
        let declared = command.assignments().filter(|it| it.is_declared());
        for assignment in declared.filter(|it| it.name() != "PATH") {
            report(cx, it, command, assignment);
        }
    }
}

fn report(
    cx: &mut Cx<'_, '_>,
    it: &ScriptOf<'_, '_>,
    command: Command<'_>,
    assignment: Assignment<'_>,
) {
    let Some(value) = assignment.value() else { return };
    // Where nothing stops at a failure, nothing is hidden either.
    if !command.options(it.options).errexit || is_checked(command, assignment.name()) {
        return;
    }
    let runs = value.parts().find_map(|part| match part {
        Part::Commands(commands) => {
            // A failure of what is substituted into an argument of these is hidden anyway.
            let depth = commands.map(self::depth).min().unwrap_or(0);
            let may_fail = |inner: &Command<'_>| {
                if self::depth(*inner) > depth {
                    return false;
                }
                let piped = inner
                    .context()
                    .any(|it| matches!(it.role(), Role::Stage { index, .. } if index > 0));
                let sure = inner
                    .invocation()
                    .is_some_and(|it| it.is_any(SURE) || (piped && it.is_any(FILTERS)));
                inner.words().len() > 0 && !sure && inner.fallback().is_none()
            };
            commands.into_iter().find(may_fail)
        }
        _ => None,
    });
    let Some(name) = runs.and_then(|inner| inner.name()) else { return };
    let keyword = command.name().unwrap_or("export");
    let message = format!(
        "`{keyword}` hides a failure of `{name}`: the script goes on with an empty `{}`; the \
         assignment has to be a command of its own",
        assignment.name()
    );
    cx.report(it.at(assignment.span()), message)
        .help(format!("write `{0}=$(...)` first, then `{keyword} {0}`", assignment.name()))
        .symbol(it.symbol(command));
}

/// How many substitutions the command stands in.
fn depth(command: Command<'_>) -> usize {
    command.context().filter(|it| matches!(it.role(), Role::Substitution { .. })).count()
}

/// Whether the script looks at the value behind: `[ -n "$X" ]`, `${X:?}`.
fn is_checked(command: Command<'_>, name: &str) -> bool {
    let later = command.script().commands().skip(command.index() + 1);
    later.into_iter().any(|it| {
        let test = it.is("[") || it.is("[[") || it.is("test");
        it.words().any(|word| {
            word.variables().iter().any(|used| {
                used.name == name
                    && (test || used.kind == crate::syntax::shell::ExpansionKind::Error)
            })
        })
    })
}
