use std::collections::BTreeSet;
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

/// Reads and resolves the configurations of GitLab that are judged: each root with the child pipelines that it
/// starts, then components and templates, each by itself.
pub fn pipelines(project: &Project) -> Vec<Pipeline<'_>> {
    let files = &project.files;
    let settings = project.settings();
    let mut pipelines: Vec<Pipeline<'_>> = Vec::new();
    // What was named may be a part of the configuration of the project; then it is judged as that.
    for root in roots(project) {
        if !is_part(root, &pipelines) {
            let from = pipelines.len();
            pipelines.push(Pipeline::resolve(root, files, &settings));
            children(project, &settings, &mut pipelines, from);
        }
    }
    let mut parts = project.files_of(FileKind::GitlabPart);
    parts.extend(neighbours(project, &pipelines));
    parts.retain(|part| !is_part(part, &pipelines));
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

/// Whether a file belongs to one of these.
fn is_part(source: &Source, pipelines: &[Pipeline<'_>]) -> bool {
    pipelines.iter().flat_map(|it| &it.files).any(|file| file.source.id == source.id)
}

/// YAML files that lie beside those that are included: some may be forgotten, or for others.
fn neighbours<'p>(project: &'p Project, pipelines: &[Pipeline<'p>]) -> Vec<&'p Source> {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let included = pipelines.iter().flat_map(|it| &it.files).filter(|it| it.at.is_some());
    let folders: BTreeSet<String> = included.filter_map(|it| folder(&it.source.path)).collect();
    let is_other = |path: &&String| {
        let ends = path.ends_with(".yml") || path.ends_with(".yaml");
        ends && folder(path).is_some_and(|it| folders.contains(&it))
            && super::discover::kind_of(path) != Some(FileKind::GitlabPart)
            && project.is_wanted(path)
    };
    if folders.is_empty() {
        return Vec::new();
    }
    let others = project.files.paths().iter().filter(is_other);
    others.filter_map(|path| project.files.read(path)).collect()
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
    let mut known: Vec<_> =
        root.into_iter().map(|root| Pipeline::resolve(root, files, settings)).collect();
    let from = known.len();
    children(project, settings, &mut known, 0);
    if let Some(child) = known.iter().skip(from).position(|it| it.root.id == source.id) {
        return Some(known.swap_remove(from + child));
    }
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
    // That of the project comes first, since it tells what others are.
    if let Some(source) = project.files.read(&project.settings().config_path) {
        roots.retain(|root| root.id != source.id);
        roots.insert(0, source);
    }
    roots.retain(|root| project.files.takes_text(root, WANTED));
    roots
}
