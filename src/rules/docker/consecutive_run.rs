use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::{Instruction, Keyword};
use crate::syntax::shell::Command;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let steps: Vec<_> = file.steps().collect();
    for pair in steps.windows(2) {
        let [before, step] = pair else { continue };
        let both = [before, step].iter().all(|it| {
            it.instruction.keyword == Keyword::Run && it.stage.is_some() && is_short(file, it.index)
        });
        if !both || flags(before.instruction) != flags(step.instruction) {
            continue;
        }
        cx.report(
            file.at(step.instruction.name.span),
            "two `RUN` in a row make two layers; one can do both",
        )
        .label(file.at(before.instruction.name.span), "the one before")
        .help("join them with `&&`");
    }
}

/// A longer script is a step of its own, which the build cache keeps apart for a reason.
/// Assignments and tests are no work.
fn is_short(file: &Dockerfile<'_>, instruction: usize) -> bool {
    let works = |command: &Command<'_>| {
        let name = command.words().next().map(|word| word.source_text());
        !matches!(name, None | Some("[" | "[[" | "(("))
    };
    let script = file.run_of(instruction).and_then(|run| run.script());
    script.is_some_and(|script| script.commands().filter(works).count() == 1)
}

/// The flags, in an order of their own.
fn flags<'a>(instruction: &'a Instruction<'_>) -> Vec<(&'a str, Option<&'a str>)> {
    let pairs = instruction.flags.iter();
    let value = |flag: &'a crate::syntax::dockerfile::Flag<'_>| {
        (&*flag.name.text, flag.value.as_ref().map(|value| &*value.text))
    };
    let mut flags: Vec<_> = pairs.map(value).collect();
    flags.sort_unstable();
    flags
}
