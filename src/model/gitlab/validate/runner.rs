//! Keywords that say how a job is run: `tags`, `retry`, `hooks`, `coverage`, `inherit`, `stages`, `inputs`

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Table, key, map};
use super::kind::{By, Kind, check};
use crate::model::Origin;
use crate::model::gitlab::{Problem, Value, ValueKind, Version, inputs, regexp};
use rustc_hash::FxHashSet;

pub(super) const TAGS: Kind =
    Kind::By(By { check: tags, shape: "a list of fewer than 50 strings", table: None });

fn tags(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    check(value, &Kind::Strings(0, usize::MAX), path, out);
    // The server reads them as one text: commas part it, and a tag counts once.
    let texts = value.items().iter().filter_map(Value::to_text);
    let mut parts = FxHashSet::default();
    for text in texts {
        parts.extend(text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned));
    }
    if parts.len() >= 50 {
        out.wrong(value, format!("`{path}` must be less than the limit of 50 tags"));
    }
}

pub(super) const COVERAGE: Kind = Kind::By(By {
    check: coverage,
    shape: "a regular expression between slashes, in the syntax of RE2",
    table: None,
});

fn coverage(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let fault = match value.as_str().and_then(super::policy::pattern) {
        Some((pattern, _)) => regexp::check(pattern, "").err(),
        None => Some("it stands between slashes: `/…/`".to_owned()),
    };
    if let Some(fault) = fault {
        let message = format!("`{path}` must be a regular expression with re2 syntax: {fault}");
        out.wrong(value, message);
    }
}

static HOOKS: Table = Table::of(&[key(
    "pre_get_sources_script",
    Kind::Script { blank: true },
    "Commands that run before the sources are fetched.",
)
.on(Expands::Shell)]);
pub(super) const HOOKS_KIND: Kind = Kind::Map(&HOOKS);

/// The reasons that the documentation names, then those that the server takes besides.
static RETRY_WHEN: [&str; 56] = [
    "always",
    "unknown_failure",
    "script_failure",
    "api_failure",
    "stuck_or_timeout_failure",
    "stuck_pending_with_matching_runners",
    "stuck_pending_no_matching_runners",
    "no_updates_running",
    "no_updates_canceling",
    "runner_system_failure",
    "runner_configuration_error",
    "runner_external_dependency_failure",
    "runner_interrupted",
    "runner_unsupported",
    "stale_schedule",
    "job_execution_timeout",
    "server_timeout_running",
    "server_timeout_canceling",
    "archived_failure",
    "unmet_prerequisites",
    "scheduler_failure",
    "data_integrity_failure",
    "missing_dependency_failure",
    "forward_deployment_failure",
    "user_blocked",
    "project_deleted",
    "ci_quota_exceeded",
    "pipeline_loop_detected",
    "no_matching_runner",
    "trace_size_exceeded",
    "builds_disabled",
    "environment_creation_failure",
    "deployment_rejected",
    "failed_outdated_deployment_job",
    "job_execution_server_timeout",
    "protected_environment_failure",
    "insufficient_bridge_permissions",
    "downstream_bridge_project_not_found",
    "invalid_bridge_trigger",
    "upstream_bridge_project_not_found",
    "insufficient_upstream_permissions",
    "bridge_pipeline_is_child_pipeline",
    "downstream_pipeline_creation_failed",
    "secrets_provider_not_found",
    "reached_max_descendant_pipelines_depth",
    "ip_restriction_failure",
    "reached_max_pipeline_hierarchy_size",
    "reached_downstream_pipeline_trigger_rate_limit",
    "duo_workflow_not_allowed",
    "job_router_failure",
    "job_token_expired",
    "runner_provisioning_timeout",
    "image_pull_failure",
    "runner_image_pull_failure",
    "runner_job_timeout",
    "runner_failure",
];

static RETRY: Table = Table::of(&[
    key(
        "max",
        Kind::By(By { check: retry_max, shape: "a whole number from 0 to 2", table: None }),
        "How often the job is tried again.",
    ),
    key("when", Kind::By(RETRY_REASONS), "After which failures it is tried again.")
        .suggest(&RETRY_WHEN)
        .words_since(&NEW_REASONS),
    key("exit_codes", EXIT_CODES, "After which exit codes it is tried again.").since(16, 10),
]);
pub(super) const RETRY_KIND: Kind = Kind::By(By {
    check: retry,
    shape: "a whole number from 0 to 2, or a mapping",
    table: Some(&RETRY),
});
const RETRY_REASONS: By =
    By { check: retry_when, shape: "a reason, or a list of reasons", table: None };

const REASONS: Version = Version::new(19, 1);
static NEW_REASONS: [(&str, Version); 3] = [
    ("runner_configuration_error", REASONS),
    ("runner_external_dependency_failure", REASONS),
    ("runner_interrupted", REASONS),
];

fn retry(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    match &value.kind {
        ValueKind::Int(_) => check(value, &Kind::Int(0, 2), path, out),
        ValueKind::Map(_) => map(value, &RETRY, path, out),
        _ => out.wrong(value, format!("`{path}` has to be either an integer or a hash")),
    }
}

/// The server reads digits in a string as a number here.
fn retry_max(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let digits = value.as_str().and_then(|text| text.parse::<i64>().ok());
    match digits {
        Some(0..=2) => {}
        Some(..0) => out.wrong(value, format!("`{path}` must be greater than or equal to 0")),
        Some(3..) => out.wrong(value, format!("`{path}` must be less than or equal to 2")),
        None => check(value, &Kind::Int(0, 2), path, out),
    }
}

