use crate::model::docker::{CopyParts, Dockerfile, EffectiveBase, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Copy) {
        let Some(parts) = CopyParts::of(step.instruction) else { continue };
        let word = parts.destination;
        let path = unquoted(&word.text);
        if file.state(step.index).workdir.is_some()
            || path.trim_start_matches(['"', '\'']).starts_with('$')
            || is_absolute(path)
        {
            continue;
        }
        let base = step.stage.map(|stage| file.effective_base(stage));
        let to = match base {
            Some(EffectiveBase::Scratch) => "to `/`, as nothing set another folder",
            _ => "to whatever folder the base image set",
        };
        let message = format!("`{path}` is relative {to}; a `WORKDIR` further up would say which");
        let report = cx.report(file.at(word.span), message).symbol(step.symbol());
        report.help("set a `WORKDIR`, or copy to an absolute path");
    }
}

fn is_absolute(path: &str) -> bool {
    let mut chars = path.chars();
    let first = chars.next();
    let drive = first.is_some_and(|ch| ch.is_ascii_alphabetic()) && chars.next() == Some(':');
    matches!(first, Some('/' | '\\')) || drive
}
