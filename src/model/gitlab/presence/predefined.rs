use super::{BranchName, Event, PipelineSource};
use crate::model::gitlab::condition::{Known, Symbol};
use crate::model::gitlab::predefined::is_late;
use crate::model::gitlab::{Instance, Job, Settings};

const FILLED: Known = Known::Filled(Symbol { kind: "", which: None });

/// The hash of no commit.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

/// The kind of the names of branches.
const BRANCH: &str = "branch";

/// Variables that every pipeline has, with values that are not known here.
const ALWAYS: [&str; 39] = [
    "CI_API_V4_URL",
    "CI_API_GRAPHQL_URL",
    "CI_COMMIT_AUTHOR",
    "CI_COMMIT_MESSAGE",
    "CI_COMMIT_REF_PROTECTED",
    "CI_COMMIT_SHA",
    "CI_COMMIT_SHORT_SHA",
    "CI_COMMIT_TIMESTAMP",
    "CI_COMMIT_TITLE",
    "CI_PAGES_DOMAIN",
    "CI_PAGES_URL",
    "CI_PROJECT_ID",
    "CI_PROJECT_NAME",
    "CI_PROJECT_NAMESPACE",
    "CI_PROJECT_NAMESPACE_ID",
    "CI_PROJECT_NAMESPACE_SLUG",
    "CI_PROJECT_PATH",
    "CI_PROJECT_PATH_SLUG",
    "CI_PROJECT_ROOT_NAMESPACE",
    "CI_PROJECT_TITLE",
    "CI_PROJECT_URL",
    "CI_PROJECT_VISIBILITY",
    "CI_SERVER_FQDN",
    "CI_SERVER_HOST",
    "CI_SERVER_NAME",
    "CI_SERVER_PORT",
    "CI_SERVER_PROTOCOL",
    "CI_SERVER_REVISION",
    "CI_SERVER_SHELL_SSH_HOST",
    "CI_SERVER_SHELL_SSH_PORT",
    "CI_SERVER_URL",
    "CI_SERVER_VERSION",
    "CI_SERVER_VERSION_MAJOR",
    "CI_SERVER_VERSION_MINOR",
    "CI_SERVER_VERSION_PATCH",
    "CI_TEMPLATE_REGISTRY_HOST",
    "CI_DEFAULT_BRANCH_SLUG",
    "GITLAB_FEATURES",
    "CI_PIPELINE_IID",
];

/// Beginnings of variables that the server sets in some projects, events and jobs.
const SOMETIMES: [&str; 23] = [
    "CI_COMMIT_DESCRIPTION",
    "CI_COMMIT_MESSAGE_IS_TRUNCATED",
    "CI_COMMIT_TAG_MESSAGE",
    "CI_DEBUG_",
    "CI_DEPENDENCY_PROXY_",
    "CI_DEPLOY_FREEZE",
    "CI_ENVIRONMENT_",
    "CI_GITLAB_FIPS_MODE",
    "CI_HAS_OPEN_REQUIREMENTS",
    "CI_JOB_",
    "CI_KUBERNETES_ACTIVE",
    "CI_NODE_",
    "CI_PAGES_HOSTNAME",
    "CI_PIPELINE_",
    "CI_PROJECT_",
    "CI_REGISTRY",
    "CI_RELEASE_DESCRIPTION",
    "CI_SERVER_",
    "CI_SHARED_ENVIRONMENT",
    "CI_UPSTREAM_",
    "GITLAB_USER_",
    "KUBECONFIG",
    "TRIGGER_PAYLOAD",
];

/// Variables of a merge request that every one has.
const OF_MERGE_REQUEST: [&str; 14] = [
    "CI_MERGE_REQUEST_DIFF_BASE_SHA",
    "CI_MERGE_REQUEST_DIFF_ID",
    "CI_MERGE_REQUEST_EVENT_TYPE",
    "CI_MERGE_REQUEST_ID",
    "CI_MERGE_REQUEST_IID",
    "CI_MERGE_REQUEST_PROJECT_ID",
    "CI_MERGE_REQUEST_PROJECT_PATH",
    "CI_MERGE_REQUEST_PROJECT_URL",
    "CI_MERGE_REQUEST_REF_PATH",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_ID",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH",
    "CI_MERGE_REQUEST_SOURCE_PROJECT_URL",
    "CI_MERGE_REQUEST_TITLE",
    "CI_OPEN_MERGE_REQUESTS",
];

