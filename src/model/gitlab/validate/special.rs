//! Checks of values that no table can describe.

use super::kind::{Kind, check, exclusive, map};
use super::table::*;
use crate::model::gitlab::{Problem, Value, ValueKind, condition as conditions, regexp};
use crate::syntax::expression;

const WRONG: &str = "invalid-keyword-value";

fn wrong(value: &Value<'_>, message: String, out: &mut Vec<Problem>) {
    out.push(Problem::new(WRONG, &value.origin, message));
}

pub(super) fn expose_as(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let Some(text) = value.as_str() else { return check(value, &Kind::Str(0, 100), path, out) };
    let word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    let fits = text.starts_with(word) && text.chars().all(|ch| word(ch) || ch == '-' || ch == ' ');
    if text.chars().count() > 100 || !fits {
        wrong(
            value,
            format!("`{path}` can contain only letters, digits, '-', '_' and spaces, at most 100"),
            out,
        );
    }
}

/// A key or prefix of a cache as text, or the mapping with `files`.
pub(super) fn cache_key(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    if value.as_map().is_some() {
        let before = out.len();
        map(value, &CACHE_KEY, path, out);
        let has = |name| value.given(name).is_some();
        let partial = value.as_map().is_some_and(|map| map.is_partial());
        if out.len() == before && !partial && !has("files") && !has("files_commits") {
            wrong(
                value,
                format!("`{path}` must use exactly one of these keys: files, files_commits"),
                out,
            );
        }
        return;
    }
    let text = match &value.kind {
        ValueKind::Str(text) | ValueKind::Symbol(text) => text.as_str(),
        _ => return wrong(value, format!("`{path}` should be a hash, a string or a symbol"), out),
    };
    let lower = text.to_ascii_lowercase();
    let decoded = lower.replace("%2e", ".");
    if text.contains('/') || lower.contains("%2f") {
        wrong(value, format!("`{path}` cannot contain the \"/\" character"), out);
    } else if decoded == "." || decoded == ".." {
        wrong(value, format!("`{path}` cannot be \".\" or \"..\""), out);
    }
}

pub(super) fn cache_policy(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    // The server's pattern has no ends: whatever contains one of the words passes.
    let passes = value
        .as_str()
        .is_some_and(|text| text.contains("pull") || text.contains("push") || text.contains('$'));
    if !passes {
        wrong(
            value,
            format!("`{path}` should be a variable or one of: pull-push, push, pull"),
            out,
        );
    }
}

pub(super) fn caches(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    match &value.kind {
        ValueKind::Map(_) => check(value, &ONE_CACHE, path, out),
        ValueKind::Seq(items) => {
            if items.len() > 4 {
                wrong(value, format!("`{path}` no more than 4 caches can be created"), out);
            }
            for item in value.flat(10) {
                check(item, &ONE_CACHE, path, out);
            }
        }
        _ => wrong(value, format!("`{path}` can only be a hash or an array"), out),
    }
}

pub(super) fn environment_name(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let Some(text) = value.as_str() else {
        return wrong(value, format!("`{path}` should be a hash or a string"), out);
    };
    let fits = text.chars().all(|ch| ch.is_ascii_alphanumeric() || "-_/${}. ".contains(ch));
    if text.is_empty() {
        wrong(value, format!("`{path}` name can't be blank"), out);
    } else if !fits || text.starts_with('/') || text.ends_with('/') {
        wrong(
            value,
            format!(
                "`{path}` name can contain only letters, digits, '-', '_', '/', '$', '{{', '}}', '.', and spaces, but it cannot start or end with '/'"
            ),
            out,
        );
    } else if text.len() > 255 {
        wrong(value, format!("`{path}` name is too long (maximum is 255 characters)"), out);
    }
}

