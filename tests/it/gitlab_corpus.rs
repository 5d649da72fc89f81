//! Real public configurations, nearly all of which run on GitLab: no panic, and no problem that
//! the server would not have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pipespec::model::gitlab::{FileKind, Pipeline, Settings};
use pipespec::model::{Files, MemoryFiles};
use pipespec::text::{Source, Sources};

/// The unpacked corpus; nothing if it is not there or cannot be unpacked.
pub(super) fn corpus() -> Option<PathBuf> {
    let packed = format!("{}/../shared/cases/corpus.tar.xz", env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus-gitlab");
    if !Path::new(&packed).is_file() {
        println!("skipped: {packed} is not there");
        return None;
    }
    if !folder.join("done").is_file() {
        std::fs::create_dir_all(&folder).ok()?;
        let wanted = ["corpus/gitlab", "corpus/gitlab-history", "corpus/gitlab-repos"];
        let tar = std::process::Command::new("tar")
            .arg("-xf")
            .arg(&packed)
            .arg("-C")
            .arg(&folder)
            .args(wanted)
            .status();
        if !tar.is_ok_and(|status| status.success()) {
            println!("skipped: the corpus could not be unpacked with tar");
            return None;
        }
        std::fs::write(folder.join("done"), "").ok()?;
    }
    Some(folder.join("corpus"))
}

/// The files of one repository.
pub(super) struct Tree {
    pub(super) sources: Sources,
    paths: Vec<String>,
}

impl Tree {
    pub(super) fn new(folder: &Path) -> Self {
        let tree = Self { sources: Sources::new(), paths: Vec::new() };
        let mut paths = Vec::new();
        walk(folder, folder, &mut paths);
        paths.sort();
        for path in &paths {
            if path.ends_with(".yml") || path.ends_with(".yaml") {
                tree.sources.add_bytes(path.clone(), std::fs::read(folder.join(path)).unwrap());
            }
        }
        Self { paths, ..tree }
    }
}

fn walk(root: &Path, folder: &Path, paths: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(root, &entry.path(), paths),
            Ok(kind) if kind.is_file() => {
                let path = entry.path();
                paths
                    .extend(path.strip_prefix(root).ok().and_then(Path::to_str).map(str::to_owned));
            }
            _ => {}
        }
    }
}

impl Files for Tree {
    fn read(&self, path: &str) -> Option<&Source> {
        self.sources.by_path(path)
    }

    fn exists(&self, path: &str) -> bool {
        self.paths.binary_search_by(|it| it.as_str().cmp(path)).is_ok()
    }

    fn paths(&self) -> &[String] {
        &self.paths
    }
}

fn told(
    name: &str,
    pipeline: &Pipeline<'_>,
    sources: &Sources,
    all: &mut BTreeMap<&'static str, Vec<String>>,
) {
    for problem in &pipeline.problems {
        let source = sources.get(problem.at.at.source);
        let line = source.text()[..problem.at.at.span.start as usize].matches('\n').count() + 1;
        let text = format!("{name}: {}:{line}: {}", source.path, problem.message);
        all.entry(problem.rule).or_default().push(text);
    }
}

fn show(what: &str, files: usize, jobs: usize, all: &BTreeMap<&'static str, Vec<String>>) {
    let problems: usize = all.values().map(Vec::len).sum();
    println!("{what}: {files} configurations, {jobs} jobs, {problems} problems");
    for (rule, texts) in all {
        println!("{rule}: {}", texts.len());
        texts.iter().for_each(|text| println!("    {text}"));
    }
}

/// What GitLab refuses too, and why: a part of the text that tells it, and the reason.
const REFUSED: [(&str, &str); 11] = [
    ("aws-samples__amazon-connect-gitlab-cicd-terraform", "text behind a quoted scalar"),
    ("doevelopper__rules-sdlc", "an alias of an anchor in another file"),
    ("StupidDuck64__ViVNStock-", "nothing but comments"),
    ("watcharap0ng__poc-gitlab-cicd-sast", "a document of another kind pasted in, again and again"),
    ("DrSAR__SARlabpy.yml:4: `jobs:test_app` contains the unknown key `type`", "removed in 15.0"),
    ("contains the unknown key `cobertura`", "the report was removed in 15.0"),
    ("juliamrch__gitlab-docs@2016H2.yml", "a cache key with a slash, from a time that took it"),
    ("juliamrch__gitlab-docs@2017H2.yml", "a cache key with a slash, from a time that took it"),
    ("starr-dusT__gitlab-ci, Template: tests/triggers/", "a test of a tool that takes it"),
    ("DataDog__java-profiler, Child: .gitlab/jdk-", "a job of a child pipeline without a script"),
    ("starr-dusT__gitlab-ci, Template: tests/scripts/", "a test of a tool, named incomplete"),
];

