//! The keywords of jobs, of `default` and of the top level.
//!
//! The server's entry classes are the source; where GitLab's published schema says otherwise, the server
//! is right.

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Keyword, Table, key};
use super::kind::{By, Kind, check};
use super::words::{MONTH, WEEK, text};
use super::{
    artifacts, cache, deploy, image, include, matrix, needs, policy, rules, runner, security, steps,
};
use super::{trigger, variables};
use crate::model::gitlab::Value;

const BEFORE_SCRIPT: Keyword = key(
    "before_script",
    Kind::Script { blank: true },
    "Commands in front of `script`, in the same shell.",
)
.on(Expands::Shell);
const AFTER_SCRIPT: Keyword = key(
    "after_script",
    Kind::Script { blank: true },
    "Commands behind `script`, in a shell of their own, also if it failed.",
)
.on(Expands::Shell);
const HOOKS: Keyword =
    key("hooks", runner::HOOKS_KIND, "Commands at certain moments of the job.").since(15, 6);
const CACHE: Keyword =
    key("cache", cache::CACHES, "Files that later pipelines find again.").on(Expands::Runner);
const IMAGE: Keyword =
    key("image", image::IMAGE_KIND, "The image in which the job runs.").on(Expands::Runner);
const SERVICES: Keyword =
    key("services", image::SERVICES, "Containers beside that of the job.").on(Expands::Runner);
const INTERRUPTIBLE: Keyword =
    key("interruptible", Kind::Bool, "Whether a newer pipeline may stop the job.");
const ENVIRONMENT: Keyword =
    key("environment", deploy::ENVIRONMENT_KIND, "Where the job deploys to.").on(Expands::Server);
const TIMEOUT: Keyword = key(
    "timeout",
    Kind::Duration { most: MONTH, never: false, variable: false },
    "How long the job may run.",
);
const RETRY: Keyword = key("retry", runner::RETRY_KIND, "How often the job is tried again.");
const TAGS: Keyword = key("tags", runner::TAGS, "Which runners take the job.").on(Expands::Server);
const ARTIFACTS: Keyword =
    key("artifacts", artifacts::ARTIFACTS_KIND, "Files that the job leaves behind.")
        .on(Expands::Runner);
const ID_TOKENS: Keyword =
    key("id_tokens", security::ID_TOKENS, "Tokens by which the job shows who it is.")
        .since(15, 7)
        .on(Expands::Server);
const IDENTITY: Keyword =
    key("identity", Kind::Enum(&["google_cloud"]), "Where the job logs in.").since(16, 9);

/// Keys that jobs and trigger jobs have in common.
macro_rules! common {
    ($($more:expr),* $(,)?) => {
        &[
            key("extends", Kind::Any, "Templates that are merged under the job."),
            key("stage", Kind::Str(0, 255), "The stage; `test` if it is left out."),
            key("only", policy::POLICY, "For what the job runs.").instead("rules"),
            key("except", policy::POLICY, "For what the job does not run.").instead("rules"),
            key("rules", rules::JOB_RULES, "When the job runs; the first rule that matches decides.")
                .on(Expands::Server),
            key("variables", variables::JOB_KIND, "Variables of the job.").on(Expands::Server),
            key("inherit", runner::INHERIT_KIND, "What the job takes over from the top level."),
            key("resource_group", text(), "Jobs of one group run one after the other.")
                .on(Expands::Server),
            $($more),*
        ]
    };
}

/// Only a job with `when: delayed` has a duration here, and what is blank is none; both are told elsewhere.
fn start_in(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if !value.is_blank() {
        check(value, &Kind::Duration { most: WEEK, never: false, variable: false }, path, out);
    }
}

