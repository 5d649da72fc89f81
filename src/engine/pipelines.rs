use std::sync::Arc;

use rayon::prelude::*;

use super::Project;
use super::children::children;
use super::discover::FileKind;
use crate::model::Files as _;
use crate::model::gitlab::presence::Event;
use crate::model::gitlab::{self, Pipeline, Settings};
use crate::syntax::yaml::{self, Tree};
use crate::text::{Source, worth_all_cores};

/// What a binary file is not.
const WANTED: &str = "GitLab CI configuration";

/// Reads and resolves the configurations of GitLab that are judged: the roots first, then child
/// pipelines, components and templates, each by itself.
pub fn pipelines(project: &Project) -> Vec<Pipeline<'_>> {
    let files = &project.files;
    let settings = project.settings();
    let mut pipelines: Vec<Pipeline<'_>> =
        roots(project).into_iter().map(|root| Pipeline::resolve(root, files, &settings)).collect();
    children(project, &settings, &mut pipelines);
    let mut parts = project.files_of(FileKind::GitlabPart);
    parts.retain(|part| {
        let by_use = || gitlab::FileKind::by_use(&part.path, &pipelines, &settings);
        !pipelines.iter().any(|it| it.root.id == part.id)
            && by_use() != Some(gitlab::FileKind::Included)
    });
    for (part, tree) in parsed(parts) {
        // One that was found before may include it.
        let kind = gitlab::FileKind::by_use(&part.path, &pipelines, &settings);
        let kind = kind.unwrap_or_else(|| gitlab::FileKind::by_content(&part.path, &tree));
        let is_other = matches!(kind, gitlab::FileKind::Included | gitlab::FileKind::Other);
        if !is_other && files.takes_text(part, WANTED) {
            pipelines.push(Pipeline::resolve_parsed(kind, (part, tree), files, &settings));
        }
    }
    pipelines
}

type Parsed<'p> = (&'p Source, Arc<Tree<'p>>);

/// The files with their trees.
fn parsed<'p>(files: Vec<&'p Source>) -> Vec<Parsed<'p>> {
    let parse =
        |source: &'p Source| -> Parsed<'p> { (source, Arc::new(yaml::parse(source.text()))) };
    match worth_all_cores(files.iter().copied()) {
        true => files.into_par_iter().map(parse).collect(),
        false => files.into_iter().map(parse).collect(),
    }
}

/// Resolves one configuration: that of the file at `path`, whatever it is, or the root of the project.
/// Nothing if there is no such file.
pub fn pipeline<'p>(
    project: &'p Project,
    path: Option<&str>,
    settings: &Settings,
) -> Option<Pipeline<'p>> {
    let files = &project.files;
    let root = files.read(&settings.config_path);
    let Some(path) = path.filter(|path| *path != settings.config_path) else {
        return Some(Pipeline::resolve(root?, files, settings));
    };
    let source = files.read(path)?;
    let known: Vec<_> =
        root.into_iter().map(|root| Pipeline::resolve(root, files, settings)).collect();
    let tree = Arc::new(yaml::parse(source.text()));
    let kind = gitlab::FileKind::by_use(path, &known, settings);
    let kind = match kind.unwrap_or_else(|| gitlab::FileKind::by_content(path, &tree)) {
        // It was named, so it is read as what it would be by itself.
        gitlab::FileKind::Other => gitlab::FileKind::Root,
        kind => kind,
    };
    Some(Pipeline::resolve_parsed(kind, (source, tree), files, settings))
}

/// The same, with the rules of `include` decided as far as `event` decides them.
pub fn pipeline_for<'p>(
    project: &'p Project,
    path: Option<&str>,
    event: &Event,
) -> Option<Pipeline<'p>> {
    let settings = Settings { event: Some(event.clone()), ..project.settings() };
    pipeline(project, path, &settings)
}

fn roots(project: &Project) -> Vec<&Source> {
    let mut roots = project.files_of(FileKind::GitlabRoot);
    if let Some(source) = project.files.read(&project.settings().config_path)
        && !roots.iter().any(|root| root.id == source.id)
    {
        roots.push(source);
    }
    roots.retain(|root| project.files.takes_text(root, WANTED));
    roots
}
