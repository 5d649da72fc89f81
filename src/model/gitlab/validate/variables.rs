//! `variables`

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Table, key, unknown_key};
use super::kind::{By, Kind, check};
use crate::model::gitlab::{Problem, Value, ValueKind};

static GLOBAL: Table = Table::of(&[
    key("value", Kind::Scalar, "The value.").on(Expands::Server),
    key("description", Kind::Word, "What is shown beside it in the form that runs a pipeline."),
    key("expand", Kind::Bool, "Whether variables in the value are filled in.").since(15, 7),
    key("options", Kind::Strings(0, usize::MAX), "Values to choose from in that form.")
        .since(15, 7),
]);

static JOB: Table = Table::of(&[
    key("value", Kind::Scalar, "The value.").on(Expands::Server),
    key("expand", Kind::Bool, "Whether variables in the value are filled in.").since(15, 7),
]);

/// Variables with values to choose from.
pub(super) const GLOBAL_KIND: Kind = Kind::By(By {
    check: |value, path, out| variables(value, Some(&GLOBAL), path, out),
    shape: "a mapping of names to scalars, or to mappings with `value`",
    table: Some(&GLOBAL),
});

/// Variables of a job.
pub(super) const JOB_KIND: Kind = Kind::By(By {
    check: |value, path, out| variables(value, Some(&JOB), path, out),
    shape: "a mapping of names to scalars, or to mappings with `value`",
    table: Some(&JOB),
});

/// Variables that have a value and nothing else.
pub(super) const PLAIN: Kind = Kind::By(By {
    check: |value, path, out| variables(value, None, path, out),
    shape: "a mapping of names to scalars",
    table: None,
});

fn variables(
    value: &Value<'_>,
    table: Option<&'static Table>,
    path: KeyPath<'_>,
    out: &mut Findings,
) {
    let Some(entries) = value.as_map() else {
        return out.wrong(value, format!("`{path}` should be a hash"));
    };
    for entry in entries.entries().iter().filter(|entry| !entry.value.is_unknown()) {
        let name = entry.key.as_str();
        let path = path.key(name);
        if !entry.has_word_key() {
            let at = crate::model::Origin::here(entry.key_at);
            let message = format!("`{path}` key must be an alphanumeric string; quote `{name}`");
            out.push(Problem::new("invalid-keyword-value", &at, message));
        }
        match (&entry.value.kind, table) {
            (ValueKind::Seq(_), _) => out.wrong(
                &entry.value,
                format!("`{path}` variable definition must be either a string or a hash"),
            ),
            (ValueKind::Map(_), Some(table)) => variable(&entry.value, table, path, out),
            // The server takes null for an empty mapping here.
            (ValueKind::Null | ValueKind::Map(_), None) => {
                let at = if entry.value.is_null() { value } else { &entry.value };
                let message =
                    format!("`{path}` must be a string; it is {}", entry.value.kind_name());
                let origin = crate::model::Origin { at: entry.key_at, ..at.origin.clone() };
                out.push(Problem::new("invalid-keyword-value", &origin, message));
            }
            _ => {}
        }
    }
}

fn variable(value: &Value<'_>, table: &'static Table, path: KeyPath<'_>, out: &mut Findings) {
    for entry in value.entries() {
        let name = entry.key.as_str();
        let Some(keyword) = table.keyword(name) else {
            let mut problem = unknown_key(entry, table.keys.iter().map(|it| it.name), path);
            problem.message = format!("`{path}` uses invalid data keys: {name}");
            out.push(problem);
            continue;
        };
        let inner = format!("{path} {name}");
        match name {
            "value" if entry.value.as_map().is_some() || entry.value.as_seq().is_some() => {
                out.wrong(&entry.value, format!("`{inner}` must be a scalar"));
            }
            _ => check(&entry.value, &keyword.kind, KeyPath::top(&inner), out),
        }
    }
    let options = value.given("options").filter(|options| !options.items().is_empty());
    let Some(options) = options.filter(|_| table.keyword("options").is_some()) else { return };
    let chosen = value.given("value");
    let is_chosen = |item: &Value<'_>| match (&item.kind, chosen.map(|it| &it.kind)) {
        (ValueKind::Str(one), Some(ValueKind::Str(other))) => one == other,
        (ValueKind::Symbol(one), Some(ValueKind::Symbol(other))) => one == other,
        (ValueKind::Unknown(_), _) | (_, Some(ValueKind::Unknown(_))) => true,
        _ => false,
    };
    // Options that are no texts are told of by themselves.
    let are_texts = options.items().iter().all(|it| it.as_str().is_some() || it.is_unknown());
    if (are_texts || chosen.is_none()) && !options.items().iter().any(is_chosen) {
        let message = match chosen {
            Some(it) if it.as_str().is_none() => format!(
                "`{path}` value must be present in options; {} is {}, and options are text",
                it.inspect(),
                it.kind_name()
            ),
            _ => format!("`{path}` value must be present in options"),
        };
        out.wrong(options, message);
    }
}
