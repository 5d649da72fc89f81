use super::{Pipeline, Settings};
use crate::syntax::yaml::{NodeId, Tree};

/// How many child pipelines can start each other in a row, counted from the pipeline that no other starts
/// (`Ci::CreateDownstreamPipelineService`).
pub const GENERATIONS: usize = 2;

/// What a YAML file is to GitLab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// The configuration of the project's pipelines.
    Root,
    /// A part of the root configuration, by `include`.
    Included,
    /// The configuration of a child pipeline, by `trigger:include`.
    Child,
    /// A component: `templates/name.yml` or `templates/name/template.yml` with a `spec` header.
    Component,
    /// A piece for others to include: nothing here does.
    Template,
    /// No CI configuration.
    Other,
}

impl FileKind {
    /// What the file at `path` is by its place and by what `pipelines` (the roots, and child pipelines already
    /// found) include and trigger; nothing if what it holds must tell.
    pub fn by_use(path: &str, pipelines: &[Pipeline<'_>], settings: &Settings) -> Option<Self> {
        if path == settings.config_path {
            return Some(Self::Root);
        }
        if pipelines.iter().any(|it| it.files.iter().any(|file| file.source.path == path)) {
            return Some(Self::Included);
        }
        let mut triggers =
            pipelines.iter().flat_map(|it| &it.jobs).filter_map(|it| it.trigger.as_ref());
        let is_child = triggers.any(|trigger| trigger.local_files().any(|file| file == path));
        is_child.then_some(Self::Child)
    }

    /// What the file at `path`, which nothing uses, is by its name and by what it holds.
    pub fn by_content(path: &str, tree: &Tree<'_>) -> Self {
        let roots: Vec<NodeId> = tree.documents.iter().filter_map(|it| it.root).collect();
        let has_header = roots.len() > 1 && tree.get(roots[0], "spec").is_some();
        if has_header && is_component_path(path) {
            return Self::Component;
        }
        let content = if has_header { roots.get(1) } else { roots.first() };
        let by_name = path == ".gitlab-ci.yml"
            || path.ends_with(".gitlab-ci.yml")
            || path.ends_with(".gitlab-ci.yaml");
        let by_folder = path.starts_with(".gitlab/ci/") || path.starts_with(".gitlab-ci/");
        let holds = |test: fn(&Tree<'_>, NodeId) -> bool| content.is_some_and(|it| test(tree, *it));
        let by_content = has_header || holds(has_jobs) || by_folder && holds(has_keywords);
        match holds(|tree, root| tree.mapping(root).is_some()) && (by_name || by_content) {
            true => Self::Template,
            false => Self::Other,
        }
    }

    /// Whether what is not defined in the files read may be defined by who includes this one.
    pub const fn is_part(self) -> bool {
        matches!(self, Self::Component | Self::Template | Self::Included | Self::Other)
    }

    /// Whether it is, with all that it includes, the whole configuration of pipelines.
    pub const fn is_pipeline(self) -> bool {
        matches!(self, Self::Root | Self::Child)
    }

    /// Whether the inputs that it asks for are given by others.
    pub const fn gets_inputs(self) -> bool {
        !matches!(self, Self::Root)
    }
}

fn is_component_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("templates/") else { return false };
    match rest.split_once('/') {
        None => rest.ends_with(".yml"),
        Some((_, file)) => file == "template.yml",
    }
}

/// Keywords that, next to each other in one mapping, are a GitLab job and hardly anything else.
const JOB_KEYS: [&str; 14] = [
    "stage",
    "extends",
    "before_script",
    "after_script",
    "rules",
    "only",
    "except",
    "artifacts",
    "cache",
    "needs",
    "dependencies",
    "allow_failure",
    "tags",
    "trigger",
];

/// Whether a mapping holds jobs of GitLab: `script` beside a keyword of jobs, or a keyword that
/// nothing else has. Files of other tools have entries with `script` too.
fn has_jobs(tree: &Tree<'_>, root: NodeId) -> bool {
    let is_other = |key| tree.get(root, key).is_some();
    if ["jobs", "runs", "apiVersion", "kind", "language", "version", "openapi", "pipelines"]
        .into_iter()
        .any(is_other)
    {
        return false;
    }
    let entries = tree.mapping(root).unwrap_or(&[]);
    let is_job = |value: NodeId| {
        let has = |key| tree.get(value, key).is_some();
        let count = JOB_KEYS.into_iter().filter(|key| has(key)).count();
        count > usize::from(!has("script"))
    };
    entries.iter().any(|entry| tree.mapping(entry.value).is_some() && is_job(entry.value))
}

/// Whether a mapping has a keyword of the top level, or a hidden entry.
fn has_keywords(tree: &Tree<'_>, root: NodeId) -> bool {
    const KEYWORDS: [&str; 5] = ["variables", "stages", "include", "default", "workflow"];
    let entries = tree.mapping(root).unwrap_or(&[]);
    let keys = entries.iter().filter_map(|entry| tree.scalar(entry.key));
    keys.into_iter().any(|key| key.value.starts_with('.') || KEYWORDS.contains(&&*key.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MemoryFiles;
    use crate::syntax::yaml::parse;

    #[test]
    fn files_are_told_apart_by_place_use_and_content() {
        let files = MemoryFiles::new([
            (
                ".gitlab-ci.yml",
                "include: ci/a.yml\nchild: {trigger: {include: [{local: /ci/child.yml}]}}\n",
            ),
            ("ci/a.yml", "a: {script: x}\n"),
        ]);
        let settings = Settings::default();
        let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
        let pipelines = [Pipeline::resolve(root, &files, &settings)];
        let kind = |path: &str, text: &str| {
            let by_use = FileKind::by_use(path, &pipelines, &settings);
            by_use.unwrap_or_else(|| FileKind::by_content(path, &parse(text)))
        };
        let job = "build: {stage: build, script: make}\n";
        let component = "spec: {inputs: {a: }}\n---\nbuild: {script: make}\n";
        assert_eq!(kind(".gitlab-ci.yml", ""), FileKind::Root);
        assert_eq!(kind("ci/a.yml", ""), FileKind::Included);
        assert_eq!(kind("ci/child.yml", job), FileKind::Child);
        assert_eq!(kind("templates/go.yml", component), FileKind::Component);
        assert_eq!(kind("templates/go/template.yml", component), FileKind::Component);
        assert_eq!(kind("lib/go.yml", component), FileKind::Template);
        assert_eq!(kind("jobs.yml", job), FileKind::Template);
        assert_eq!(kind(".gitlab/ci/vars.yml", "variables: {A: b}\n"), FileKind::Template);
        assert_eq!(kind("compose.yml", "services: {db: {image: x}}\n"), FileKind::Other);
        assert_eq!(kind(".travis.yml", "language: go\nscript: x\n"), FileKind::Other);
        assert_eq!(kind("w.yml", "on: push\njobs: {a: {needs: [b]}}\n"), FileKind::Other);
        assert_eq!(kind("x.yml", "- a\n"), FileKind::Other);
    }
}
