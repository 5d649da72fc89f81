//! `run`: steps instead of a script

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Table, key, map};
use super::kind::{By, Kind, check};
use super::words::{name, text};
use crate::model::gitlab::{Value, ValueKind};

static STEP: Table = Table::of(&[
    key("name", Kind::By(STEP_NAME), "What other steps call it."),
    key("env", Kind::By(ENV), "Variables for the step.").on(Expands::Runner),
    key("script", name(), "Commands that it runs.").on(Expands::Shell),
    key("step", FUNCTION, "The function that it runs.").on(Expands::Runner),
    key("func", FUNCTION, "The function that it runs.").undated().on(Expands::Runner),
    key("inputs", Kind::Names(&Kind::Any), "Inputs of the function.").on(Expands::Runner),
])
.requires(&["name"]);

/// A step with a script has no inputs; that is told in other words.
static SCRIPT_STEP: Table = Table::of(&[
    key("name", Kind::By(STEP_NAME), "What other steps call it."),
    key("env", Kind::By(ENV), "Variables for the step.").on(Expands::Runner),
    key("script", name(), "Commands that it runs.").on(Expands::Shell),
    key("step", Kind::Any, "Not beside a script."),
    key("func", Kind::Any, "Not beside a script."),
    key("inputs", Kind::Any, "Not beside a script."),
])
.requires(&["name"]);

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
.excludes(&[&["git", "oci"]]);
static GIT: Table = Table::of(&[
    key("url", text(), "The repository."),
    key("rev", text(), "The branch, tag or commit."),
    key("dir", text(), "The folder in it."),
    key("file", text(), "The file in it."),
])
.requires(&["url", "rev"]);
static OCI: Table = Table::of(&[
    key("registry", text(), "The registry."),
    key("repository", text(), "The repository in it."),
    key("tag", text(), "The tag."),
    key("dir", text(), "The folder in it."),
    key("file", text(), "The file in it."),
])
.requires(&["registry", "repository", "tag"]);

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

fn step_name(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if !value.as_str().is_some_and(is_name) {
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
        if entry.value.as_str().is_none() && !entry.value.is_unknown() {
            out.wrong(&entry.value, format!("`{path}` should be a string; quote it"));
        }
    }
}

fn function(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Str(_) => {}
        ValueKind::Map(entries) => {
            check(value, &Kind::Map(&SOURCES), path, out);
            if entries.is_empty() {
                out.wrong(value, format!("`{path}` needs one of git and oci"));
            }
        }
        _ => out.wrong(value, format!("`{path}` should be a string or a hash")),
    }
}