pub(super) fn release_ref(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let fits = value.as_str().is_some_and(|text| {
        !text.is_empty()
            && !text.contains([' ', '~', '^', ':', '?', '*', '[', '\\'])
            && !text.contains("..")
    });
    if !fits {
        wrong(value, format!("`{path}` must be a valid ref"), out);
    }
}

/// ISO 8601 as far as its beginning: a date, and a time if one follows.
pub(super) fn datetime(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let fits = value.as_str().is_some_and(|text| {
        let mut parts = text.splitn(3, '-');
        let number = |part: Option<&str>, len| {
            part.is_some_and(|it| {
                it.len() >= len && it.bytes().take(len).all(|byte| byte.is_ascii_digit())
            })
        };
        number(parts.next(), 4) && number(parts.next(), 1) && number(parts.next(), 1)
    });
    if !fits {
        wrong(value, format!("`{path}` must be a valid datetime"), out);
    }
}

pub(super) fn links(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let Some(items) = value.as_seq() else {
        return wrong(value, format!("`{path}` should be an array of hashes"), out);
    };
    if items.is_empty() {
        wrong(value, format!("`{path}` can't be blank"), out);
    }
    for item in items {
        check(item, &Kind::Map(&LINK), path, out);
    }
}

pub(super) fn exit_codes(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let fits = !value.is_blank()
        && value.one_or_more().iter().all(|item| item.as_int().is_some() || item.is_unknown());
    if !fits || value.as_map().is_some() {
        wrong(value, format!("`{path}` should be an array of integers or an integer"), out);
    }
}

const INHERITED: [&str; 13] = [
    "before_script",
    "after_script",
    "hooks",
    "cache",
    "image",
    "services",
    "interruptible",
    "timeout",
    "retry",
    "tags",
    "artifacts",
    "id_tokens",
    "identity",
];

pub(super) fn inherit_list(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let fits = value.as_bool().is_some()
        || value.as_seq().is_some_and(|items| {
            items.iter().all(|item| item.as_str().is_some() || item.is_unknown())
        });
    if !fits {
        wrong(value, format!("`{path}` should be a bool or array of strings"), out);
    }
}

pub(super) fn inherit_default(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    inherit_list(value, path, out);
    for item in value.as_seq().unwrap_or_default() {
        if let Some(name) = item.as_str().filter(|name| !INHERITED.contains(name)) {
            wrong(item, format!("`{path}` contains unknown values: {name}"), out);
        }
    }
}

/// An expression of `rules:if`.
pub(super) fn condition(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let fault = match value.as_str() {
        Some(text) => expression_fault(text),
        None => Some(format!("{} is no expression", value.inspect())),
    };
    if let Some(fault) = fault {
        let message = format!("`{path}` invalid expression syntax: {fault}");
        out.push(Problem::new("invalid-rules-expression", &value.origin, message));
    }
}

fn expression_fault(text: &str) -> Option<String> {
    let expression = expression::parse(text);
    if let Some(error) = expression.errors.first() {
        return Some(error.message.clone());
    }
    conditions::fault(&expression).map(|error| error.message)
}

pub(super) fn exists(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    check(value, &EXISTS_KIND, path, out);
    if value.given("ref").is_some() && value.given("project").is_none() {
        wrong(value, format!("`{path}` missing required keys: project"), out);
    }
}

fn rules(
    value: &Value<'_>,
    table: &'static super::kind::Table,
    path: &str,
    out: &mut Vec<Problem>,
) {
    let Some(items) = value.as_seq() else {
        return wrong(
            value,
            format!("`{path}` should be an array containing hashes and arrays of hashes"),
            out,
        );
    };
    if items.is_empty() {
        return wrong(value, format!("`{path}` can't be blank"), out);
    }
    for rule in value.flat(10).into_iter().filter(|rule| !rule.is_unknown()) {
        let Some(entries) = rule.as_map() else {
            wrong(
                rule,
                format!("`{path}` should be an array containing hashes and arrays of hashes"),
                out,
            );
            continue;
        };
        if entries.is_empty() && !entries.is_partial() {
            wrong(rule, format!("`{path}:rule` can't be blank"), out);
        }
        let path = format!("{path}:rule");
        map(rule, table, &path, out);
        delayed(rule, &path, out);
    }
}

