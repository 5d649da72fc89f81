//! `cache`

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Keyword, Table, key, map};
use super::kind::{By, Kind, check};
use super::words::OUTCOMES;
use crate::model::gitlab::{KEY_FILES_FLAG, Problem, Value, ValueKind};

static KEYS: [Keyword; 7] = [
    key(
        "key",
        Kind::By(By {
            check: cache_key,
            shape: "a string without `/`, or a mapping with `files` or `files_commits`",
            table: Some(&KEY),
        }),
        "What jobs have in common that share this cache; `default` if it is left out.",
    )
    .on(Expands::Runner),
    key(
        "paths",
        Kind::Strings(0, usize::MAX),
        "Files and folders to keep, relative to the project.",
    )
    .on(Expands::Runner),
    key("untracked", Kind::Bool, "Whether files that Git does not track are kept too."),
    key("when", Kind::Enum(&OUTCOMES), "After which result of the job the cache is stored."),
    key(
        "policy",
        Kind::By(By {
            check: policy,
            shape: "one of `pull-push`, `pull`, `push`, or a variable",
            table: None,
        }),
        "Whether the job fetches the cache, stores it, or both.",
    )
    .suggest(&["pull-push", "pull", "push"])
    .on(Expands::Runner),
    key("unprotect", Kind::Bool, "Whether protected and other branches share the cache.")
        .since(15, 8),
    key(
        "fallback_keys",
        Kind::Strings(0, 5),
        "Keys to try in order if there is no cache for `key`.",
    )
    .undated()
    .on(Expands::Runner),
];
static CACHE: Table = Table::of(&KEYS);

static KEY: Table = Table::of(&[
    key(
        "files",
        Kind::Strings(1, 10),
        "Files whose content makes the key: two, or ten with `increase_ci_cache_key_files_limit`.",
    ),
    key("files_commits", Kind::Strings(1, 2), "Files whose last commits make the key.").undated(),
    key(
        "prefix",
        Kind::By(By { check: plain_key, shape: "a string without `/`", table: None }),
        "Text in front of what is made of the files.",
    )
    .on(Expands::Runner),
])
.takes_one_of(&["files", "files_commits"]);

pub(super) const CACHES: Kind = Kind::By(By {
    check: caches,
    shape: "a mapping, or a list of at most 4 mappings",
    table: Some(&CACHE),
});

/// A key as text, or the mapping with `files`.
fn cache_key(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if value.as_map().is_none() {
        return plain_key(value, path, out);
    }
    map(value, &KEY, path, out);
    let most = out.key_files;
    if let Some(files) =
        value.given("files").filter(|it| (most + 1..=10).contains(&it.items().len()))
    {
        let message = format!("`{path}:files` has too many items (maximum is {most})");
        // A flag that nobody can see from here decides, where the server knows it at all.
        let (rule, help) = match out.version < crate::model::gitlab::Version::new(19, 5) {
            true => ("invalid-keyword-value", format!("name {most} files at most")),
            false => (
                "too-many-key-files",
                format!(
                    "name {most} files at most; if the server has the feature flag `{KEY_FILES_FLAG}` on, \
                     say so in pipespec.yaml: `gitlab: {{features: [{KEY_FILES_FLAG}]}}`"
                ),
            ),
        };
        out.push(Problem::new(rule, &files.origin, message).help(help));
    }
}

fn plain_key(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let (ValueKind::Str(text) | ValueKind::Symbol(text)) = &value.kind else {
        let kinds = if path.name() == "prefix" { "string or" } else { "hash, a string or a" };
        return out.wrong(value, format!("`{path}` should be a {kinds} symbol"));
    };
    let lower = text.as_str().to_ascii_lowercase();
    let decoded = lower.replace("%2e", ".");
    if lower.contains('/') || lower.contains("%2f") {
        out.wrong(value, format!("`{path}` cannot contain the \"/\" character"));
    } else if decoded == "." || decoded == ".." {
        out.wrong(value, format!("`{path}` cannot be \".\" or \"..\""));
    }
}

fn policy(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    // The server's pattern has no ends: whatever contains one of the words passes, and so does what is blank.
    let named = |text: &str| ["pull", "push", "$"].iter().any(|part| text.contains(part));
    if !value.is_blank() && !value.as_str().is_some_and(named) {
        let message = format!(
            "`{path}` is {}; it should be a variable or one of: pull-push, push, pull",
            value.inspect()
        );
        out.wrong(value, message);
    }
}

fn caches(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Map(_) => map(value, &CACHE, path, out),
        ValueKind::Seq(items) => {
            if items.len() > 4 {
                out.wrong(value, format!("`{path}` no more than 4 caches can be created"));
            }
            for item in value.flat(u32::MAX) {
                check(item, &Kind::Map(&CACHE), path, out);
            }
        }
        _ => out.wrong(value, format!("`{path}` can only be a hash or an array")),
    }
}
