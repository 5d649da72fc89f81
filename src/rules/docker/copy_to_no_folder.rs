use crate::model::docker::{CopyParts, Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Copy) {
        let Some(parts) = CopyParts::of(step.instruction) else { continue };
        let sources = parts.sources.len() + step.instruction.heredocs.len();
        let word = parts.destination;
        // An unknown variable may bring the slash along.
        let value = file.value(step.index, &word.text);
        let path = unquoted(value.as_deref().unwrap_or(&word.text));
        let folder = path.ends_with(['/', '\\']) || matches!(path, "." | "..");
        let unknown = value.is_none()
            && word.text.trim_end_matches(['"', '\'', '}']).contains('$')
            && word.text.rfind('$').is_some_and(|at| !word.text[at..].contains('/'));
        if sources < 2 || folder || unknown {
            continue;
        }
        let message =
            format!("`COPY` of several sources needs a folder: `{path}` would be `{path}/`");
        let report = cx.report(file.at(word.span), message).symbol(step.symbol());
        let quoted = word.text.ends_with(['"', '\'']);
        let exec = step.instruction.exec().is_some();
        let end = word.span.end - u32::from(quoted || exec);
        report.replace(Span::empty(end), "/", "Add the slash");
    }
}
