use crate::model::docker::{CopyParts, Distribution, Dockerfile, EffectiveBase, Stage, StageRef};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// What brings glibc, or something like it, to Alpine.
const BRIDGES: [&str; 4] = ["glibc", "gcompat", "libc6-compat", "musl-dev"];

/// Programs of official images that are linked with the library of their image.
const LINKED: [&str; 6] = ["node", "python3", "python", "ruby", "php", "perl"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for download in file.downloads() {
        let Some(stage) = file.stages.get(download.at.run.stage) else { continue };
        let at = download.at;
        if !is_plain_musl(file, stage) || !is_for_glibc(&download.url) || at.is_conditional() {
            continue;
        }
        cx.report(at.at(download.word.span()), message("what is fetched here", stage))
            .help("take the build for musl or a static one, install `gcompat`, or use a base image with glibc")
            .symbol(at.symbol());
    }
    for step in file.all(Keyword::Copy) {
        let Some(stage) = step.stage.filter(|stage| is_plain_musl(file, stage)) else { continue };
        let Some(from) = step.instruction.flag_value("from") else { continue };
        let other = match file.stage_ref(stage, &from.text) {
            StageRef::Earlier(other) => file.stages.get(other).and_then(|it| file.distribution(it)),
            StageRef::Other => {
                Distribution::of_image(&crate::model::docker::ImageRef::split(&from.text))
            }
            _ => None,
        };
        if other != Some(Distribution::Debian) {
            continue;
        }
        let Some(parts) = CopyParts::of(step.instruction) else { continue };
        let linked = parts.sources.iter().find(|source| {
            source.text.strip_prefix("/usr/local/bin/").is_some_and(|name| LINKED.contains(&name))
        });
        if let Some(source) = linked {
            cx.report(file.at(source.span), message(&format!("`{}`", source.text), stage))
                .help("copy it from the Alpine variant of the same image")
                .symbol(step.symbol());
        }
    }
}

fn message(what: &str, stage: &Stage) -> String {
    format!(
        "{what} is linked with glibc, and {} is made from Alpine, which has musl: it does not start there",
        stage.label()
    )
}

/// Whether a stage is made from Alpine and nothing in it brings glibc.
fn is_plain_musl(file: &Dockerfile<'_>, stage: &Stage) -> bool {
    matches!(file.effective_base(stage), EffectiveBase::Image { .. })
        && file.distribution(stage).is_some_and(Distribution::is_musl)
        && !BRIDGES.iter().any(|bridge| file.mentions(stage, bridge))
}

/// Whether an address says that what lies there is linked with glibc.
fn is_for_glibc(url: &str) -> bool {
    let node = url.contains("//nodejs.org/dist/") && url.contains("-linux-");
    let aws = url.contains("/awscli-exe-linux-");
    // Rust and its like name the library in the target.
    node || aws || url.contains("-linux-gnu") || url.contains("_linux_gnu")
}
