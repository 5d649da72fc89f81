use std::fmt;
use std::str::FromStr;

use super::predefined::predefined;
use crate::model::gitlab::condition::Known;
use crate::model::gitlab::{Settings, nearest};
use crate::text::did_you_mean;

/// What a pipeline is created for, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What started it.
    pub source: PipelineSource,
    /// The branch; in a merge request pipeline the source branch.
    pub branch: BranchName,
    /// The tag that it runs for, if it is a tag pipeline; `Some(None)` for any tag.
    pub tag: Option<Option<String>>,
    /// The branch that a merge request goes to.
    pub target_branch: Option<String>,
    /// The default branch of the project.
    pub default_branch: Option<String>,
    /// Whether the push creates the branch.
    pub new_branch: bool,
    /// The files that changed, as `changes` would see them; nothing if they are not known.
    pub changes: Option<Vec<String>>,
    /// The files that changed since a branch, tag or commit, for `compare_to`.
    pub changes_since: Vec<(String, Vec<String>)>,
    /// Variables that are given to the pipeline; nothing for one that is not set anywhere.
    pub variables: Vec<(String, Option<String>)>,
    /// Whether a variable that nothing here sets is set nowhere.
    pub closed: bool,
}

/// What is known of the name of a branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BranchName {
    /// This is its name.
    Named(String),
    /// It is the default branch, whatever that is called.
    Default,
    /// It is another one than the default branch.
    Other,
    /// Nothing.
    #[default]
    Unknown,
}

/// What starts a pipeline, as `CI_PIPELINE_SOURCE` says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // named as GitLab names them
pub enum PipelineSource {
    #[default]
    Push,
    MergeRequestEvent,
    Schedule,
    Web,
    Api,
    Trigger,
    Pipeline,
    ParentPipeline,
    Chat,
    Webide,
    External,
    ExternalPullRequestEvent,
    OndemandDastScan,
    OndemandDastValidation,
    SecurityOrchestrationPolicy,
    ContainerRegistryPush,
}

impl PipelineSource {
    /// Every source.
    pub const ALL: [Self; 16] = [
        Self::Push,
        Self::MergeRequestEvent,
        Self::Schedule,
        Self::Web,
        Self::Api,
        Self::Trigger,
        Self::Pipeline,
        Self::ParentPipeline,
        Self::Chat,
        Self::Webide,
        Self::External,
        Self::ExternalPullRequestEvent,
        Self::OndemandDastScan,
        Self::OndemandDastValidation,
        Self::SecurityOrchestrationPolicy,
        Self::ContainerRegistryPush,
    ];

    /// The value of `CI_PIPELINE_SOURCE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::MergeRequestEvent => "merge_request_event",
            Self::Schedule => "schedule",
            Self::Web => "web",
            Self::Api => "api",
            Self::Trigger => "trigger",
            Self::Pipeline => "pipeline",
            Self::ParentPipeline => "parent_pipeline",
            Self::Chat => "chat",
            Self::Webide => "webide",
            Self::External => "external",
            Self::ExternalPullRequestEvent => "external_pull_request_event",
            Self::OndemandDastScan => "ondemand_dast_scan",
            Self::OndemandDastValidation => "ondemand_dast_validation",
            Self::SecurityOrchestrationPolicy => "security_orchestration_policy",
            Self::ContainerRegistryPush => "container_registry_push",
        }
    }

    const fn has_diff(self) -> bool {
        matches!(
            self,
            Self::Push
                | Self::MergeRequestEvent
                | Self::ExternalPullRequestEvent
                | Self::Webide
                | Self::ParentPipeline
        )
    }
}

impl FromStr for PipelineSource {
    type Err = String;

    /// Reads a value of `CI_PIPELINE_SOURCE`. The error names the one that was probably meant.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|it| it.as_str() == text);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::as_str);
            // What people say for it.
            let near = match text {
                "merge_request" | "merge_requests" | "mr" => Some("merge_request_event"),
                _ => nearest(text, names.into_iter()),
            };
            match near {
                Some(near) => format!("`{text}` starts no pipeline; {}", did_you_mean(near)),
                None => format!("`{text}` starts no pipeline; there are {}", names.join(", ")),
            }
        })
    }
}

