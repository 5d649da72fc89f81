//! The keywords of the language: which keys a mapping may have and what their values may be.
//!
//! The server's entry classes are the source; where GitLab's published schema says otherwise, the server
//! is right.

use super::kind::{Kind, Table};
use super::special::*;

const fn text() -> Kind {
    Kind::Str(0, usize::MAX)
}

const WEEK: f64 = 604_800.0;
const MONTH: f64 = 2_629_746.0;
const FOREVER: f64 = f64::INFINITY;

const OUTCOMES: [&str; 3] = ["on_success", "on_failure", "always"];
const PULL_POLICIES: [&str; 3] = ["always", "if-not-present", "never"];

pub(super) static ARTIFACTS: Table = Table {
    keys: &[
        ("name", text()),
        ("paths", Kind::Strings(usize::MAX)),
        ("exclude", Kind::Strings(usize::MAX)),
        ("untracked", Kind::Bool),
        ("when", Kind::Enum(&OUTCOMES)),
        ("expire_in", Kind::Duration { most: FOREVER, never: true }),
        ("expose_as", Kind::By(expose_as)),
        ("public", Kind::Bool),
        ("access", Kind::Enum(&["all", "developer", "none", "maintainer"])),
        ("reports", Kind::Map(&REPORTS)),
    ],
    required: &[],
    exclusive: &[&["access", "public"]],
};

const fn report(name: &'static str) -> (&'static str, Kind) {
    (name, Kind::Either(&[Kind::Str(0, usize::MAX), Kind::Strings(usize::MAX)]))
}

static REPORTS: Table = Table::of(&[
    report("accessibility"),
    report("annotations"),
    report("api_fuzzing"),
    report("browser_performance"),
    report("cluster_image_scanning"),
    report("codequality"),
    report("container_scanning"),
    report("coverage_fuzzing"),
    ("coverage_report", Kind::Map(&COVERAGE)),
    report("cyclonedx"),
    report("dast"),
    report("dependency_scanning"),
    report("dotenv"),
    report("junit"),
    report("license_scanning"),
    report("load_performance"),
    report("lsif"),
    report("metrics"),
    report("performance"),
    report("repository_xray"),
    report("requirements"),
    report("requirements_v2"),
    report("sarif"),
    report("sast"),
    report("secret_detection"),
    report("terraform"),
]);

static COVERAGE: Table =
    Table::of(&[("coverage_format", Kind::Enum(&["cobertura", "jacoco"])), ("path", text())]);

static CACHE: Table = Table {
    keys: &[
        ("key", Kind::By(cache_key)),
        ("paths", Kind::Strings(usize::MAX)),
        ("untracked", Kind::Bool),
        ("when", Kind::Enum(&OUTCOMES)),
        ("policy", Kind::By(cache_policy)),
        ("unprotect", Kind::Bool),
        ("fallback_keys", Kind::Strings(5)),
    ],
    required: &[],
    exclusive: &[],
};

pub(super) static CACHE_KEY: Table = Table {
    keys: &[
        ("files", Kind::Strings(10)),
        ("files_commits", Kind::Strings(2)),
        ("prefix", Kind::By(cache_key)),
    ],
    required: &[],
    exclusive: &[&["files", "files_commits"]],
};

const CACHES: Kind = Kind::By(caches);

pub(super) const ONE_CACHE: Kind = Kind::Map(&CACHE);

static DOCKER: Table = Table::of(&[("platform", Kind::Str(0, 64)), ("user", Kind::Str(0, 255))]);

static KUBERNETES: Table =
    Table::of(&[("user", Kind::Either(&[Kind::Str(0, 255), Kind::Int(i64::MIN, i64::MAX)]))]);

static IMAGE: Table = Table {
    keys: &[
        ("name", Kind::Str(1, usize::MAX)),
        ("entrypoint", Kind::Strings(usize::MAX)),
        ("pull_policy", Kind::Enums(&PULL_POLICIES)),
        ("docker", Kind::Map(&DOCKER)),
        ("kubernetes", Kind::Map(&KUBERNETES)),
    ],
    required: &["name"],
    exclusive: &[],
};

