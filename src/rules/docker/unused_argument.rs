use crate::model::docker::{Definition, DefinitionKind, Dockerfile, PLATFORM_ARGS, expanded_words};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::{Instruction, Keyword};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    if file.stages.iter().all(|stage| stage.number.is_none()) {
        return;
    }
    for definition in file.scopes.global.definitions() {
        let name = definition.name.as_str();
        let redeclared = file.scopes.stages.iter().any(|scope| {
            scope.definitions().iter().any(|it| it.name == name && it.kind == DefinitionKind::Arg)
        });
        let in_from = file.all(Keyword::From).any(|step| uses(step.instruction, name));
        let in_other =
            file.all(Keyword::Arg).any(|step| step.stage.is_none() && uses(step.instruction, name));
        if redeclared || in_from || in_other || is_for_the_builder(name) {
            continue;
        }
        let stage_uses = file.steps().any(|step| uses(step.instruction, name));
        let help = if stage_uses {
            "declare it anew with `ARG` in the stage that uses it"
        } else {
            "drop it, or declare it anew with `ARG` in the stage that is to use it"
        };
        report(file, definition, "no `FROM` uses it and no stage declares it", help, cx);
    }
    for stage in file.stages.iter().filter(|stage| stage.number.is_some()) {
        let Some(scope) = file.scopes.stages.get(stage.index) else { continue };
        let is_base =
            file.stages.iter().any(|it| it.base == crate::model::docker::Base::Stage(stage.index));
        for definition in scope.definitions() {
            let name = definition.name.as_str();
            let later = || file.steps_of(stage).filter(|step| step.index > definition.instruction);
            // A `RUN` has it in its environment, whatever it does there.
            let runs = later().any(|step| {
                step.instruction.keyword == Keyword::Run || step.instruction.trigger().is_some()
            });
            let used = file
                .steps_of(stage)
                .filter(|step| step.index >= definition.instruction)
                .any(|step| uses(step.instruction, name));
            if definition.kind != DefinitionKind::Arg
                || runs
                || used
                || is_base
                || is_for_the_builder(name)
            {
                continue;
            }
            report(file, definition, "nothing behind it in the stage uses it", "drop it", cx);
        }
    }
}

fn report(
    file: &Dockerfile<'_>,
    definition: &Definition,
    why: &str,
    help: &str,
    cx: &mut Cx<'_, '_>,
) {
    let name = &definition.name;
    // What was meant as a comment is a fault of another kind.
    let instruction = file.instructions().get(definition.instruction);
    if instruction.is_some_and(|it| it.pairs().iter().any(|pair| pair.key.text.starts_with('#'))) {
        return;
    }
    cx.report(file.at(definition.span), format!("`ARG {name}` has no effect: {why}"))
        .help(help)
        .symbol(format!("ARG {name}"));
}

/// Whether an instruction may expand the variable.
fn uses(instruction: &Instruction<'_>, name: &str) -> bool {
    let says = |text: &str| {
        text.match_indices(name).any(|(at, _)| text[..at].ends_with(['$', '{', '#', '!']))
    };
    expanded_words(instruction).iter().any(|word| says(&word.text))
        || says(&instruction.logical.text)
        || !instruction.heredocs.is_empty()
}

/// Arguments that have an effect by their name alone.
fn is_for_the_builder(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    PLATFORM_ARGS.contains(&name)
        || upper.ends_with("_PROXY")
        || upper.starts_with("BUILDKIT_")
        || matches!(upper.as_str(), "SOURCE_DATE_EPOCH" | "DOCKER_CONTENT_TRUST")
}
