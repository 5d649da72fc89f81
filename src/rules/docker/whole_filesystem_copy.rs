use crate::model::docker::{
    CopyParts, Dockerfile, EffectiveBase, ImageRef, StageRef, Step, unquoted,
};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Copy) {
        let instruction = step.instruction;
        let (Some(from), Some(parts)) =
            (instruction.flag_value("from"), CopyParts::of(instruction))
        else {
            continue;
        };
        let whole = parts.sources.iter().any(|source| unquoted(&source.text) == "/");
        let to_root = unquoted(&parts.destination.text) == "/";
        if !whole || !to_root || is_overlay(file, &step, &from.text) {
            continue;
        }
        // Squashing an image into one layer on an empty base is what people mean by it.
        let message = format!(
            "`COPY --from={} / /` takes over the whole file system; only what is needed should be copied",
            from.text
        );
        cx.report(file.at(instruction.rest_span()), message).symbol(step.symbol());
    }
}

/// Whether what is copied is made to be laid over another image: a stage that starts from `scratch`
/// holds only what was put there, and the image of xx only its scripts.
fn is_overlay(file: &Dockerfile<'_>, step: &Step<'_, '_>, from: &str) -> bool {
    let is_xx = |image: &ImageRef<'_>| image.repository.ends_with("tonistiigi/xx");
    let Some(stage) = step.stage else { return false };
    match file.stage_ref(stage, unquoted(from)) {
        StageRef::Earlier(index) => match file.effective_base(&file.stages[index]) {
            EffectiveBase::Scratch => true,
            EffectiveBase::Image { image, .. } => is_xx(&image),
            EffectiveBase::Unknown => false,
        },
        _ => is_xx(&ImageRef::split(unquoted(from))),
    }
}
