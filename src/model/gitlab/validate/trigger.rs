//! `trigger`

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Keyword, Table, key, map, unknown_key};
use super::kind::{By, Kind};
use super::rules::include_rule;
use super::words::{name, text};
use crate::model::gitlab::include::{cache_fault, is_base64};
use crate::model::gitlab::{Value, ValueKind, Version};

static FORWARD: Table = Table::of(&[
    key("yaml_variables", Kind::Bool, "Whether variables of the job go along; `true` if left out."),
    key("pipeline_variables", Kind::Bool, "Whether variables of the pipeline go along."),
]);

const STRATEGY: Keyword = key(
    "strategy",
    Kind::Enum(&["depend", "mirror"]),
    "Whether the job waits for the pipeline that it starts, and shows its result.",
)
.words_since(&[("mirror", Version::new(18, 2))]);
const FORWARD_KEY: Keyword =
    key("forward", Kind::Map(&FORWARD), "Which variables the other pipeline gets.");

const BRANCH: Keyword = key("branch", text(), "The branch that it runs for.").on(Expands::Server);
const INPUTS: Keyword =
    key("inputs", Kind::Names(&Kind::Any), "Inputs of the configuration of that project.")
        .since(17, 11);
const INCLUDE: Keyword = key(
    "include",
    Kind::By(By {
        check: include,
        shape: "a path, or a list of at most 3 files",
        table: Some(&FILE),
    }),
    "The configuration of the child pipeline.",
);

static PROJECT: Table = Table::of(&[
    key("project", name(), "The project whose pipeline is started.").on(Expands::Server),
    BRANCH,
    STRATEGY,
    FORWARD_KEY,
    INPUTS,
])
.requires(&["project"]);

static CHILD: Table = Table::of(&[INCLUDE, STRATEGY, FORWARD_KEY]);

/// All keys, for completion.
static ALL: Table = Table::of(&[
    key("project", name(), "The project whose pipeline is started.").on(Expands::Server),
    BRANCH,
    INCLUDE,
    STRATEGY,
    FORWARD_KEY,
    INPUTS,
]);

/// What an item of `include` may hold, here and at the top level.
pub(super) static FILE: Table = Table::of(&[
    key("local", text(), "A file of this repository, from its root.").on(Expands::Server),
    key("project", text(), "A file of another project.").on(Expands::Server),
    key("file", Kind::Texts, "The file, or files, of that project.").on(Expands::Server),
    key("ref", text(), "The branch, tag or commit of that project.").on(Expands::Server),
    key("template", text(), "A template that GitLab brings along."),
    key("artifact", text(), "A file that a job before made; for child pipelines only."),
    key("job", text(), "The job that makes it."),
    key("component", text(), "A component: `host/path/name@version`.")
        .since(16, 0)
        .on(Expands::Server),
    key("remote", text(), "A file by its URL.").on(Expands::Server),
    key("integrity", text(), "`sha256-` and the hash of the remote file in Base64.").since(17, 9),
    key("inputs", Kind::Any, "Inputs of the file.").since(15, 11),
    key("rules", Kind::Any, "When the file is included."),
    key("cache", Kind::Any, "How long the remote file is kept.").since(18, 9),
]);

pub(super) const TRIGGER: Kind = Kind::By(By {
    check: trigger,
    shape: "the path of a project, or a mapping with `project` or `include`",
    table: Some(&ALL),
});

fn include(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Str(_) => return,
        ValueKind::Seq(_) => {}
        _ => {
            let message = format!("`{path}` should be an array or a string; put a dash in front");
            return out.wrong(value, message);
        }
    }
    if value.items().len() > 3 {
        out.wrong(value, format!("`{path}` is too long (maximum is 3)"));
    }
    let path = path.key("include");
    for item in value.flat(u32::MAX) {
        if item.as_map().is_some_and(|map| !map.is_partial()) {
            file(item, path, out);
        } else if item.as_str().is_none() && !item.is_unknown() && !item.is_null() {
            out.wrong(item, format!("`{path}` should be a hash or a string"));
        }
    }
}

fn file(item: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    for entry in item.entries() {
        if FILE.keyword(entry.key.as_str()).is_none() {
            out.push(unknown_key(entry, FILE.keys.iter().map(|it| it.name), path));
        }
    }
    let blank = |name: &str| item.given(name).is_none_or(Value::is_blank);
    // `false` is as good as nothing to the server.
    let given = |name: &str| item.given(name).filter(|it| it.as_bool() != Some(false));
    if given("project").is_some() && blank("file") {
        let message = format!("`{path}` must specify the file where to fetch the config from");
        out.wrong(item, message);
    }
    if given("artifact").is_some() && blank("job") {
        let message = format!("`{path}` must specify the job where to fetch the artifact from");
        out.wrong(item, message);
    }
    if let Some(rules) = item.given("rules").filter(|it| !it.is_unknown()) {
        let hashes = |items: &[Value<'_>]| {
            items.iter().all(|rule| rule.as_map().is_some() || rule.is_unknown())
        };
        match rules.as_seq() {
            Some([]) => out.wrong(rules, format!("`{path}:rules` can't be blank")),
            Some(items) if hashes(items) => {
                for rule in items {
                    include_rule(rule, path.key("rules").key("rule"), out);
                }
            }
            _ => out.wrong(rules, format!("`{path}` rules should be an array of hashes")),
        }
    }
    if let Some(cache) = given("cache").filter(|it| !it.is_unknown() && !it.is_blank()) {
        if blank("remote") {
            let message = format!("`{path}` cache can only be specified for remote includes");
            out.wrong(cache, message);
        } else if let Some(fault) = cache_fault(cache) {
            out.wrong(cache, format!("`{path}` cache {fault}"));
        }
    }
    if let Some(integrity) = given("integrity").filter(|it| !it.is_unknown()) {
        if blank("remote") {
            let message = format!("`{path}` integrity can only be specified for remote includes");
            out.wrong(integrity, message);
        }
        match integrity.as_str().and_then(|text| text.strip_prefix("sha256-")) {
            None => {
                let message = format!("`{path}` integrity hash must start with 'sha256-'");
                out.wrong(integrity, message);
            }
            Some(hash) if !is_base64(hash) => {
                let message = format!("`{path}` integrity hash must be base64 encoded");
                out.wrong(integrity, message);
            }
            Some(_) => {}
        }
    }
}

fn trigger(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Str(text) if text.as_str().trim().is_empty() => {
            out.wrong(value, format!("`{path}` can't be blank"));
        }
        ValueKind::Str(_) => {}
        ValueKind::Map(entries) if entries.is_empty() && !entries.is_partial() => {
            out.wrong(value, format!("`{path}` can't be blank"));
        }
        ValueKind::Map(_) if value.get("include").is_some() => map(value, &CHILD, path, out),
        ValueKind::Map(_) => map(value, &PROJECT, path, out),
        _ => out.wrong(value, format!("`{path}` has to be either a string or a hash")),
    }
}