static SERVICE: Table = Table {
    keys: &[
        ("name", Kind::Str(1, usize::MAX)),
        ("alias", text()),
        ("entrypoint", Kind::Strings(usize::MAX)),
        ("command", Kind::Strings(usize::MAX)),
        ("pull_policy", Kind::Enums(&PULL_POLICIES)),
        ("docker", Kind::Map(&DOCKER)),
        ("kubernetes", Kind::Map(&KUBERNETES)),
        ("variables", Kind::Names(&Kind::Scalar)),
    ],
    required: &["name"],
    exclusive: &[],
};

static SERVICE_KIND: Kind = Kind::Either(&[Kind::Str(1, usize::MAX), Kind::Map(&SERVICE)]);
const SERVICES: Kind = Kind::List(&SERVICE_KIND, usize::MAX);
const IMAGE_KIND: Kind = Kind::Either(&[Kind::Str(1, usize::MAX), Kind::Map(&IMAGE)]);

static ENVIRONMENT: Table = Table {
    keys: &[
        ("name", Kind::By(environment_name)),
        ("url", Kind::Str(0, 255)),
        ("action", Kind::Enum(&["start", "stop", "prepare", "verify", "access"])),
        ("on_stop", text()),
        ("auto_stop_in", text()),
        (
            "deployment_tier",
            Kind::Enum(&["production", "staging", "testing", "development", "other"]),
        ),
        ("kubernetes", Kind::Any),
    ],
    required: &["name"],
    exclusive: &[],
};

static RELEASE: Table = Table {
    keys: &[
        ("tag_name", Kind::Str(1, usize::MAX)),
        ("tag_message", text()),
        ("name", text()),
        ("description", Kind::Str(1, usize::MAX)),
        ("ref", Kind::By(release_ref)),
        ("milestones", Kind::Either(&[Kind::Str(0, usize::MAX), Kind::Strings(usize::MAX)])),
        ("released_at", Kind::By(datetime)),
        ("assets", Kind::Map(&ASSETS)),
    ],
    required: &["tag_name", "description"],
    exclusive: &[],
};

static ASSETS: Table = Table::of(&[("links", Kind::By(links))]);

pub(super) static LINK: Table = Table {
    keys: &[
        ("name", text()),
        ("url", text()),
        ("filepath", text()),
        ("link_type", Kind::Enum(&["other", "runbook", "image", "package"])),
    ],
    required: &["name", "url"],
    exclusive: &[],
};

static ID_TOKEN: Table = Table {
    keys: &[("aud", Kind::Either(&[Kind::Str(0, usize::MAX), Kind::Strings(usize::MAX)]))],
    required: &["aud"],
    exclusive: &[],
};
static ID_TOKEN_KIND: Kind = Kind::Map(&ID_TOKEN);

static HOOKS: Table = Table::of(&[("pre_get_sources_script", Kind::Script { blank: true })]);

/// Reasons for a retry.
static RETRY_WHEN: [&str; 25] = [
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
    "image_pull_failure",
    "forward_deployment_failure",
    "user_blocked",
];

static RETRY: Table = Table::of(&[
    ("max", Kind::Int(0, 2)),
    ("when", Kind::Enums(&RETRY_WHEN)),
    ("exit_codes", Kind::By(exit_codes)),
]);
const RETRY_KIND: Kind = Kind::Either(&[Kind::Int(0, 2), Kind::Map(&RETRY)]);

static ALLOW: Table =
    Table { keys: &[("exit_codes", Kind::By(exit_codes))], required: &[], exclusive: &[] };
const ALLOW_FAILURE: Kind = Kind::Either(&[Kind::Bool, Kind::Map(&ALLOW)]);

static INHERIT: Table =
    Table::of(&[("default", Kind::By(inherit_default)), ("variables", Kind::By(inherit_list))]);

const PATHS: Kind = Kind::Strings(50);

static CHANGES: Table = Table {
    keys: &[("paths", PATHS), ("compare_to", text()), ("regexp", Kind::Str(0, 255))],
    required: &[],
    exclusive: &[&["paths", "regexp"]],
};

