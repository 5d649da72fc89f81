use crate::model::docker::{CopyParts, Dockerfile};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let excluded = file.ignore.as_ref().is_some_and(|ignore| ignore.excludes(".git").is_some());
    // `.git` lies at the root.
    if excluded || file.context.as_deref() != Some("") {
        return;
    }
    for step in file.steps() {
        let instruction = step.instruction;
        let local = matches!(instruction.keyword, Keyword::Copy | Keyword::Add)
            && instruction.flag("from").is_none()
            && instruction.flag("exclude").is_none();
        let Some(parts) = CopyParts::of(instruction).filter(|_| local) else { continue };
        let whole = |text: &str| matches!(text, "." | "./" | "/");
        let Some(source) = parts.sources.iter().find(|source| whole(&source.text)) else {
            continue;
        };
        if !step.stage.is_some_and(|stage| file.is_shipped(stage)) {
            continue;
        }
        let message = match &file.ignore {
            Some(ignore) => format!(
                "the whole context is copied into the image, and `{}` does not leave `.git` out of it: \
                 the history, and a token in `.git/config`, go along",
                ignore.source.path
            ),
            None => "the whole context is copied into the image, and no `.dockerignore` leaves `.git` out of it: \
                     the history, and a token in `.git/config`, go along"
                .to_owned(),
        };
        cx.report(file.at(source.span), message)
            .help("list `.git`, and what else the image does not need, in `.dockerignore`")
            .symbol(step.symbol());
    }
}