/// `start_in` goes with `when: delayed`, and only with it.
pub(super) fn delayed(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let when = value.given("when").and_then(Value::as_str);
    let start = value.given("start_in");
    let partial = value.as_map().is_some_and(|map| map.is_partial());
    match (when, start) {
        (Some("delayed"), None) if !partial => {
            wrong(
                value.given("when").unwrap_or(value),
                format!("`{path}` start in should be a duration: `when: delayed` needs it"),
                out,
            );
        }
        (when, Some(start)) if when != Some("delayed") && !partial => {
            wrong(
                start,
                format!(
                    "`{path}` contains disallowed keys: start_in; it goes with `when: delayed`"
                ),
                out,
            );
        }
        _ => {}
    }
}

pub(super) fn job_rules(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    rules(value, &RULE, path, out);
}

pub(super) fn workflow_rules(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    rules(value, &WORKFLOW_RULE, path, out);
}

/// Files that a trigger includes.
pub(super) fn trigger_include(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let items = match &value.kind {
        ValueKind::Seq(_) => value.flat(10),
        _ => vec![value],
    };
    if items.len() > 3 {
        wrong(value, format!("`{path}` is too long (maximum is 3)"), out);
    }
    for item in items {
        if item.as_map().is_some() {
            map(item, &TRIGGER_FILE, path, out);
            if item.given("project").is_some() && item.given("file").is_none() {
                wrong(
                    item,
                    format!("`{path}` must specify the file where to fetch the config from"),
                    out,
                );
            }
        } else if item.as_str().is_none() && !item.is_unknown() && !item.is_null() {
            wrong(item, format!("`{path}` should be a string or a hash"), out);
        }
    }
}

pub(super) fn trigger(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    match &value.kind {
        ValueKind::Str(text) if text.as_str().is_empty() => {
            wrong(value, format!("`{path}` can't be blank"), out);
        }
        ValueKind::Str(_) => {}
        ValueKind::Map(_) if value.given("include").is_some() => {
            map(value, &TRIGGER_INCLUDE, path, out);
        }
        ValueKind::Map(_) => map(value, &TRIGGER_PROJECT, path, out),
        _ => wrong(value, format!("`{path}` has to be either a string or a hash"), out),
    }
}

pub(super) fn trigger_parallel(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    if value.as_int().is_some() {
        return wrong(value, format!("`{path}` cannot use \"parallel: <number>\"."), out);
    }
    check(value, &PARALLEL_MATRIX, path, out);
}

pub(super) fn matrix(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let Some(items) = value.as_seq() else {
        return wrong(value, format!("`{path}` should be an array of hashes"), out);
    };
    let scalar = |value: &Value<'_>| {
        matches!(value.kind, ValueKind::Str(_) | ValueKind::Symbol(_) | ValueKind::Int(_))
            || value.is_unknown()
    };
    let mut total = 0_usize;
    let mut known = true;
    for item in items.iter().filter(|item| !item.is_unknown()) {
        let Some(entries) = item.as_map() else {
            wrong(item, format!("`{path}` should be an array of hashes"), out);
            continue;
        };
        if entries.is_empty() {
            wrong(item, format!("`{path}:variables` requires at least 1 items"), out);
        }
        let mut product = 1_usize;
        for entry in entries.entries() {
            known &= !entry.value.has_unknown();
            let fits = match entry.value.as_seq() {
                Some(values) => {
                    product = product.saturating_mul(values.len());
                    values.iter().all(scalar)
                }
                None => scalar(&entry.value),
            };
            if !fits {
                wrong(
                    &entry.value,
                    format!(
                        "`{path}:variables` should be a hash of key value pairs, value can be an array; values are strings or whole numbers"
                    ),
                    out,
                );
            }
        }
        total = total.saturating_add(product);
    }
    if known && total > 200 {
        wrong(value, format!("`{path}` generates too many jobs (maximum is 200)"), out);
    }
}

