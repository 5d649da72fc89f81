use crate::model::docker::{
    Distribution, Dockerfile, EffectiveBase, Stage, Step, lacks_downloader,
};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::syntax::shell::{Dialect, Script};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Healthcheck) {
        let Some(stage) = step.stage else { continue };
        let shell = step.instruction.shell();
        let nothing = file.distribution(stage).filter(|it| !it.has_shell());
        if let (Some(base), Some(command)) = (nothing, shell)
            && !brings_shell(file, stage)
        {
            let made = match base {
                Distribution::Nothing => "`scratch`",
                _ => "a distroless image",
            };
            let message = format!(
                "the health check needs a shell, and {} is made from {made}, which has none",
                stage.label()
            );
            cx.report(file.at(command.span), message)
                .help("copy a program in that checks, and name it in JSON form")
                .symbol(step.symbol());
            continue;
        }
        let EffectiveBase::Image { image, text, .. } = file.effective_base(stage) else { continue };
        let Some((tool, span)) = tools(step).into_iter().find(|(tool, _)| {
            lacks_downloader(&image, tool) && !file.mentions_outside(stage, tool, step.index)
        }) else {
            continue;
        };
        let message = format!(
            "the health check runs `{tool}`, which `{text}` does not have and nothing installs"
        );
        cx.report(file.at(span), message)
            .help("install it, or check with what the image has")
            .symbol(step.symbol());
    }
}

/// The download tools that a check runs, each with its place.
fn tools(step: Step<'_, '_>) -> Vec<(&'static str, Span)> {
    let known = |name: &str| ["curl", "wget"].into_iter().find(|tool| *tool == name);
    if let Some(words) = step.instruction.exec() {
        let first = words.first().and_then(|word| Some((known(&word.text)?, word.span)));
        return first.into_iter().collect();
    }
    let Some(shell) = step.instruction.shell() else { return Vec::new() };
    let script = Script::parse(shell.text.as_ref(), Dialect::Posix);
    let names = script.commands().filter_map(|it| known(it.invocation()?.name()?));
    names.map(|tool| (tool, shell.span)).collect()
}

/// Whether something that may be a shell is copied into the stage.
fn brings_shell(file: &Dockerfile<'_>, stage: &Stage) -> bool {
    let words = ["/bin", "busybox", "sh\"", "/sh"];
    file.is_overlaid(stage) || words.iter().any(|word| file.mentions(stage, word))
}
