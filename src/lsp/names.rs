//! The names in the pipelines of a project: jobs, stages, and where they are written.

use std::collections::BTreeSet;

use gen_lsp_types::Range;

use super::position::Encoding;
use crate::engine::Project;
use crate::model::gitlab::{Entry, Pipeline, Version};
use crate::text::{Location, Sources};

/// A place in a file of the project.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Below the root.
    pub(super) path: String,
    pub(super) range: Range,
}

/// An entry of the configuration.
#[derive(Clone, Debug)]
pub(super) struct JobName {
    pub(super) name: String,
    /// Whether it is a job that runs; hidden entries are for others.
    pub(super) is_hidden: bool,
    pub(super) stage: Option<String>,
    pub(super) at: Target,
    pub(super) keys: Vec<(String, Target)>,
}

/// The names in one pipeline.
#[derive(Debug, Default)]
pub(super) struct PipelineNames {
    files: BTreeSet<String>,
    pub(super) jobs: Vec<JobName>,
    pub(super) stages: Vec<(String, Option<Target>)>,
}

/// The names in all pipelines of a project.
#[derive(Debug, Default)]
pub(super) struct Names {
    pipelines: Vec<PipelineNames>,
    /// The version of the server, if the project says it.
    pub(super) version: Option<Version>,
}

impl Names {
    pub(super) fn new(project: &Project, pipelines: &[Pipeline<'_>], encoding: Encoding) -> Self {
        let settings = project.settings();
        let sources = project.files.sources();
        Self {
            pipelines: pipelines.iter().map(|it| names(it, sources, encoding)).collect(),
            version: settings.states_version.then_some(settings.gitlab_version),
        }
    }

    /// Whether the file at `path` is part of a pipeline.
    pub(super) fn has_file(&self, path: &str) -> bool {
        self.of_file(path).next().is_some()
    }

    fn of_file<'a, 'b>(
        &'a self,
        path: &'b str,
    ) -> impl Iterator<Item = &'a PipelineNames> + use<'a, 'b> {
        self.pipelines.iter().filter(move |it| it.files.contains(path))
    }

    /// The jobs and hidden entries that the file at `path` may name, each name once.
    pub(super) fn jobs(&self, path: &str) -> Vec<&JobName> {
        let mut seen = BTreeSet::new();
        let all = self.of_file(path).flat_map(|it| &it.jobs);
        all.filter(|it| seen.insert(it.name.as_str())).collect()
    }

    pub(super) fn job(&self, path: &str, name: &str) -> Option<&JobName> {
        self.of_file(path).flat_map(|it| &it.jobs).find(|it| it.name == name)
    }

    /// The stages that the file at `path` may name, in order.
    pub(super) fn stages(&self, path: &str) -> Vec<&(String, Option<Target>)> {
        let mut seen = BTreeSet::new();
        let all = self.of_file(path).flat_map(|it| &it.stages);
        all.filter(|(name, _)| seen.insert(name.as_str())).collect()
    }
}

fn names(pipeline: &Pipeline<'_>, sources: &Sources, encoding: Encoding) -> PipelineNames {
    let target = |at: Location| {
        let source = sources.get(at.source);
        Target { path: source.path.clone(), range: encoding.range_in(source, at.span) }
    };
    let keys = |entries: &[Entry<'_>]| {
        entries.iter().map(|it| (it.key.to_string(), target(it.key_at))).collect()
    };
    let jobs = pipeline.jobs.iter().map(|job| JobName {
        name: job.name.to_string(),
        is_hidden: false,
        stage: Some(job.stage.to_string()),
        at: target(job.key_at),
        keys: keys(job.value.entries()),
    });
    let hidden = pipeline.hidden.iter().map(|entry| JobName {
        name: entry.key.to_string(),
        is_hidden: true,
        stage: None,
        at: target(entry.key_at),
        keys: keys(entry.value.entries()),
    });
    let stages = pipeline.stages.iter();
    PipelineNames {
        files: pipeline.files.iter().map(|file| file.source.path.clone()).collect(),
        jobs: jobs.chain(hidden).collect(),
        stages: stages
            .map(|it| (it.name.to_string(), it.origin.as_ref().map(|it| target(it.at))))
            .collect(),
    }
}
