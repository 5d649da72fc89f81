use crate::model::docker::{Base, Dockerfile, ImageRef, MountOptions, StageRef};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    if cx.options.list("trusted").is_empty() {
        return;
    }
    for stage in &file.stages {
        if let Base::Image(text) = &stage.base {
            judge(file, text, stage.base_span, cx);
        }
    }
    for step in file.steps() {
        let Some(stage) = step.stage else { continue };
        let is_stage = |name: &str| file.stage_ref(stage, name) != StageRef::Other;
        match step.instruction.keyword {
            Keyword::Copy => {
                if let Some(from) = step.instruction.flag_value("from")
                    && !is_stage(&from.text)
                {
                    judge(file, &from.text, from.span, cx);
                }
            }
            Keyword::Run => {
                for flag in step.instruction.flags.iter().filter(|it| it.name.text == "mount") {
                    let Some(value) = &flag.value else { continue };
                    let mount = MountOptions::read(&value.text, |it| file.value(step.index, it));
                    if let Some(from) = mount.value(&["from"])
                        && !is_stage(from)
                    {
                        judge(file, from, value.span, cx);
                    }
                }
            }
            _ => {}
        }
    }
}

fn judge(file: &Dockerfile<'_>, text: &str, span: Span, cx: &mut Cx<'_, '_>) {
    let image = ImageRef::split(text);
    let registry = image.registry_or_default();
    // A variable in front may hold any registry.
    if text.contains('$') || text == "scratch" {
        return;
    }
    let fits = |pattern: &str| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(end), _) => registry.ends_with(end),
        (_, Some(start)) => registry.starts_with(start),
        _ => registry == pattern,
    };
    let trusted = cx.options.list("trusted");
    if trusted.iter().any(|pattern| fits(pattern)) {
        return;
    }
    let list = trusted.join("`, `");
    let message =
        format!("`{text}` comes from `{registry}`, which is not trusted; trusted is `{list}`");
    cx.report(file.at(span), message).symbol(format!("image {text}"));
}