/// What a variable that the server sets is for this event, in this job; nothing for a variable
/// that the server does not set.
pub(super) fn predefined(
    name: &str,
    event: &Event,
    settings: &Settings,
    job: Option<(&Job<'_>, Option<&Instance<'_>>)>,
) -> Option<Known> {
    let set = |text: &str| Known::Set(text.to_owned());
    Some(match name {
        "CI" | "GITLAB_CI" => set("true"),
        "CI_PIPELINE_SOURCE" => set(event.source.as_str()),
        "CI_CONFIG_PATH" => set(&settings.config_path),
        "CI_DEFAULT_BRANCH" => default_branch(event),
        "CI_COMMIT_BRANCH" => match event.is_branch() {
            Some(true) => branch(event),
            Some(false) => Known::Unset,
            None => Known::Unknown,
        },
        "CI_COMMIT_BEFORE_SHA" => match event.source {
            // No push before it: <https://docs.gitlab.com/ci/variables/predefined_variables/>.
            PipelineSource::MergeRequestEvent | PipelineSource::Schedule | PipelineSource::Web => {
                set(NO_COMMIT)
            }
            _ if event.new_branch || event.tag.is_some() => set(NO_COMMIT),
            _ => FILLED,
        },
        "CI_COMMIT_TAG" => match &event.tag {
            Some(Some(tag)) => set(tag),
            Some(None) => FILLED,
            None => Known::Unset,
        },
        "CI_COMMIT_TAG_MESSAGE" if event.tag.is_none() => Known::Unset,
        "CI_COMMIT_REF_NAME" => ref_name(event),
        "CI_COMMIT_REF_SLUG" => match ref_name(event) {
            Known::Set(name) => set(&slug(&name)),
            _ => FILLED,
        },
        "CI_OPEN_MERGE_REQUESTS" if event.tag.is_some() => Known::Unset,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME" => of_request(event, || branch(event)),
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME" => {
            of_request(event, || named(event.target_branch.as_deref()))
        }
        _ if OF_MERGE_REQUEST.contains(&name) => match name {
            // A branch pipeline has it where a merge request is open for the branch.
            "CI_OPEN_MERGE_REQUESTS" if event.is_merge_request() != Some(true) => Known::Unknown,
            _ => of_request(event, || FILLED),
        },
        _ if name.starts_with("CI_MERGE_REQUEST_") => of_request(event, || Known::Unknown),
        _ if name.starts_with("CI_EXTERNAL_PULL_REQUEST_") => match event.source {
            PipelineSource::ExternalPullRequestEvent => FILLED,
            _ => Known::Unset,
        },
        "CI_PIPELINE_SCHEDULE_DESCRIPTION" if event.source != PipelineSource::Schedule => {
            Known::Unset
        }
        "CI_PIPELINE_TRIGGERED" => match event.source {
            PipelineSource::Trigger => set("true"),
            _ => Known::Unset,
        },
        "CHAT_CHANNEL" | "CHAT_INPUT" | "CHAT_USER_ID" if event.source != PipelineSource::Chat => {
            Known::Unset
        }
        "CI_JOB_NAME" => match job {
            Some((job, None)) => set(&job.name),
            Some((job, Some(instance))) => set(&instance.full_name(&job.name)),
            None => Known::Unset,
        },
        "CI_JOB_STAGE" => match job {
            Some((job, _)) if job.is_partial() => Known::Unknown,
            Some((job, _)) => set(&job.stage),
            None => Known::Unset,
        },
        _ if is_late(name) => Known::Unset,
        _ if ALWAYS.contains(&name) => FILLED,
        _ if SOMETIMES.iter().any(|it| name.starts_with(it)) => Known::Unknown,
        _ => return None,
    })
}

