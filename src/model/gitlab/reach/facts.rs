//! What holds for predefined variables in each kind of pipeline
//! (<https://docs.gitlab.com/ci/variables/predefined_variables/>).

use super::world::Kind;
use crate::model::gitlab::predefined::is_late;

/// The sources of pipelines (`CI_PIPELINE_SOURCE`).
pub(super) const SOURCES: [&str; 20] = [
    "api",
    "chat",
    "container_registry_push",
    "duo_workflow",
    "external",
    "external_pull_request_event",
    "merge_request_event",
    "ondemand_dast_scan",
    "ondemand_dast_validation",
    "parent_pipeline",
    "pipeline",
    "pipeline_execution_policy_schedule",
    "push",
    "schedule",
    "security_orchestration_policy",
    "security_policies_default_source",
    "trigger",
    "unknown",
    "web",
    "webide",
];

/// Whether a pipeline of this kind can come from this source. A name that is no source that is known here
/// may be one of a newer server.
pub(super) fn can_come_from(kind: Kind, source: &str) -> bool {
    match source {
        "merge_request_event" => kind == Kind::MergeRequest,
        "external_pull_request_event" => kind == Kind::ExternalPullRequest,
        "push"
        | "web"
        | "api"
        | "schedule"
        | "trigger"
        | "pipeline"
        | "chat"
        | "webide"
        | "external"
        | "container_registry_push" => matches!(kind, Kind::Branch | Kind::Tag),
        _ => true,
    }
}

/// Whether `changes` compares with nothing in pipelines of this source, so that it always holds.
pub(super) fn has_no_push(source: &str) -> bool {
    matches!(source, "web" | "api" | "schedule" | "trigger" | "pipeline" | "chat")
}

/// What is known of a variable in rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// It is not set.
    Unset,
    /// It is set and not blank.
    Set,
    /// It has one of these values.
    OneOf(&'static [&'static str]),
    /// Nothing.
    Open,
}

/// What holds for a variable in a pipeline of this kind and source (nothing: one that no condition names).
pub(super) fn fact(kind: Kind, source: Option<&str>, name: &str) -> Fact {
    let only_in = |of: Kind, fact: Fact| if kind == of { fact } else { Fact::Unset };
    match name {
        "CI" | "GITLAB_CI" => Fact::OneOf(&["true"]),
        "CI_COMMIT_REF_PROTECTED" => Fact::OneOf(&["true", "false"]),
        "CI_COMMIT_BRANCH" if kind == Kind::ExternalPullRequest => Fact::Open,
        "CI_COMMIT_BRANCH" => only_in(Kind::Branch, Fact::Set),
        "CI_COMMIT_TAG" => only_in(Kind::Tag, Fact::Set),
        "CI_COMMIT_TAG_MESSAGE" => only_in(Kind::Tag, Fact::Open),
        "CI_OPEN_MERGE_REQUESTS" if kind == Kind::Tag => Fact::Unset,
        // Who starts another pipeline may hand it on.
        "CI_PIPELINE_SCHEDULE_DESCRIPTION" => match source {
            Some("schedule" | "pipeline" | "parent_pipeline" | "trigger" | "api") => Fact::Open,
            _ => Fact::Unset,
        },
        "CI_COMMIT_REF_NAME"
        | "CI_COMMIT_REF_SLUG"
        | "CI_COMMIT_SHA"
        | "CI_COMMIT_SHORT_SHA"
        | "CI_DEFAULT_BRANCH"
        | "CI_PIPELINE_SOURCE"
        | "CI_PROJECT_ID"
        | "CI_PROJECT_NAME"
        | "CI_PROJECT_NAMESPACE"
        | "CI_PROJECT_PATH"
        | "CI_PROJECT_URL"
        | "CI_SERVER_HOST"
        | "CI_SERVER_URL" => Fact::Set,
        _ if is_late(name) => Fact::Unset,
        _ => match name.strip_prefix("CI_MERGE_REQUEST_") {
            Some(
                "ID" | "IID" | "PROJECT_ID" | "PROJECT_PATH" | "PROJECT_URL" | "REF_PATH"
                | "SOURCE_BRANCH_NAME" | "TARGET_BRANCH_NAME" | "EVENT_TYPE",
            ) if kind == Kind::MergeRequest => Fact::Set,
            // What starts a pipeline by a call may hand the variables of its own merge request on.
            Some(_) if kind != Kind::MergeRequest => match source {
                Some("pipeline" | "parent_pipeline" | "trigger" | "api") => Fact::Open,
                _ => Fact::Unset,
            },
            Some(_) => Fact::Open,
            None if name.starts_with("CI_EXTERNAL_PULL_REQUEST_") => {
                only_in(Kind::ExternalPullRequest, Fact::Set)
            }
            None => Fact::Open,
        },
    }
}

/// The source that a keyword of `only` or `except` stands for.
pub(super) fn source_of(keyword: &str) -> Option<&'static str> {
    SOURCES.into_iter().find(|source| {
        let name = source.strip_suffix("_event").unwrap_or(source);
        let plural = keyword.strip_prefix(name);
        plural.is_some_and(|rest| matches!(rest, "" | "s") || rest == "es" && name == "push")
    })
}
