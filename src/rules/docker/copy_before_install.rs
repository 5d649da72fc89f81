use crate::model::docker::{CopyParts, Dockerfile, ManifestInstall, Step};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let mut copied: Option<Step<'_, '_>> = None;
        let mut installed = false;
        for step in file.steps_of(stage) {
            if copied.is_none() && copies_everything(step) {
                copied = Some(step);
            }
            let Some(run) = file.run_of(step.index).filter(|run| !run.onbuild) else { continue };
            let found = file.commands_of(run).find_map(|at| Some((at, ManifestInstall::of(at)?)));
            let Some((at, install)) = found else { continue };
            let mounted = file.mounts(run).any(|mount| mount.kind == "cache");
            if let Some(copy) = copied.filter(|_| !installed && !mounted) {
                let message = format!(
                    "`{}` runs anew with every change of any file, since all of them are copied in front of it",
                    at.command
                        .source_text()
                        .split_whitespace()
                        .take(3)
                        .collect::<Vec<_>>()
                        .join(" ")
                );
                cx.report(file.at(copy.instruction.span), message)
                    .label(at.at(at.command.span()), "needs only the manifests")
                    .help(format!("copy {} first, install, then copy the rest", install.manifests))
                    .symbol(copy.symbol());
            }
            installed = true;
        }
    }
}

/// Whether the whole build context is copied.
fn copies_everything(step: Step<'_, '_>) -> bool {
    let instruction = step.instruction;
    let local = matches!(instruction.keyword, Keyword::Copy | Keyword::Add)
        && instruction.flag("from").is_none()
        && instruction.flag("exclude").is_none();
    let whole = |text: &str| matches!(text, "." | "./" | "/" | "*" | "./*");
    local
        && CopyParts::of(instruction)
            .is_some_and(|parts| parts.sources.iter().any(|it| whole(&it.text)))
}