static EXISTS: Table = Table {
    keys: &[("paths", PATHS), ("project", text()), ("ref", text()), ("regexp", Kind::Str(0, 255))],
    required: &[],
    exclusive: &[&["paths", "regexp"]],
};

pub(super) const CHANGES_KIND: Kind = Kind::Either(&[PATHS, Kind::Map(&CHANGES)]);
pub(super) const EXISTS_KIND: Kind =
    Kind::Either(&[PATHS, Kind::Str(0, usize::MAX), Kind::Map(&EXISTS)]);

static VARIABLE_SCALARS: Kind = Kind::Scalar;

pub(super) static RULE: Table = Table::of(&[
    ("if", Kind::By(condition)),
    ("changes", CHANGES_KIND),
    ("exists", Kind::By(exists)),
    ("when", Kind::Enum(&["on_success", "on_failure", "always", "never", "manual", "delayed"])),
    ("start_in", Kind::Duration { most: WEEK, never: false }),
    ("allow_failure", Kind::Bool),
    ("variables", Kind::Names(&VARIABLE_SCALARS)),
    ("needs", Kind::By(rule_needs)),
    ("interruptible", Kind::Bool),
]);

static AUTO_CANCEL: Table = Table::of(&[
    ("on_new_commit", Kind::Enum(&["conservative", "interruptible", "none"])),
    ("on_job_failure", Kind::Enum(&["none", "all"])),
]);

pub(super) static WORKFLOW_RULE: Table = Table::of(&[
    ("if", Kind::By(condition)),
    ("changes", CHANGES_KIND),
    ("exists", Kind::By(exists)),
    ("when", Kind::Enum(&["always", "never"])),
    ("variables", Kind::Names(&VARIABLE_SCALARS)),
    ("auto_cancel", Kind::Map(&AUTO_CANCEL)),
    ("start_in", Kind::Any),
    ("allow_failure", Kind::Any),
    ("needs", Kind::Any),
    ("interruptible", Kind::Any),
]);

pub(super) static WORKFLOW: Table = Table::of(&[
    ("rules", Kind::By(workflow_rules)),
    ("name", Kind::Str(1, 255)),
    ("auto_cancel", Kind::Map(&AUTO_CANCEL)),
]);

static FORWARD: Table =
    Table::of(&[("yaml_variables", Kind::Bool), ("pipeline_variables", Kind::Bool)]);

pub(super) static TRIGGER_PROJECT: Table = Table {
    keys: &[
        ("project", Kind::Str(1, usize::MAX)),
        ("branch", text()),
        ("strategy", Kind::Enum(&["depend", "mirror"])),
        ("forward", Kind::Map(&FORWARD)),
        ("inputs", Kind::Any),
    ],
    required: &["project"],
    exclusive: &[],
};

pub(super) static TRIGGER_INCLUDE: Table = Table::of(&[
    ("include", Kind::By(trigger_include)),
    ("strategy", Kind::Enum(&["depend", "mirror"])),
    ("forward", Kind::Map(&FORWARD)),
    ("inputs", Kind::Any),
]);

pub(super) static TRIGGER_FILE: Table = Table::of(&[
    ("local", text()),
    ("project", text()),
    ("file", Kind::Either(&[Kind::Str(0, usize::MAX), Kind::Strings(usize::MAX)])),
    ("ref", text()),
    ("template", text()),
    ("artifact", text()),
    ("job", text()),
    ("component", text()),
    ("remote", text()),
    ("integrity", text()),
    ("inputs", Kind::Any),
    ("rules", Kind::Any),
    ("cache", Kind::Any),
]);

static PAGES: Table =
    Table::of(&[("publish", text()), ("path_prefix", text()), ("expire_in", Kind::Any)]);

static PARALLEL: Table =
    Table { keys: &[("matrix", Kind::By(matrix))], required: &["matrix"], exclusive: &[] };
const PARALLEL_KIND: Kind = Kind::Either(&[Kind::Int(1, 200), Kind::Map(&PARALLEL)]);
pub(super) const PARALLEL_MATRIX: Kind = Kind::Map(&PARALLEL);

