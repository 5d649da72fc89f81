//! `run`: steps instead of a script

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Table, key, map};
use super::kind::{By, Kind, check};
use crate::model::Origin;
use crate::model::gitlab::{Problem, Value, ValueKind};

static STEP: Table = Table::of(&[
    key("name", Kind::By(STEP_NAME), "What other steps call it."),
    key("env", Kind::By(ENV), "Variables for the step.").on(Expands::Runner),
    key("script", Kind::Text(1, usize::MAX), "Commands that it runs.").on(Expands::Shell),
    key("step", FUNCTION, "The function that it runs.").on(Expands::Runner),
    key("func", FUNCTION, "The function that it runs.").undated().on(Expands::Runner),
    key(
        "inputs",
        Kind::By(By { check: inputs, shape: "a mapping of names to values", table: None }),
        "Inputs of the function.",
    )
    .on(Expands::Runner),
])
.requires(&["name"])
.without_null();

/// A step with a script has no inputs; that is told in other words.
static SCRIPT_STEP: Table = Table::of(&[
    key("name", Kind::By(STEP_NAME), "What other steps call it."),
    key("env", Kind::By(ENV), "Variables for the step.").on(Expands::Runner),
    key("script", Kind::Text(1, usize::MAX), "Commands that it runs.").on(Expands::Shell),
    key("step", Kind::Any, "Not beside a script."),
    key("func", Kind::Any, "Not beside a script."),
    key("inputs", Kind::Any, "Not beside a script."),
])
.requires(&["name"])
.without_null();

const STEP_NAME: By = By { check: step_name, shape: "letters, digits and `_`", table: None };
const ENV: By = By { check: env, shape: "a mapping of names to strings", table: None };

const FUNCTION: Kind = Kind::By(By {
    check: function,
    shape: "a path or URL, or a mapping with `git` or `oci`",
    table: Some(&SOURCES),
});

static SOURCES: Table = Table::of(&[
    key("git", Kind::Map(&GIT), "A function in a Git repository."),
    key("oci", Kind::Map(&OCI), "A function in a container registry."),
])
.excludes(&[&["git", "oci"]])
.without_null();
static GIT: Table = Table::of(&[
    key("url", Kind::Text(0, usize::MAX), "The repository."),
    key("rev", Kind::Text(0, usize::MAX), "The branch, tag or commit."),
    key("dir", Kind::Text(0, usize::MAX), "The folder in it."),
    key("file", Kind::Text(0, usize::MAX), "The file in it."),
])
.requires(&["url", "rev"])
.without_null();
static OCI: Table = Table::of(&[
    key("registry", Kind::Text(0, usize::MAX), "The registry."),
    key("repository", Kind::Text(0, usize::MAX), "The repository in it."),
    key("tag", Kind::Text(0, usize::MAX), "The tag."),
    key("dir", Kind::Text(0, usize::MAX), "The folder in it."),
    key("file", Kind::Text(0, usize::MAX), "The file in it."),
])
.requires(&["registry", "repository", "tag"])
.without_null();

pub(super) const STEPS: Kind =
    Kind::By(By { check: steps, shape: "a list of steps", table: Some(&STEP) });

const ONE: [&str; 3] = ["script", "step", "func"];

fn steps(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(items) = value.as_seq() else {
        return out.wrong(value, format!("`{path}` should be an array of steps"));
    };
    for item in items.iter().filter(|item| !item.is_unknown()) {
        let Some(entries) = item.as_map() else {
            out.wrong(item, format!("`{path}` should be an array of steps, and a step is a hash"));
            continue;
        };
        let table = if item.get("script").is_some() { &SCRIPT_STEP } else { &STEP };
        map(item, table, path, out);
        let misspelt = item.entries().iter().any(|entry| STEP.keyword(&entry.key).is_none());
        if entries.is_partial() || misspelt {
            continue;
        }
        let given: Vec<&str> = ONE.into_iter().filter(|name| item.get(name).is_some()).collect();
        match given[..] {
            [] => {
                let message = format!("`{path}` a step needs one of script, step and func");
                out.wrong(item, message);
            }
            [one] => {
                if let Some(inputs) = item.get("inputs").filter(|_| one == "script") {
                    let message =
                        format!("`{path}` a step with a script takes no inputs; a function does");
                    out.wrong(inputs, message);
                }
            }
            [_, second, ..] => {
                let message = format!(
                    "`{path}` a step does one thing; these keys cannot be used together: {}",
                    given.join(", ")
                );
                out.wrong(item.get(second).unwrap_or(item), message);
            }
        }
    }
}

/// The text of a string or symbol, which are one to a JSON schema.
fn text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match &value.kind {
        ValueKind::Str(text) | ValueKind::Symbol(text) => Some(text),
        _ => None,
    }
}

fn step_name(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if !text(value).is_some_and(is_name) {
        let message = format!(
            "`{path}` can contain only letters, digits and `_`, and does not start with a digit; it is {}",
            value.inspect()
        );
        out.wrong(value, message);
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_')
        && text.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == '_')
}

fn env(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(entries) = value.as_map() else {
        return out.wrong(value, format!("`{path}` should be a hash"));
    };
    for entry in entries.entries() {
        let (name, path) = (entry.key.as_str(), format!("{path}:{}", entry.key.as_str()));
        if !is_name(name) {
            out.wrong(&entry.value, format!("`{path}` is no name of a variable"));
        }
        if text(&entry.value).is_none() && !entry.value.is_unknown() {
            out.wrong(&entry.value, format!("`{path}` should be a string; quote it"));
        }
    }
}

fn inputs(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(entries) = value.as_map() else {
        return out.wrong(value, format!("`{path}` should be a hash"));
    };
    for entry in entries.entries().iter().filter(|entry| !is_name(&entry.key)) {
        let origin = Origin { at: entry.key_at, ..entry.value.origin.clone() };
        let message = format!(
            "`{path}` is no mapping of names: `{}` has other signs than letters, digits and `_`, or starts with a digit",
            entry.key
        );
        out.push(Problem::new("invalid-keyword-value", &origin, message));
    }
}

fn function(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Str(_) | ValueKind::Symbol(_) => {}
        ValueKind::Map(entries) => {
            check(value, &Kind::Map(&SOURCES), path, out);
            if entries.is_empty() {
                out.wrong(value, format!("`{path}` needs one of git and oci"));
            }
        }
        _ => out.wrong(value, format!("`{path}` should be a string or a hash")),
    }
}
