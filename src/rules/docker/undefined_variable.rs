use crate::model::docker::{Dockerfile, MountOptions, Scope, Step, expanded_words};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::{Expander, Keyword, Reference};
use crate::text::{Span, did_you_mean};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// So many names of so many stages are looked at for a suggestion.
const MAX_SUGGESTED: usize = 200;

/// Arguments that the builder takes and never makes variables of.
const NO_VARIABLES: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps().filter(|step| step.stage.is_some()) {
        let instruction = step.instruction;
        if instruction.keyword == Keyword::From {
            continue;
        }
        for word in expanded_words(instruction) {
            if let Ok(expansion) = file.expand_word(step, &word) {
                let at = |reference: &Reference| {
                    let within = |offset: usize| word.at + u32::try_from(offset).unwrap_or(0);
                    let range = within(reference.range.start)..within(reference.range.end);
                    let span = instruction.logical.map.span(range);
                    // What was unquoted has other offsets.
                    if word.span.contains(span) { span } else { word.span }
                };
                report(file, step, &expansion.references, &at, cx);
            }
        }
        for flag in instruction.flags.iter().filter(|flag| flag.name.text == "mount") {
            let Some(value) = &flag.value else { continue };
            if MountOptions::read(&value.text, |_| None).from_with_variable.is_some() {
                continue;
            }
            if let Ok(expansion) = file.expand(step.index, &value.text) {
                report(file, step, &expansion.references, &|_| value.span, cx);
            }
        }
        if matches!(instruction.keyword, Keyword::Copy | Keyword::Add) {
            for heredoc in instruction.heredocs.iter().filter(|heredoc| heredoc.expand) {
                let body = file.source.slice(heredoc.body);
                let stage = step.stage.map_or(0, |stage| stage.index);
                let lookup = |name: &str| file.scopes.value(stage, name, step.index);
                if let Ok(expansion) = Expander::new('\\').plain_quotes().expand(body, lookup) {
                    let at = |it: &Reference| {
                        Span::from_range(it.range.clone()).shift(heredoc.body.start)
                    };
                    report(file, step, &expansion.references, &at, cx);
                }
            }
        }
    }
}

fn report(
    file: &Dockerfile<'_>,
    step: Step<'_, '_>,
    references: &[Reference],
    at: &dyn Fn(&Reference) -> Span,
    cx: &mut Cx<'_, '_>,
) {
    let mut told: Vec<&str> = Vec::new();
    for reference in references.iter().filter(|it| it.unset) {
        let name = reference.name.as_str();
        if told.contains(&name) || NO_VARIABLES.contains(&name) {
            continue;
        }
        told.push(name);
        let message = match nearest(file, step, name) {
            Some(near) => format!("variable `{name}` has no value here; {}", did_you_mean(near)),
            None => format!(
                "variable `{name}` has no value here; an `ARG` or `ENV` further up would give it one"
            ),
        };
        cx.report(file.at(at(reference)), message).symbol(format!("{} ${name}", step.symbol()));
    }
}

/// The known variable whose name is nearest.
fn nearest<'f>(file: &'f Dockerfile<'_>, step: Step<'_, '_>, name: &str) -> Option<&'f str> {
    let stage = step.stage?;
    let scopes = file.ancestry(stage).filter_map(|stage| file.scopes.stages.get(stage.index));
    let earlier = |scope: &&'f Scope| (*scope, scope.names());
    let names =
        scopes.map(|scope| earlier(&scope)).take(MAX_SUGGESTED).flat_map(|(scope, names)| {
            let set = |other: &&String| scope.definition(other, step.index).is_some();
            names.iter().take(MAX_SUGGESTED).filter(set)
        });
    let mut known: Vec<&str> = names.map(String::as_str).filter(|other| *other != name).collect();
    known.push("PATH");
    let distance = |other: &&str| strsim::damerau_levenshtein(other, name);
    known.into_iter().min_by_key(distance).filter(|near| distance(near) <= 2)
}
