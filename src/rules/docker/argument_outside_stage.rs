use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Value;
use crate::syntax::shell::{Command, Expansion, ExpansionKind, Word};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let global = file.scopes.global.definitions();
    if global.is_empty() {
        return;
    }
    let mut told: Vec<(usize, &str)> = Vec::new();
    for at in file.commands() {
        for (expansion, span) in
            at.command.words().chain(other_words(at.command)).flat_map(variables)
        {
            let name = expansion.name;
            let Some(definition) = global.iter().find(|it| it.name == name) else { continue };
            let missing =
                matches!(file.scopes.value(at.run.stage, name, at.run.instruction), Value::Unset);
            let excused = name.to_ascii_lowercase().ends_with("_proxy")
                || !matches!(expansion.kind, ExpansionKind::Plain | ExpansionKind::Error)
                || is_assigned(at.command, name)
                || given_by_mount(file, at.run, name);
            if !missing || excused || told.contains(&(at.run.stage, name)) {
                continue;
            }
            told.push((at.run.stage, name));
            let stage =
                file.stages.get(at.run.stage).map(|stage| stage.label()).unwrap_or_default();
            let message = format!(
                "`${name}` is empty here: the `ARG` in front of the first `FROM` does not reach into {stage}"
            );
            cx.report(at.at(span), message)
                .label(file.at(definition.span), "declared for `FROM` alone")
                .help(format!("put `ARG {name}` into the stage, without a value"))
                .symbol(format!("{stage}/${name}"));
        }
    }
}

/// The words of assignments and redirections.
fn other_words<'s>(command: Command<'s>) -> impl Iterator<Item = Word<'s>> {
    let assigned = command.assignments().flat_map(|it| it.values());
    assigned.chain(command.redirections().filter_map(|it| it.target()))
}

fn variables(word: Word<'_>) -> impl Iterator<Item = (Expansion<'_>, crate::text::Span)> {
    word.variables().into_iter().map(move |expansion| (expansion, word.span()))
}

/// Whether the script sets the variable itself, somewhere.
fn is_assigned(command: Command<'_>, name: &str) -> bool {
    command.script().commands().any(|it| {
        let by_name = it.words().any(|word| word.is(name));
        let reads = it.is("read") || it.is("getopts") || it.is("mapfile") || it.is("printf");
        let sources = it.is(".") || it.is("source") || it.is("eval");
        it.assignments().any(|it| it.name() == name)
            || it.loops().any(|it| it.variable() == Some(name))
            || (reads && by_name)
            || sources
    })
}

/// Whether a secret is given to the command under this name.
fn given_by_mount(file: &Dockerfile<'_>, run: &crate::model::docker::Run<'_>, name: &str) -> bool {
    let flags = file.instruction_of(run).into_iter().flat_map(|it| &it.flags);
    let mut values = flags.filter_map(|flag| flag.value.as_ref());
    values.any(|value| value.text.contains(&format!("env={name}")))
}