pub(super) static JOB: Table = Table::of(common![
    ENVIRONMENT,
    INTERRUPTIBLE,
    key(
        "when",
        Kind::Enum(&["on_success", "on_failure", "always", "manual", "delayed"]),
        "When the job runs; `on_success` if it is left out.",
    ),
    key("allow_failure", runner::ALLOW_FAILURE, "Whether the pipeline goes on if the job fails.",),
    key("needs", needs::NEEDS, "Jobs that must be done first, in place of the earlier stages."),
    TAGS,
    key("script", Kind::Script { blank: false }, "The commands of the job.").on(Expands::Shell),
    IMAGE,
    SERVICES,
    key(
        "start_in",
        Kind::By(By { check: start_in, shape: "a duration, at most a week", table: None }),
        "How long a job with `when: delayed` waits.",
    ),
    ARTIFACTS,
    CACHE,
    key("dependencies", Kind::Strings(0, usize::MAX), "Jobs whose artifacts are fetched."),
    BEFORE_SCRIPT,
    AFTER_SCRIPT,
    HOOKS,
    key("coverage", runner::COVERAGE, "How the coverage is found in the log."),
    RETRY,
    key("parallel", matrix::PARALLEL, "How many instances of the job run."),
    TIMEOUT,
    key("release", deploy::RELEASE_KIND, "The release that the job makes.").on(Expands::Server),
    ID_TOKENS,
    key("publish", text(), "The folder that GitLab Pages publishes.")
        .since(16, 1)
        .instead("pages:publish"),
    key("pages", deploy::PAGES_KIND, "That the job publishes with GitLab Pages.").since(16, 7),
    key("manual_confirmation", text(), "What is asked before a manual job is started.")
        .since(17, 1),
    key("run", steps::STEPS, "Steps instead of a script.").since(17, 3),
    key("inputs", runner::INPUTS, "Values that can be given when the job is started.")
        .since(18, 10),
    key("secrets", security::SECRETS, "Secrets that the job gets from outside.")
        .on(Expands::Runner),
    IDENTITY,
    key("dast_configuration", security::DAST_KIND, "Profiles for testing a running application."),
])
.excludes(&[&["script", "run"], &["before_script", "run"], &["after_script", "run"]])
.passes(&["trigger"]);

pub(super) static TRIGGER_JOB: Table = Table::of(common![
    ENVIRONMENT.since(16, 4),
    INTERRUPTIBLE.since(16, 8),
    key(
        "when",
        Kind::Enum(&["on_success", "on_failure", "always", "manual"]),
        "When the pipeline is started; `on_success` if it is left out.",
    ),
    key("allow_failure", Kind::Bool, "Whether this pipeline goes on if the job fails."),
    key("needs", needs::TRIGGER_NEEDS, "Jobs that must be done first."),
    key("trigger", trigger::TRIGGER, "The pipeline that is started.").on(Expands::Server),
    key("parallel", matrix::MATRIX_ONLY, "How many pipelines are started."),
])
.advises(|name| {
    JOB.keyword(name).map(|_| {
        format!(
            "a job with `trigger` runs nothing itself, so it takes no `{name}`: remove it, or put it into a job with a `script`"
        )
    })
});

pub(super) static DEFAULT: Table = Table::of(&[
    BEFORE_SCRIPT,
    AFTER_SCRIPT,
    HOOKS,
    CACHE,
    IMAGE,
    SERVICES,
    INTERRUPTIBLE,
    TIMEOUT,
    RETRY,
    TAGS,
    ARTIFACTS,
    ID_TOKENS.since(16, 4),
    IDENTITY,
]);

/// Keywords of the top level that are no jobs.
pub(super) static GLOBALS: Table = Table::of(&[
    key(
        "default",
        Kind::Map(&DEFAULT),
        "Keywords that jobs take over if they have none of that name.",
    ),
    key("include", include::INCLUDE_KIND, "Files that this one is put together with.")
        .on(Expands::Server),
    key("stages", runner::STAGES, "The stages in order."),
    key("variables", variables::GLOBAL_KIND, "Variables of all jobs.").on(Expands::Server),
    key("workflow", rules::WORKFLOW_KIND, "Which events make a pipeline.").on(Expands::Server),
    IMAGE.instead("default:image"),
    SERVICES.instead("default:services"),
    CACHE.instead("default:cache"),
    BEFORE_SCRIPT.instead("default:before_script"),
    AFTER_SCRIPT.instead("default:after_script"),
]);