/// `only` and `except`.
pub(super) fn only(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    match &value.kind {
        ValueKind::Seq(_) => refs(value, path, out),
        ValueKind::Map(entries) => {
            if entries.is_empty() && !entries.is_partial() {
                wrong(value, format!("`{path}` can't be blank"), out);
            }
            for entry in entries
                .entries()
                .iter()
                .filter(|entry| !entry.value.is_null() && !entry.value.is_unknown())
            {
                let path = format!("{path}:{}", entry.key.as_str());
                match entry.key.as_str() {
                    "refs" => refs(&entry.value, &path, out),
                    "variables" => {
                        check(&entry.value, &Kind::Strings(usize::MAX), &path, out);
                        for item in
                            entry.value.items().iter().filter(|item| item.as_str().is_some())
                        {
                            condition(item, &path, out);
                        }
                    }
                    "changes" => check(&entry.value, &Kind::Strings(usize::MAX), &path, out),
                    "kubernetes" => check(&entry.value, &Kind::Enum(&["active"]), &path, out),
                    name => {
                        let message = format!("`{path}` contains the unknown key `{name}`");
                        out.push(Problem::new("unknown-keyword", &entry.value.origin, message));
                    }
                }
            }
        }
        _ => {
            wrong(
                value,
                format!("`{path}` has to be either an array of conditions or a hash"),
                out,
            );
        }
    }
}

fn refs(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let Some(items) = value.as_seq() else {
        return wrong(
            value,
            format!(
                "`{path}` should be an array of strings or regular expressions using re2 syntax"
            ),
            out,
        );
    };
    for item in items.iter().filter(|item| !item.is_unknown()) {
        let fits = item.as_str().is_some_and(|text| {
            // A path of a project may stand behind the pattern: `/…/@group/project`.
            match text
                .strip_prefix('/')
                .and_then(|rest| rest.rfind('/').map(|end| (&rest[..end], &rest[end + 1..])))
            {
                Some((pattern, tail)) if !text.contains('@') => {
                    regexp::check(pattern, tail).is_ok()
                }
                _ => true,
            }
        });
        if !fits {
            wrong(
                item,
                format!(
                    "`{path}` should be an array of strings or regular expressions using re2 syntax"
                ),
                out,
            );
        }
    }
}

pub(super) fn tags(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    check(value, &Kind::Strings(usize::MAX), path, out);
    if value.items().len() >= 50 {
        wrong(value, format!("`{path}` must be less than the limit of 50 tags"), out);
    }
}

pub(super) fn coverage(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let pattern = value
        .as_str()
        .and_then(|text| text.strip_prefix('/'))
        .and_then(|rest| rest.rfind('/').map(|end| &rest[..end]));
    if pattern.is_none_or(|pattern| regexp::check(pattern, "").is_err()) {
        wrong(value, format!("`{path}` must be a regular expression with re2 syntax"), out);
    }
}

fn variable(value: &Value<'_>, keys: &[&str], path: &str, out: &mut Vec<Problem>) {
    match &value.kind {
        ValueKind::Seq(_) => wrong(
            value,
            format!("`{path}` variable definition must be either a string or a hash"),
            out,
        ),
        ValueKind::Map(entries) => {
            for entry in entries.entries() {
                let name = entry.key.as_str();
                if !keys.contains(&name) {
                    let message = format!("`{path}` uses invalid data keys: {name}");
                    out.push(Problem::new("unknown-keyword", &entry.value.origin, message));
                }
            }
            if let Some(text) = value.given("value")
                && (text.as_map().is_some() || text.as_seq().is_some())
            {
                wrong(text, format!("`{path}` value must be a scalar"), out);
            }
            if let Some(expand) = value.given("expand") {
                check(expand, &Kind::Bool, &format!("{path} expand"), out);
            }
            if let Some(options) = value.given("options").filter(|_| keys.contains(&"options")) {
                check(options, &Kind::Strings(usize::MAX), &format!("{path} options"), out);
                let text = value.given("value").and_then(|it| it.to_text());
                let known = !value.has_unknown();
                if known
                    && !options.items().iter().any(|item| item.to_text() == text && text.is_some())
                {
                    wrong(options, format!("`{path}` value must be present in options"), out);
                }
            }
        }
        _ => {}
    }
}