fn retry_when(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let known = |item: &Value<'_>| {
        item.is_unknown() || item.as_str().is_some_and(|it| RETRY_WHEN.contains(&it))
    };
    match &value.kind {
        ValueKind::Str(text) if !known(value) => {
            let message = format!("`{path}` is not included in the list: `{}`", text.as_str());
            out.wrong(value, message);
        }
        ValueKind::Str(_) | ValueKind::Symbol(_) => {}
        ValueKind::Seq(items) => {
            check(value, &Kind::Texts, path, out);
            for item in items.iter().filter(|item| !known(item)) {
                if let ValueKind::Str(text) | ValueKind::Symbol(text) = &item.kind {
                    let text = text.as_str();
                    out.wrong(item, format!("`{path}` contains unknown values: {text}"));
                }
            }
        }
        _ => check(value, &Kind::Texts, path, out),
    }
}

/// Exit codes of `retry` and `allow_failure`.
pub(super) const EXIT_CODES: Kind =
    Kind::By(By { check: exit_codes, shape: "a whole number, or a list of them", table: None });

fn exit_codes(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let whole = |item: &Value<'_>| {
        matches!(item.kind, ValueKind::Int(_) | ValueKind::BigInt(_)) || item.is_unknown()
    };
    if !whole(value) && !value.as_seq().is_some_and(|items| items.iter().all(whole)) {
        out.wrong(value, format!("`{path}` should be an array of integers or an integer"));
    }
}

static ALLOW: Table =
    Table::of(&[key("exit_codes", EXIT_CODES, "With which exit codes the job may fail.")]);
pub(super) const ALLOW_FAILURE: Kind = Kind::By(By {
    check: |value, path, out| match &value.kind {
        ValueKind::Bool(_) => {}
        ValueKind::Map(_) => map(value, &ALLOW, path, out),
        _ => out.wrong(value, format!("`{path}` should be a hash or a boolean value")),
    },
    shape: "`true`, `false`, or a mapping with `exit_codes`",
    table: Some(&ALLOW),
});

static INHERIT: Table = Table::of(&[
    key(
        "default",
        Kind::By(By {
            check: inherit_default,
            shape: "`true`, `false`, or a list of keywords of `default`",
            table: None,
        }),
        "Which keywords of `default` the job takes over.",
    ),
    key(
        "variables",
        Kind::By(By {
            check: inherit_list,
            shape: "`true`, `false`, or a list of names",
            table: None,
        }),
        "Which global variables the job takes over.",
    ),
]);
pub(super) const INHERIT_KIND: Kind = Kind::Map(&INHERIT);

fn inherit_list(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let text = |item: &Value<'_>| {
        matches!(item.kind, ValueKind::Str(_) | ValueKind::Symbol(_)) || item.is_unknown()
    };
    if value.as_bool().is_none() && !value.as_seq().is_some_and(|items| items.iter().all(text)) {
        out.wrong(value, format!("`{path}` should be a bool or array of strings"));
    }
}

fn inherit_default(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    inherit_list(value, path, out);
    let known = |name: &str| super::table::DEFAULT.keyword(name).is_some();
    for item in value.items() {
        match &item.kind {
            ValueKind::Str(name) if known(name) => {}
            ValueKind::Str(name) | ValueKind::Symbol(name) => {
                let name = name.as_str();
                out.wrong(item, format!("`{path}` contains unknown values: {name}"));
            }
            _ => {}
        }
    }
}

pub(super) const STAGES: Kind = Kind::By(By {
    check: stages,
    shape: "a list of strings, in which lists of strings may stand",
    table: None,
});

fn stages(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let text = |item: &&Value<'_>| {
        matches!(item.kind, ValueKind::Str(_) | ValueKind::Symbol(_)) || item.is_unknown()
    };
    let wrong = match value.as_seq() {
        None => Some(value),
        Some(_) => value.flat(9).into_iter().find(|item| !text(item)),
    };
    if let Some(wrong) = wrong {
        let message = format!(
            "`{path}` should be an array of strings or a nested array of strings up to 10 levels deep"
        );
        out.wrong(wrong, message);
    }
}

pub(super) const INPUTS: Kind = Kind::By(By {
    check: job_inputs,
    shape: "a mapping of at most 50 inputs",
    table: Some(&INPUT),
});

static INPUT: Table = Table::of(&[
    key("default", Kind::Any, "The value if nobody gives one."),
    key("type", Kind::Enum(&["string", "number", "boolean", "array"]), "What the value is."),
    key("description", Kind::Word, "What is shown beside it."),
    key("options", Kind::Any, "Values to choose from."),
    key("regex", Kind::Str(0, usize::MAX), "What the value must match."),
]);

fn job_inputs(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(entries) = value.as_map() else {
        return out.wrong(value, format!("`{path}` should be a hash"));
    };
    if entries.len() > 50 {
        let message = format!("`{path}` has too many entries (maximum 50)");
        return out.wrong(value, message);
    }
    for entry in entries.entries().iter().filter(|entry| !entry.value.is_unknown()) {
        let path = path.key(entry.key.as_str());
        if entry.value.is_null() {
            let origin = Origin { at: entry.key_at, ..entry.value.origin.clone() };
            let message = format!("`{path}` must have a default value");
            out.push(Problem::new("missing-keyword", &origin, message));
            continue;
        }
        if entry.value.as_map().is_none() {
            out.wrong(&entry.value, format!("`{path}` should be a hash"));
            continue;
        }
        let before = out.len();
        map(&entry.value, &INPUT, path, out);
        if entry.value.given("default").is_none() {
            out.wrong(&entry.value, format!("`{path}` must have a default value"));
        }
        if out.len() == before {
            for problem in inputs::declaration(entry, &path.to_string()) {
                out.push(problem);
            }
        }
    }
}