impl fmt::Display for PipelineSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Event {
    /// An event of which nothing but its source is known.
    pub fn new(source: PipelineSource) -> Self {
        Self {
            source,
            branch: BranchName::Unknown,
            tag: None,
            target_branch: None,
            default_branch: None,
            new_branch: false,
            changes: None,
            changes_since: Vec::new(),
            variables: Vec::new(),
            closed: false,
        }
    }

    /// The events for which nearly every project creates pipelines, each with its name in a
    /// sentence. What they leave open holds for any branch, tag, change and variable, so what is
    /// certain in one of them happens to every such pipeline.
    pub fn usual() -> Vec<(&'static str, Self)> {
        let push = |branch| Self { branch, ..Self::new(PipelineSource::Push) };
        let tag = Self { tag: Some(None), ..Self::new(PipelineSource::Push) };
        let on_default = |source| Self { branch: BranchName::Default, ..Self::new(source) };
        vec![
            ("a merge request", Self::new(PipelineSource::MergeRequestEvent)),
            ("a push to the default branch", push(BranchName::Default)),
            ("a push to another branch", push(BranchName::Other)),
            ("a tag", tag),
            ("a schedule on the default branch", on_default(PipelineSource::Schedule)),
            ("a pipeline started by hand on the default branch", on_default(PipelineSource::Web)),
        ]
    }

    /// What is known of a variable before the configuration is read: what an `include` may ask for.
    pub fn known(&self, name: &str, settings: &Settings) -> Known {
        if let Some((_, value)) = self.variables.iter().rev().find(|(key, _)| key == name) {
            return value.clone().map_or(Known::Unset, Known::Set);
        }
        if let Some(value) = settings.variable(name) {
            return Known::Set(value.to_owned());
        }
        let otherwise = if self.closed { Known::Unset } else { Known::Unknown };
        predefined(name, self, settings, None).unwrap_or(otherwise)
    }

    /// Whether the server has nothing to compare with, so that `changes` without `compare_to` holds for any
    /// pattern: it compares with the target branch of a merge request, or with the push before.
    pub fn lacks_diff(&self) -> bool {
        self.tag.is_some() || self.new_branch || !self.source.has_diff()
    }

    /// The files that changed since this branch, tag or commit; nothing if they are not known.
    pub(super) fn changed_since(&self, reference: &str) -> Option<&[String]> {
        let short = |name: &str| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned();
        let name = short(reference);
        if let Some((_, files)) = self.changes_since.iter().find(|(it, _)| short(it) == name) {
            return Some(files);
        }
        // Merge request pipelines compare with the target branch anyway.
        if self.source == PipelineSource::MergeRequestEvent
            && self.target_branch.as_deref() == Some(&*name)
        {
            return self.changes.as_deref();
        }
        // A branch does not differ from itself.
        let own = matches!(&self.branch, BranchName::Named(branch) if *branch == name);
        (own && self.is_branch() == Some(true)).then_some(&[])
    }

    /// Whether the pipeline runs for a branch; nothing if that is not known.
    pub(super) fn is_branch(&self) -> Option<bool> {
        match self.source {
            // A pipeline of an external pull request runs for the source branch.
            PipelineSource::MergeRequestEvent => Some(false),
            _ if self.tag.is_some() => Some(false),
            // The pipeline above may be one of a merge request.
            PipelineSource::ParentPipeline => self.target_branch.is_some().then_some(false),
            _ => Some(true),
        }
    }

    /// Whether the pipeline belongs to a merge request; nothing if that is not known.
    pub(super) fn is_merge_request(&self) -> Option<bool> {
        match self.source {
            PipelineSource::MergeRequestEvent => Some(true),
            PipelineSource::ParentPipeline if self.tag.is_none() => {
                self.target_branch.is_some().then_some(true)
            }
            _ => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_by_their_names() {
        for source in PipelineSource::ALL {
            assert_eq!(source.as_str().parse(), Ok(source));
        }
        let error = "merge_request".parse::<PipelineSource>().unwrap_err();
        assert!(error.contains("did you mean `merge_request_event`"), "{error}");
        assert!("x".parse::<PipelineSource>().unwrap_err().contains("there are push, "));
    }
}