fn variables(value: &Value<'_>, keys: &[&str], path: &str, out: &mut Vec<Problem>) {
    let Some(entries) = value.as_map() else {
        return wrong(value, format!("`{path}` should be a hash"), out);
    };
    for entry in entries.entries().iter().filter(|entry| !entry.value.is_unknown()) {
        variable(&entry.value, keys, &format!("{path}:{}", entry.key.as_str()), out);
    }
}

pub(super) fn global_variables(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    variables(value, &["value", "description", "expand", "options"], path, out);
}

pub(super) fn job_variables(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    variables(value, &["value", "expand"], path, out);
}

pub(super) fn stages(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let fits = value.as_seq().is_some()
        && value.flat(10).iter().all(|item| item.as_str().is_some() || item.is_unknown());
    if !fits {
        wrong(
            value,
            format!(
                "`{path}` should be an array of strings or a nested array of strings up to 10 levels deep"
            ),
            out,
        );
    }
}

/// One item of `needs`, by the keys that stand in it, also with null.
fn need(item: &Value<'_>, own_pipeline: bool, path: &str, out: &mut Vec<Problem>) {
    let Some(entries) = item.as_map() else {
        // A list with nothing in it, as references and aliases leave it, is no need.
        if item.as_str().is_none() && !item.is_unknown() && !item.is_null() {
            wrong(item, format!("`{path}:need` has an unsupported type"), out);
        }
        return;
    };
    if entries.is_partial() {
        return;
    }
    let has = |name: &str| entries.get(name).is_some();
    let keys: &[&str] = match (has("project"), has("pipeline"), has("job")) {
        (true, _, _) => &["project", "ref", "job", "artifacts"],
        (false, true, true) => &["pipeline", "job", "artifacts", "optional"],
        (false, true, false) => &["pipeline"],
        (false, false, true) => &["job", "artifacts", "optional", "parallel"],
        (false, false, false) => {
            return wrong(item, format!("`{path}:need` has an unsupported type"), out);
        }
    };
    if (has("project") || has("pipeline")) && own_pipeline {
        return wrong(
            item,
            format!(
                "`{path}` uses invalid types: cross_dependency; rules can only need jobs of the same pipeline"
            ),
            out,
        );
    }
    if has("project") && item.given("project").is_none() {
        return wrong(item, format!("`{path}:need` has an unsupported type"), out);
    }
    for entry in entries.entries() {
        let name = entry.key.as_str();
        let path = format!("{path}:need:{name}");
        match name {
            _ if !keys.contains(&name) => {
                let message = format!("`{path}` contains the unknown key `{name}`");
                out.push(Problem::new("unknown-keyword", &entry.value.origin, message));
            }
            "artifacts" | "optional" => check(&entry.value, &Kind::Bool, &path, out),
            "parallel" => {}
            _ => check(&entry.value, &Kind::Str(0, usize::MAX), &path, out),
        }
    }
    let required: &[&str] = if has("project") { &["ref", "job"] } else { &[] };
    for name in required {
        if item.given(name).is_none() {
            wrong(item, format!("`{path}:need` {name} should be a string"), out);
        }
    }
}

