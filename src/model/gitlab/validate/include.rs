//! The keys of `include` and of the header `spec`. They are checked where files are put together and inputs are read;
//! the tables say what is known of them.

use super::keyword::{Expands, KeyPath, Table, key};
use super::kind::{By, Kind};
use super::rules::INCLUDE_RULES;
use super::words::text;
use crate::model::gitlab::{Value, Version};

/// Checked elsewhere.
fn elsewhere(_: &Value<'_>, _: KeyPath<'_>, _: &mut super::Findings) {}

static FILE: Table = Table::of(&[
    key("local", text(), "A file of this repository, from its root.").on(Expands::Server),
    key("project", text(), "The project that the file lies in.").on(Expands::Server),
    key("file", Kind::Texts, "The file, or files, of that project.").on(Expands::Server),
    key("ref", text(), "The branch, tag or commit of that project; `HEAD` if it is left out.")
        .on(Expands::Server),
    key("remote", text(), "The URL of a file.").on(Expands::Server),
    key("integrity", text(), "The digest that the remote file must have: `sha256-` and base64.")
        .since(17, 9),
    key(
        "cache",
        Kind::By(By {
            check: elsewhere,
            shape: "`true`, `false`, or a duration of at least a minute",
            table: None,
        }),
        "How long the server keeps the remote file; an hour for `true`.",
    )
    .suggest(&["true", "false"])
    .since(18, 9),
    key("template", text(), "A template that comes with GitLab.").on(Expands::Server),
    key("component", text(), "A component and its version: `host/path/name@1.0`.")
        .since(16, 0)
        .on(Expands::Server),
    key("inputs", Kind::Names(&Kind::Any), "Values for the inputs that the file asks for.")
        .since(15, 11)
        .on(Expands::Server),
    key("rules", INCLUDE_RULES, "When the file is included; the first rule that matches decides.")
        .on(Expands::Server),
])
.excludes(&[&["local", "project", "remote", "template", "component"]]);

pub(super) const INCLUDE_KIND: Kind = Kind::By(By {
    check: elsewhere,
    shape: "a list of files, a path or URL, or a mapping",
    table: Some(&FILE),
});

static INPUT: Table = Table::of(&[
    key(
        "type",
        Kind::Enum(&["string", "number", "boolean", "array"]),
        "What the value is; `string` if it is left out.",
    )
    .words_since(&[("array", Version::new(16, 11))]),
    key("default", Kind::Any, "The value if nobody gives one; without it the input is required."),
    key("description", text(), "What is shown beside it."),
    key("options", Kind::Strings(0, 50), "Values to choose from."),
    key("regex", text(), "An RE2 expression that the value must match."),
    key(
        "rules",
        Kind::List(&Kind::Map(&INPUT_RULE), usize::MAX),
        "Options and defaults that depend on other inputs; the first rule that matches decides.",
    )
    .since(18, 7),
])
.excludes(&[&["rules", "default"], &["rules", "options"]]);

static INPUT_RULE: Table = Table::of(&[
    key("if", text(), "A comparison of other inputs: `$[[ inputs.name ]] == 'a'`."),
    key("options", Kind::Strings(0, 50), "Values to choose from if the rule matches."),
    key("default", Kind::Any, "The value if the rule matches and nobody gives one."),
]);

static INPUTS_FILE: Table = Table::of(&[
    key("local", text(), "A file of this repository, from its root."),
    key("project", text(), "The project that the file lies in."),
    key("file", text(), "The file of that project."),
    key("ref", text(), "The branch, tag or commit of that project; `HEAD` if it is left out."),
    key("remote", text(), "The URL of a file."),
    key("integrity", text(), "The digest that the remote file must have: `sha256-` and base64."),
    key("cache", text(), "How long the server keeps the remote file."),
]);

static SPEC: Table = Table::of(&[
    key("inputs", Kind::Names(&Kind::Map(&INPUT)), "What who includes the file may give.")
        .since(15, 11),
    key(
        "include",
        Kind::List(&Kind::Map(&INPUTS_FILE), usize::MAX),
        "Files that declare further inputs.",
    )
    .since(18, 6),
    key(
        "component",
        Kind::Enums(&["name", "sha", "version", "reference"], true),
        "What the file may ask of itself as a component: `$[[ component.version ]]`.",
    )
    .since(18, 6),
    key("description", text(), "What the file is for.").since(18, 10),
]);

/// The keys of the header.
pub(super) static HEADER: Table = Table::of(&[key(
    "spec",
    Kind::Map(&SPEC),
    "What the file asks for; it stands in front of a line `---`, the configuration behind it.",
)
.since(15, 11)]);
