use crate::model::docker::{CopyParts, Dockerfile, is_git_source, is_http_source, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Endings of archives that `ADD` unpacks.
const ARCHIVES: [&str; 15] = [
    ".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz",
    ".tpz", ".txz", ".xz",
];

/// Flags that `COPY` has too.
const SHARED_FLAGS: [&str; 4] = ["chown", "chmod", "link", "exclude"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Add) {
        let instruction = step.instruction;
        let Some(parts) = CopyParts::of(instruction) else { continue };
        let mut plain = None;
        let mut all_plain = !parts.sources.is_empty();
        for source in &parts.sources {
            let value = file.value(step.index, &source.text);
            let path = value.as_deref().map(unquoted);
            match path {
                Some(path) if !is_for_add(path) => {
                    plain = plain.or(Some((*source, path.to_owned())));
                }
                _ => all_plain = false,
            }
        }
        let Some((source, path)) = plain else { continue };
        let scheme = path.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if let Some(scheme) = scheme.filter(|it| matches!(it.as_str(), "http" | "https")) {
            let message = format!(
                "`ADD` takes `{path}` for a file of the context; a URL has its scheme in lower case"
            );
            let help = format!("write `{scheme}://`");
            cx.report(file.at(source.span), message).symbol(step.symbol()).help(help);
            continue;
        }
        let message =
            format!("`ADD` only copies `{path}`, for which `COPY` is the plain instruction");
        let report = cx.report(file.at(source.span), message).symbol(step.symbol());
        let flags_fit =
            instruction.flags.iter().all(|flag| SHARED_FLAGS.contains(&flag.name.text.as_ref()));
        if all_plain && flags_fit {
            let upper = instruction.name.text.contains(char::is_uppercase);
            let copy = if upper { "COPY" } else { "copy" };
            report.replace(instruction.name.span, copy, "Write `COPY`");
        }
    }
}

/// Whether `ADD` does more with a source than `COPY` would.
fn is_for_add(source: &str) -> bool {
    is_http_source(source)
        || is_git_source(source)
        || ARCHIVES.iter().any(|ending| source.ends_with(ending))
}