fn of_request(event: &Event, value: impl FnOnce() -> Known) -> Known {
    match event.is_merge_request() {
        Some(true) => value(),
        Some(false) => Known::Unset,
        None => Known::Unknown,
    }
}

fn named(name: Option<&str>) -> Known {
    let any = Known::Filled(Symbol { kind: BRANCH, which: None });
    name.map_or(any, |name| Known::Set(name.to_owned()))
}

fn default_branch(event: &Event) -> Known {
    match &event.default_branch {
        Some(name) => Known::Set(name.clone()),
        None => Known::Filled(Symbol { kind: BRANCH, which: Some("default") }),
    }
}

fn branch(event: &Event) -> Known {
    match &event.branch {
        BranchName::Named(name) => Known::Set(name.clone()),
        BranchName::Default => default_branch(event),
        BranchName::Other => Known::Filled(Symbol { kind: BRANCH, which: Some("other") }),
        BranchName::Unknown => named(None),
    }
}

fn ref_name(event: &Event) -> Known {
    match &event.tag {
        Some(Some(tag)) => Known::Set(tag.clone()),
        Some(None) => FILLED,
        None => branch(event),
    }
}

/// The name as it may stand in host names: lower case, at most 63 characters.
fn slug(name: &str) -> String {
    let plain = |ch: char| {
        let ch = ch.to_ascii_lowercase();
        if ch.is_ascii_lowercase() || ch.is_ascii_digit() { ch } else { '-' }
    };
    let text: String = name.chars().map(plain).take(63).collect();
    text.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str, event: &Event) -> Option<Known> {
        predefined(name, event, &Settings::default(), None)
    }

    #[test]
    fn a_merge_request_pipeline_runs_for_no_branch() {
        let mut event = Event::new(PipelineSource::MergeRequestEvent);
        event.branch = BranchName::Named("feature/A".to_owned());
        let set = |text: &str| Some(Known::Set(text.to_owned()));
        assert_eq!(known("CI_COMMIT_BRANCH", &event), Some(Known::Unset));
        assert_eq!(known("CI_COMMIT_REF_NAME", &event), set("feature/A"));
        assert_eq!(known("CI_COMMIT_REF_SLUG", &event), set("feature-a"));
        assert_eq!(known("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", &event), set("feature/A"));
        assert_eq!(known("CI_MERGE_REQUEST_IID", &event), Some(FILLED));
        assert_eq!(known("CI_MERGE_REQUEST_LABELS", &event), Some(Known::Unknown));
        assert_eq!(known("CI_OPEN_MERGE_REQUESTS", &event), Some(FILLED));
        assert_eq!(known("CI_PIPELINE_ID", &event), Some(Known::Unset));
        assert_eq!(known("MINE", &event), None);
    }

    #[test]
    fn a_tag_pipeline_has_no_branch_and_a_branch_pipeline_no_request() {
        let mut event = Event::new(PipelineSource::Push);
        assert_eq!(known("CI_COMMIT_TAG", &event), Some(Known::Unset));
        assert_eq!(known("CI_MERGE_REQUEST_IID", &event), Some(Known::Unset));
        assert_eq!(known("CI_OPEN_MERGE_REQUESTS", &event), Some(Known::Unknown));
        event.tag = Some(Some("v1.0".to_owned()));
        assert_eq!(known("CI_COMMIT_BRANCH", &event), Some(Known::Unset));
        assert_eq!(known("CI_COMMIT_REF_SLUG", &event), Some(Known::Set("v1-0".to_owned())));
        assert_eq!(known("CI_OPEN_MERGE_REQUESTS", &event), Some(Known::Unset));
    }

    #[test]
    fn slugs_are_short_and_plain() {
        assert_eq!(slug("Feature/Ä_x-"), "feature---x");
        assert_eq!(slug(&"a".repeat(70)).len(), 63);
    }
}
