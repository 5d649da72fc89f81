use rustc_hash::FxHashMap;

use crate::model::docker::{Base, Definition, DefinitionKind, Dockerfile, PLATFORM_ARGS};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// The numbers of the last instruction that uses each variable: in all, and outside of stages and in
/// `FROM` alone.
#[derive(Default)]
struct Uses<'d> {
    last: FxHashMap<&'d str, usize>,
    global: FxHashMap<&'d str, usize>,
}

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    if file.stages.iter().all(|stage| stage.number.is_none()) {
        return;
    }
    let mut uses = Uses::default();
    for step in file.steps() {
        let outside = step.stage.is_none() || step.instruction.keyword == Keyword::From;
        for name in names_in(file.source.slice(step.instruction.span)) {
            uses.last.insert(name, step.index);
            if outside {
                uses.global.insert(name, step.index);
            }
        }
    }
    let stages = || file.scopes.stages.iter().flat_map(|scope| scope.definitions());
    let declared: Vec<&str> =
        stages().filter(|it| it.kind == DefinitionKind::Arg).map(|it| it.name.as_str()).collect();
    let declared: rustc_hash::FxHashSet<&str> = declared.into_iter().collect();
    for definition in file.scopes.global.definitions() {
        let name = definition.name.as_str();
        if declared.contains(name) || uses.global.contains_key(name) {
            continue;
        }
        let help = match uses.last.contains_key(name) {
            true => "declare it anew with `ARG` in the stage that uses it",
            false => "drop it, or declare it anew with `ARG` in the stage that is to use it",
        };
        report(file, definition, "no `FROM` uses it and no stage declares it", help, cx);
    }
    for (stage, scope) in file.stages.iter().zip(&file.scopes.stages) {
        let is_base = file.stages.iter().any(|it| it.base == Base::Stage(stage.index));
        // A `RUN` has it in its environment, whatever it does there.
        let last_run = file.steps_of(stage).filter(|step| {
            step.instruction.keyword == Keyword::Run || step.instruction.trigger().is_some()
        });
        let last_run = last_run.map(|step| step.index).last();
        for definition in scope.definitions() {
            let runs = last_run.is_some_and(|run| run > definition.instruction);
            let used = uses.last.get(definition.name.as_str());
            let used = used.is_some_and(|last| *last >= definition.instruction);
            if definition.kind != DefinitionKind::Arg || runs || used || is_base {
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
    let comment =
        instruction.is_some_and(|it| it.pairs().iter().any(|pair| pair.key.text.starts_with('#')));
    if comment || is_for_the_builder(name) {
        return;
    }
    cx.report(file.at(definition.span), format!("`ARG {name}` has no effect: {why}"))
        .help(help)
        .symbol(format!("ARG {name}"));
}

/// The names behind `$`, `${`, `${#` and `${!`.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).filter_map(|rest| {
        let name = rest.strip_prefix('{').unwrap_or(rest).trim_start_matches(['#', '!']);
        let end = name.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_');
        name.get(..end.unwrap_or(name.len())).filter(|name| !name.is_empty())
    })
}

/// Arguments that have an effect by their name alone.
fn is_for_the_builder(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    PLATFORM_ARGS.contains(&name)
        || upper.ends_with("_PROXY")
        || upper.starts_with("BUILDKIT_")
        || matches!(upper.as_str(), "SOURCE_DATE_EPOCH" | "DOCKER_CONTENT_TRUST")
}