fn only_broken_files_have_problems(all: &BTreeMap<&'static str, Vec<String>>) {
    for text in all.values().flatten() {
        let reason = REFUSED.iter().find(|(part, _)| text.contains(part));
        assert!(reason.is_some(), "{text}");
    }
}

#[test]
fn repositories_resolve() {
    let Some(corpus) = corpus() else { return };
    let (mut all, mut kinds) = (BTreeMap::new(), BTreeMap::new());
    let (mut count, mut jobs) = (0, 0);
    let settings = Settings::default();
    let mut folders: Vec<_> =
        std::fs::read_dir(corpus.join("gitlab-repos")).unwrap().flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::path);
    for folder in folders {
        let files = Tree::new(&folder.path());
        let Some(root) = files.read(".gitlab-ci.yml") else { continue };
        let started = crate::stopwatch::Stopwatch::start();
        let pipeline = Pipeline::resolve(root, &files, &settings);
        let name = folder.file_name().to_string_lossy().into_owned();
        println!(
            "{name}: {} files, {} jobs, {} missing, {:?}",
            pipeline.files.len(),
            pipeline.jobs.len(),
            pipeline.missing.len(),
            started.elapsed()
        );
        count += 1;
        jobs += pipeline.jobs.len();
        told(&name, &pipeline, &files.sources, &mut all);
        for trigger in pipeline.jobs.iter().filter_map(|job| job.trigger.as_deref()) {
            let started = trigger.project.is_none().then_some(&trigger.includes);
            let Some(items) = started.filter(|items| !items.is_empty()) else { continue };
            let child = Pipeline::resolve_child((items, root), &files, &settings);
            let Some(child) = child else { continue };
            jobs += child.jobs.len();
            told(&format!("{name}, Child"), &child, &files.sources, &mut all);
        }
        let pipelines = [pipeline];
        for source in files.sources.iter() {
            let tree = pipespec::syntax::yaml::parse(source.text());
            let kind = FileKind::by_use(&source.path, &pipelines, &settings);
            let kind = kind.unwrap_or_else(|| FileKind::by_content(&source.path, &tree));
            *kinds.entry(kind).or_insert(0) += 1;
            if matches!(kind, FileKind::Component | FileKind::Template) {
                let part = Pipeline::resolve_as(kind, source, &files, &settings);
                jobs += part.jobs.len();
                told(&format!("{name}, {kind:?}"), &part, &files.sources, &mut all);
            }
        }
    }
    println!("{kinds:?}");
    show("repositories", count, jobs, &all);
    assert!(count > 50);
    only_broken_files_have_problems(&all);
}

/// Files without the tree around them: what they include locally is not there.
#[test]
fn files_without_their_tree_resolve() {
    let Some(corpus) = corpus() else { return };
    let mut all = BTreeMap::new();
    let (mut count, mut jobs) = (0, 0);
    let mut paths = Vec::new();
    for folder in ["gitlab", "gitlab-history"] {
        let folder = corpus.join(folder);
        let mut below = Vec::new();
        walk(&folder, &folder, &mut below);
        paths.extend(below.into_iter().map(|path| folder.join(path)));
    }
    paths.sort();
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let sources = Sources::new();
        let root = sources.add_bytes(path.file_name().unwrap().to_string_lossy(), bytes);
        let files = MemoryFiles::default();
        let pipeline = Pipeline::resolve(root, &files, &Settings::default());
        count += 1;
        jobs += pipeline.jobs.len();
        told("", &pipeline, &sources, &mut all);
    }
    all.remove("missing-include-file");
    show("files", count, jobs, &all);
    assert!(count > 500);
    only_broken_files_have_problems(&all);
}