static DAST: Table = Table::of(&[("site_profile", text()), ("scanner_profile", text())]);

/// Keys that jobs and trigger jobs have in common.
macro_rules! common {
    ($($more:expr),* $(,)?) => {
        &[
            ("extends", Kind::Any),
            ("stage", Kind::Str(0, 255)),
            ("only", Kind::By(only)),
            ("except", Kind::By(only)),
            ("rules", Kind::By(job_rules)),
            ("variables", Kind::By(job_variables)),
            ("inherit", Kind::Map(&INHERIT)),
            ("needs", Kind::By(needs)),
            ("resource_group", text()),
            ("environment", Kind::Either(&[Kind::By(environment_name), Kind::Map(&ENVIRONMENT)])),
            ("interruptible", Kind::Bool),
            $($more),*
        ]
    };
}

pub(super) static JOB: Table = Table {
    keys: common![
        ("when", Kind::Enum(&["on_success", "on_failure", "always", "manual", "delayed"])),
        ("allow_failure", ALLOW_FAILURE),
        ("tags", Kind::By(tags)),
        ("script", Kind::Script { blank: false }),
        ("image", IMAGE_KIND),
        ("services", SERVICES),
        ("start_in", Kind::Duration { most: WEEK, never: false }),
        ("artifacts", Kind::Map(&ARTIFACTS)),
        ("cache", CACHES),
        ("dependencies", Kind::Strings(usize::MAX)),
        ("before_script", Kind::Script { blank: true }),
        ("after_script", Kind::Script { blank: true }),
        ("hooks", Kind::Map(&HOOKS)),
        ("coverage", Kind::By(coverage)),
        ("retry", RETRY_KIND),
        ("parallel", PARALLEL_KIND),
        ("timeout", Kind::Duration { most: MONTH, never: false }),
        ("release", Kind::Map(&RELEASE)),
        ("id_tokens", Kind::Names(&ID_TOKEN_KIND)),
        ("publish", text()),
        ("pages", Kind::Either(&[Kind::Bool, Kind::Map(&PAGES)])),
        ("manual_confirmation", text()),
        ("run", Kind::Any),
        ("inputs", Kind::By(job_inputs)),
        ("secrets", Kind::By(secrets)),
        ("identity", Kind::Any),
        ("dast_configuration", Kind::Map(&DAST)),
    ],
    required: &[],
    exclusive: &[&["script", "run"], &["before_script", "run"], &["after_script", "run"]],
};

pub(super) static TRIGGER_JOB: Table = Table {
    keys: common![
        ("when", Kind::Enum(&["on_success", "on_failure", "always", "manual"])),
        ("allow_failure", Kind::Bool),
        ("trigger", Kind::By(trigger)),
        ("parallel", Kind::By(trigger_parallel)),
    ],
    required: &[],
    exclusive: &[],
};

pub(super) static DEFAULT: Table = Table::of(&[
    ("before_script", Kind::Script { blank: true }),
    ("after_script", Kind::Script { blank: true }),
    ("hooks", Kind::Map(&HOOKS)),
    ("cache", CACHES),
    ("image", IMAGE_KIND),
    ("services", SERVICES),
    ("interruptible", Kind::Bool),
    ("timeout", Kind::Duration { most: MONTH, never: false }),
    ("retry", RETRY_KIND),
    ("tags", Kind::By(tags)),
    ("artifacts", Kind::Map(&ARTIFACTS)),
    ("id_tokens", Kind::Names(&ID_TOKEN_KIND)),
    ("identity", Kind::Any),
]);

/// Keywords of the top level that are no jobs, apart from `include` and `default`.
pub(super) static GLOBALS: Table = Table::of(&[
    ("stages", Kind::By(stages)),
    ("variables", Kind::By(global_variables)),
    ("workflow", Kind::Map(&WORKFLOW)),
    ("image", IMAGE_KIND),
    ("services", SERVICES),
    ("cache", CACHES),
    ("before_script", Kind::Script { blank: true }),
    ("after_script", Kind::Script { blank: true }),
]);
