use crate::model::docker::{Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Name spaces that Docker keeps for itself.
const RESERVED: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps().filter(|step| step.instruction.keyword == Keyword::Label) {
        for pair in step.instruction.pairs() {
            let written = unquoted(&pair.key.text);
            let stage = step.stage.map_or(0, |stage| stage.index);
            // A name that the file declares is a variable; any other `$` is likely a slip.
            let declared = file.expand(step.index, written).is_ok_and(|it| {
                let mut names = it.references.iter().map(|it| it.name.as_str());
                names.any(|name| file.scopes.definition(stage, name, step.index).is_some())
            });
            let value = if declared { file.value(step.index, written) } else { None };
            if declared && value.is_none() {
                continue;
            }
            let key = value.as_deref().unwrap_or(written);
            if let Some(why) = fault(key) {
                let message = format!("label key `{key}` {why}");
                cx.report(file.at(pair.key.span), message).symbol(format!("label {key}"));
            }
        }
    }
}

fn fault(key: &str) -> Option<String> {
    let allowed = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || "._-/".contains(ch);
    if let Some(prefix) = RESERVED.iter().find(|prefix| key.starts_with(**prefix)) {
        return Some(format!(
            "is in Docker's own name space `{prefix}`; a name space of yours is free"
        ));
    }
    if let Some(odd) = key.chars().find(|ch| !allowed(*ch)) {
        return Some(format!(
            "has the character `{odd}`; lower-case letters, digits, `.`, `_`, `-` and `/` make a key"
        ));
    }
    if !key.starts_with(|ch: char| ch.is_ascii_lowercase()) {
        return Some("starts with something else than a lower-case letter".to_owned());
    }
    if key.ends_with(['.', '-', '_', '/']) {
        return Some("ends with something else than a letter or a digit".to_owned());
    }
    (key.contains("..") || key.contains("--"))
        .then(|| "has two separators in a row; one parts the words".to_owned())
}
