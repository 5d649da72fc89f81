//! `only` and `except`

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Table, key, unknown_key};
use super::kind::{By, Kind, check};
use crate::model::gitlab::{Value, ValueKind, regexp};

static KEYS: Table = Table::of(&[
    key(
        "refs",
        Kind::By(By { check: refs, shape: "a list of refs and `/patterns/`", table: None }),
        "Branches, tags and kinds of pipelines.",
    )
    .instead("rules:if"),
    key("variables", Kind::By(VARIABLES), "Expressions of which one must hold.")
        .instead("rules:if")
        .on(Expands::Server),
    key("changes", Kind::Strings(0, usize::MAX), "Globs of files of which one was changed.")
        .instead("rules:changes"),
    key("kubernetes", Kind::By(KUBERNETES), "`active`: a cluster must be connected.")
        .suggest(&["active"]),
]);

const VARIABLES: By = By { check: variables, shape: "a list of expressions", table: None };
const KUBERNETES: By = By { check: kubernetes, shape: "`active`", table: None };

pub(super) const POLICY: Kind = Kind::By(By {
    check: policy,
    shape: "a list of refs and `/patterns/`, or a mapping",
    table: Some(&KEYS),
});

fn policy(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Seq(_) => refs(value, path, out),
        ValueKind::Map(entries) => {
            if entries.is_empty() && !entries.is_partial() {
                out.wrong(value, format!("`{path}` can't be blank"));
            }
            for entry in entries.entries() {
                let inner = path.key(entry.key.as_str());
                match KEYS.keyword(entry.key.as_str()) {
                    Some(keyword) => check(&entry.value, &keyword.kind, inner, out),
                    None => out.push(unknown_key(entry, KEYS.keys.iter().map(|it| it.name), path)),
                }
            }
        }
        _ => {
            let message = format!("`{path}` has to be either an array of conditions or a hash");
            out.wrong(value, message);
        }
    }
}

fn variables(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    check(value, &Kind::Strings(0, usize::MAX), path, out);
    for item in value.items().iter().filter(|item| item.as_str().is_some()) {
        super::rules::condition(item, path, out);
    }
}

fn kubernetes(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if value.to_text().as_deref() != Some("active") {
        let message = format!("`{path}` unknown value: {}; it should be `active`", value.inspect());
        out.wrong(value, message);
    }
}

/// A text between slashes with flags of RE2 behind it: pattern and flags. Anything else is a plain name.
pub(super) fn pattern(text: &str) -> Option<(&str, &str)> {
    let (pattern, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    flags.bytes().all(|flag| b"ismU".contains(&flag)).then_some((pattern, flags))
}

fn refs(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let message =
        format!("`{path}` should be an array of strings or regular expressions using re2 syntax");
    let Some(items) = value.as_seq() else { return out.wrong(value, message) };
    for item in items.iter().filter(|item| !item.is_unknown()) {
        let fault = match item.as_str() {
            None => Some(format!("{} is none", item.inspect())),
            Some(text) => pattern(text).and_then(|(it, flags)| regexp::check(it, flags).err()),
        };
        if let Some(fault) = fault {
            out.wrong(item, format!("{message}: {fault}"));
        }
    }
}
