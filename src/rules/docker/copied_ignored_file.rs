use crate::model::docker::{CopyParts, Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let Some(ignore) = &file.ignore else { return };
    // An exception may let single files in again.
    if ignore.has_exception {
        return;
    }
    for step in file.steps() {
        let instruction = step.instruction;
        if !matches!(instruction.keyword, Keyword::Copy | Keyword::Add)
            || instruction.flag("from").is_some()
        {
            continue;
        }
        let Some(parts) = CopyParts::of(instruction) else { continue };
        for source in parts.sources {
            let Some(path) = file.value(step.index, &source.text) else { continue };
            let path = unquoted(&path);
            let remote = path.contains("://") || path.starts_with("git@");
            let whole = matches!(path.trim_end_matches('/'), "" | "." | "/.");
            let by = if whole {
                let everything = |pattern: &str| matches!(pattern, "*" | "**" | "**/*");
                ignore.patterns.iter().rev().find(|(it, _)| everything(it)).map(|(_, span)| *span)
            } else {
                ignore.excludes(path)
            };
            let Some(by) = by.filter(|_| !remote) else { continue };
            let message = format!(
                "`{path}` is not in the build context: `{}` leaves it out, and the build fails here",
                ignore.source.path
            );
            cx.report(file.at(source.span), message)
                .symbol(step.symbol())
                .label(ignore.source.at(by), "left out by this pattern")
                .help("take the pattern out, or do not copy the file");
        }
    }
}
