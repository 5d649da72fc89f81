//! The one project, or file of a project, that a command looks at.

use std::path::{Path, PathBuf};

use clap::Args;

use super::check::{normal, prefix};
use crate::engine::{self, CheckOptions, Error, Project};
use crate::model::gitlab::Pipeline;
use crate::model::gitlab::presence::Event;
use crate::rule::{Family, Severity};

#[derive(Args)]
pub(super) struct PlaceArgs {
    /// The folder of a repository, or a configuration file in one. Without it: the repository that the
    /// current folder lies in.
    path: Option<PathBuf>,
    /// Use this configuration file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Use no configuration file.
    #[arg(long)]
    no_config: bool,
}

/// An open project, and what of it was named.
pub(super) struct Place {
    pub(super) project: Project,
    /// The file below the root; nothing for the configuration of the project.
    file: Option<String>,
    /// What stands before its paths in the output.
    pub(super) prefix: String,
}

impl Place {
    pub(super) fn open(args: &PlaceArgs) -> Result<Self, Error> {
        let here =
            std::env::current_dir().map_err(|error| engine::path_error(Path::new("."), &error))?;
        let full = normal(&here.join(args.path.as_deref().unwrap_or(Path::new(""))));
        let named = args.path.as_deref().unwrap_or(Path::new("."));
        let meta = std::fs::metadata(&full).map_err(|error| engine::path_error(named, &error))?;
        let (root, file) = if meta.is_dir() {
            let root = if args.path.is_some() && engine::is_project(&full) {
                full
            } else {
                engine::project_root(&full)
            };
            (root, None)
        } else {
            let folder = full.parent().unwrap_or(&here);
            let root = engine::project_root(folder);
            let file = engine::below_root(&root, &full);
            (root, file)
        };
        let options = CheckOptions {
            config: args.config.clone(),
            no_config: args.no_config,
            ..CheckOptions::default()
        };
        let prefix = prefix(&here, &root);
        Ok(Self { project: Project::open(&root, options)?, file, prefix })
    }

    /// The pipeline of the project, or of the file that was named; if an event is given, with the
    /// includes that it decides.
    pub(super) fn pipeline(&self, event: Option<&Event>) -> Result<Option<Pipeline<'_>>, Error> {
        let (project, file) = (&self.project, self.file.as_deref());
        let pipeline = match event {
            Some(event) => engine::pipeline_for(project, file, event),
            None => engine::pipeline(project, file, &project.settings()),
        };
        if pipeline.is_some() {
            return Ok(pipeline);
        }
        if let Some(failure) = self.project.files.failures().into_iter().next() {
            let path = PathBuf::from(failure.path);
            return Err(Error::Path { path, reason: failure.reason });
        }
        let path = self.project.settings().config_path;
        super::complain(&Error::Usage {
            message: format!("there is no `{}{path}`", self.prefix),
            help: Some("name the folder of a repository, or a configuration file".to_owned()),
        });
        Ok(None)
    }

    /// Says on standard error that the server refuses the configuration, if it does.
    pub(super) fn tell_refusal(&self, pipeline: &Pipeline<'_>) -> bool {
        let refuses = |id: &str| {
            let rule = self.project.catalog.by_id(id).map(|(_, rule)| rule);
            rule.is_some_and(|it| it.family == Family::Gitlab && it.severity == Severity::Error)
        };
        let problems: Vec<_> = pipeline.problems.iter().filter(|it| refuses(it.rule)).collect();
        let Some(first) = problems.iter().min_by_key(|it| it.at.at) else { return false };
        let source = self.project.files.sources().get(first.at.at.source);
        let line = source.lines().line(first.at.at.span.start) + 1;
        super::complain(&Error::Refused {
            message: format!("{}{}:{line}: {}", self.prefix, source.path, first.message),
            help: Some(match problems.len() {
                1 => "`pipespec check` shows the place".to_owned(),
                count => format!("`pipespec check` shows this and {} more", count - 1),
            }),
        });
        true
    }
}
