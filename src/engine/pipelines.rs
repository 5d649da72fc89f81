use super::Project;
use super::children::children;
use super::discover::FileKind;
use crate::model::Files as _;
use crate::model::gitlab::presence::Event;
use crate::model::gitlab::{self, Pipeline, Settings};
use crate::syntax::yaml;
use crate::text::Source;

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
    for part in project.files_of(FileKind::GitlabPart) {
        if pipelines.iter().any(|it| it.root.id == part.id) {
            continue;
        }
        let tree = yaml::parse(part.text());
        let kind = gitlab::FileKind::of(&part.path, &tree, &pipelines, &settings);
        let is_other = matches!(kind, gitlab::FileKind::Included | gitlab::FileKind::Other);
        if !is_other && files.takes_text(part, WANTED) {
            pipelines.push(Pipeline::resolve_as(kind, part, files, &settings));
        }
    }
    pipelines
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
    let tree = yaml::parse(source.text());
    let kind = match gitlab::FileKind::of(path, &tree, &known, settings) {
        // It was named, so it is read as what it would be by itself.
        gitlab::FileKind::Other => gitlab::FileKind::Root,
        kind => kind,
    };
    Some(Pipeline::resolve_as(kind, source, files, settings))
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