fn all_needs(value: &Value<'_>, own_pipeline: bool, path: &str, out: &mut Vec<Problem>) {
    let items = match &value.kind {
        ValueKind::Map(entries) if entries.is_empty() && !entries.is_partial() => {
            return wrong(value, format!("`{path}` can not be an empty hash"), out);
        }
        ValueKind::Map(_) => vec![value],
        ValueKind::Seq(_) => value.flat(10),
        _ => return wrong(value, format!("`{path}` can only be a hash or an array"), out),
    };
    for kind in ["project", "pipeline"] {
        let count = items
            .iter()
            .filter(|item| item.given(kind).is_some() && item.given("job").is_some())
            .count();
        if count > 5 {
            wrong(
                value,
                format!(
                    "`{path}` must be less than or equal to 5: there are {count} of another {kind}"
                ),
                out,
            );
        }
    }
    for item in items {
        need(item, own_pipeline, path, out);
    }
}

pub(super) fn needs(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    all_needs(value, false, path, out);
}

pub(super) fn rule_needs(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    all_needs(value, true, path, out);
}

pub(super) fn job_inputs(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let Some(entries) = value.as_map() else {
        return wrong(value, format!("`{path}` should be a hash"), out);
    };
    if entries.len() > 50 {
        wrong(value, format!("`{path}` has too many inputs (maximum is 50)"), out);
    }
    for entry in entries.entries().iter().filter(|entry| entry.value.as_map().is_some()) {
        let path = format!("{path}:{}", entry.key.as_str());
        if entry.value.get("default").is_none() {
            wrong(&entry.value, format!("`{path}` lacks the required key `default`"), out);
        }
        if let Some(kind) = entry.value.given("type") {
            check(
                kind,
                &Kind::Enum(&["string", "number", "boolean", "array"]),
                &format!("{path}:type"),
                out,
            );
        }
    }
}

const PROVIDERS: [&str; 6] = [
    "vault",
    "azure_key_vault",
    "gcp_secret_manager",
    "aws_secrets_manager",
    "gitlab_secrets_manager",
    "akeyless",
];

pub(super) fn secrets(value: &Value<'_>, path: &str, out: &mut Vec<Problem>) {
    let Some(entries) = value.as_map() else {
        return wrong(value, format!("`{path}` should be a hash"), out);
    };
    for entry in entries.entries().iter().filter(|entry| !entry.value.is_unknown()) {
        let (secret, path) = (&entry.value, format!("{path}:{}", entry.key.as_str()));
        let Some(keys) = secret.as_map() else {
            wrong(secret, format!("`{path}` should be a hash"), out);
            continue;
        };
        for key in keys.entries() {
            let name = key.key.as_str();
            if !PROVIDERS.contains(&name) && name != "file" && name != "token" {
                let message = format!("`{path}` contains the unknown key `{name}`");
                out.push(Problem::new("unknown-keyword", &key.value.origin, message));
            }
        }
        if keys.is_partial() {
            continue;
        }
        if !PROVIDERS.iter().any(|name| secret.given(name).is_some()) {
            wrong(
                secret,
                format!("`{path}` must use exactly one of these keys: {}", PROVIDERS.join(", ")),
                out,
            );
        }
        exclusive(secret, &PROVIDERS, &path, out);
        if secret.given("gcp_secret_manager").is_some() && secret.given("token").is_none() {
            wrong(secret, format!("`{path}` token is required with gcp secrets manager"), out);
        }
        let required: [(&str, &[&str]); 3] = [
            ("vault", &["engine", "path", "field"]),
            ("azure_key_vault", &["name"]),
            ("gcp_secret_manager", &["name"]),
        ];
        for (provider, names) in required {
            let Some(given) = secret.given(provider).filter(|given| given.as_map().is_some())
            else {
                continue;
            };
            for name in names.iter().filter(|name| given.given(name).is_none()) {
                wrong(given, format!("`{path}:{provider}` lacks the required key `{name}`"), out);
            }
        }
    }
}
