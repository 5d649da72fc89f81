//! Includes from outside of the repository: where copies of them are looked for, and what is said of
//! those that are not there.

use pipespec::engine::{CheckOptions, Error, Project, analyze};
use pipespec::model::gitlab::{MissingKind, Pipeline};
use pipespec::report::render_missing;

fn open(files: &[(&str, &str)]) -> Result<Project, Error> {
    Project::in_memory(files.iter().copied(), CheckOptions::default())
}

fn with<T>(files: &[(&str, &str)], look: impl FnOnce(&Pipeline<'_>, &Project) -> T) -> T {
    let project = open(files).unwrap_or_else(|error| panic!("{error}"));
    let settings = project.settings();
    let pipeline = pipespec::engine::pipeline(&project, None, &settings).unwrap();
    look(&pipeline, &project)
}

/// The names of the jobs, and what is missing.
fn read(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    with(files, |pipeline, _| {
        let problems: Vec<_> = pipeline.problems.iter().map(|it| &it.message).collect();
        assert!(problems.is_empty(), "{problems:?}");
        let jobs = pipeline.jobs.iter().map(|job| job.name.to_string()).collect();
        (jobs, pipeline.missing.iter().map(|it| it.name.clone()).collect())
    })
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const JOB: &str = "j: {script: x}\n";

#[test]
fn a_project_is_read_from_its_folder_and_its_ref_from_another() {
    let config = "includes: {g/p: v/p, 'g/p@v2': v/p2, 'g/q:one.yml': v/one.yml, other: v/all}\n";
    let root = "include:\n  - {project: g/p, file: [/a.yml, b.yml]}\n  - {project: g/p, ref: v2, file: c.yml}\n  - {project: g/p, ref: v3, file: d.yml}\n  - {project: g/q, file: /one.yml}\n  - {project: other/r, file: e.yml}\n  - {project: g/none, file: f.yml}\n";
    let files = [
        (".gitlab-ci.yml", root),
        ("pipespec.yaml", config),
        ("v/p/a.yml", "a: {script: x}\n"),
        ("v/p/b.yml", "b: {script: x}\n"),
        ("v/p2/c.yml", "c: {script: x}\n"),
        ("v/p/d.yml", "d: {script: x}\n"),
        ("v/one.yml", "one: {script: x}\n"),
        ("v/all/r/e.yml", "e: {script: x}\n"),
    ];
    let (jobs, missing) = read(&files);
    assert_eq!(jobs, names(&["a", "b", "c", "d", "one", "e"]));
    assert_eq!(missing, names(&["g/none: f.yml"]));
}

#[test]
fn what_a_project_includes_locally_lies_in_that_project() {
    let files = [
        (".gitlab-ci.yml", "include: [{project: g/p, file: ci/a.yml}]\n"),
        ("pipespec.yaml", "includes: {g/p: v/p}\n"),
        (
            "v/p/ci/a.yml",
            "include: [/ci/b.yml, 'ci/more/*.yml', {local: gone.yml}]\na: {script: x}\n",
        ),
        ("v/p/ci/b.yml", "b: {script: x}\n"),
        ("v/p/ci/more/c.yml", "c: {script: x}\n"),
        // The same names in this repository are other files.
        ("ci/b.yml", "wrong: {script: x}\n"),
        ("gone.yml", "wrong: {script: x}\n"),
    ];
    let (jobs, missing) = read(&files);
    assert_eq!(jobs, names(&["b", "c", "a"]));
    assert_eq!(missing, names(&["gone.yml"]));
}

#[test]
fn exists_in_a_file_of_a_project_asks_for_files_of_that_project() {
    let rules = "include:\n  - {local: b.yml, rules: [{exists: [Makefile]}]}\n  - {local: c.yml, rules: [{exists: [b.yml]}]}\n";
    let files = [
        (".gitlab-ci.yml", "include: [{project: g/p, file: a.yml}]\n"),
        ("pipespec.yaml", "includes: {g/p: v/p}\n"),
        ("Makefile", "all:\n"),
        ("v/p/a.yml", rules),
        ("v/p/b.yml", "b: {script: x}\n"),
        ("v/p/c.yml", "c: {script: x}\n"),
    ];
    with(&files, |pipeline, _| {
        let open: Vec<_> = pipeline.undecided.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(open, ["b.yml"], "the copy need not have all files");
        assert_eq!(pipeline.jobs.len(), 2);
    });
}

#[test]
fn urls_templates_and_components_are_read_too() {
    let root = "include:\n  - remote: https://x.example/ci/a.yml\n    integrity: sha256-1N5uBjiG3cCMJwbgaP0FZpxS2Z1pVqG2qT4wXfX9Y2k=\n  - https://x.example/one.yml\n  - template: Jobs/T.gitlab-ci.yml\n  - component: gitlab.com/g/kit/lint@1.0\n    inputs: {name: lint}\n  - component: $CI_SERVER_FQDN/g/kit/test@1.0\n  - {remote: 'https://x.example/ci/never.yml', rules: [{when: never}]}\n";
    let config = "includes:\n  https://x.example/ci: v/web\n  https://x.example/one.yml: v/one.yml\n  'template:': v/templates\n  g/kit@1.0: v/kit\n";
    let files = [
        (".gitlab-ci.yml", root),
        ("pipespec.yaml", config),
        ("v/web/a.yml", "a: {script: x}\n"),
        ("v/one.yml", "one: {script: x}\n"),
        ("v/templates/Jobs/T.gitlab-ci.yml", "t: {script: x}\n"),
        (
            "v/kit/templates/lint.yml",
            "spec: {inputs: {name: }}\n---\n$[[ inputs.name ]]-it: {script: x}\n",
        ),
        ("v/kit/templates/test/template.yml", "test: {script: x}\n"),
    ];
    with(&files, |pipeline, _| {
        let jobs: Vec<_> = pipeline.jobs.iter().map(|job| job.name.as_str()).collect();
        assert_eq!(jobs, ["a", "one", "t", "lint-it", "test"]);
        assert!(pipeline.is_complete());
        let rules: Vec<_> = pipeline.problems.iter().map(|it| it.rule).collect();
        assert_eq!(rules, ["invalid-integrity"], "the copy is another one");
    });
}

#[test]
fn a_path_that_does_not_exist_is_a_fault_of_the_configuration() {
    let fault = |config: &str| {
        let files = [(".gitlab-ci.yml", JOB), ("v/a.yml", JOB), ("pipespec.yaml", config)];
        open(&files).err().map(|error| error.to_string())
    };
    assert_eq!(fault("includes: {g/p: v, g/q: ./v/, g/r: v/a.yml}\n"), None);
    let gone = fault("includes:\n  g/p: vendor/p\n").unwrap();
    assert!(gone.starts_with("`vendor/p` does not exist"), "{gone}");
    let outside = fault("includes: {g/p: ../p}\n").unwrap();
    assert!(outside.contains("lies outside the project"), "{outside}");
    let files = [(".gitlab-ci.yml", JOB), ("pipespec.yaml", "includes:\n  g/p: vendor/p\n")];
    let Some(Error::Config(error)) = open(&files).err() else { panic!("a fault with a place") };
    let label = miette_label(&error);
    assert_eq!(label, Some("includes:\n  g/p: ".len()));
}

fn miette_label(error: &pipespec::engine::ConfigError) -> Option<usize> {
    use miette::Diagnostic as _;
    error.labels()?.next().map(|label| label.offset())
}

#[test]
fn what_is_not_read_is_noted_once_and_nothing_is_missed_for_it() {
    let files = [
        (
            ".gitlab-ci.yml",
            "include:\n  - {project: g/p, file: a.yml}\n  - template: T.gitlab-ci.yml\n  - local: ci/child.yml\nj: {extends: .there, needs: [other], stage: elsewhere}\n",
        ),
        ("ci/child.yml", "include: [{project: g/p, file: a.yml}]\n"),
        ("sub/.gitlab-ci.yml", "include: [{project: g/p, file: a.yml}]\nj: {script: x}\n"),
    ];
    let project = open(&files).unwrap_or_else(|error| panic!("{error}"));
    let report = analyze(&project, &project.catalog);
    let found: Vec<_> =
        report.findings.iter().map(|it| project.catalog.get(it.rule).id.as_ref()).collect();
    assert_eq!(found, ["unread-include"]);
    let note = &report.findings[0];
    assert!(note.message.starts_with("2 includes are not read"), "{}", note.message);
    assert_eq!(note.labels.len(), 1);
}

#[test]
fn what_would_make_it_whole_is_listed() {
    let files = [
        (
            ".gitlab-ci.yml",
            "include:\n  - {project: g/p, ref: v1, file: a.yml}\n  - {project: g/p, file: gone.yml}\n  - remote: https://x.example/a/b.yml\n  - component: $CI_SERVER_FQDN/g/kit/lint@1.0\n  - local: $DIR/a.yml\n  - {local: b.yml, rules: [{if: $X}, {if: '$CI_COMMIT_BRANCH == \"main\"'}]}\n",
        ),
        ("b.yml", JOB),
        ("v/p/a.yml", JOB),
        ("pipespec.yaml", "includes: {g/p@v2: v/p}\n"),
    ];
    with(&files, |pipeline, project| {
        let kinds: Vec<_> = pipeline.missing.iter().map(|it| it.kind).collect();
        use MissingKind::{Component, Project, Remote, Variable};
        assert_eq!(kinds, [Project, Project, Remote, Component, Variable]);
        let text = render_missing(std::slice::from_ref(pipeline), project.files.sources(), "");
        for line in [
            "5 includes are not read:",
            "  .gitlab-ci.yml:2: project file `g/p: a.yml`",
            "  .gitlab-ci.yml:4: remote file `https://x.example/a/b.yml`",
            "  g/p@v1: vendor/g/p-v1 # a folder with the files of the project",
            "  g/p: vendor/g/p # a folder with the files of the project",
            "  https://x.example/a/b.yml: vendor/x.example/a/b.yml # the file",
            "  g/kit@1.0: vendor/g/kit-1.0 # a folder with the files of the project",
            "  .gitlab-ci.yml:7: `b.yml`, by $X, $CI_COMMIT_BRANCH",
            "    DIR: ''",
            "    X: ''",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is missing in\n{text}");
        }
        assert!(!text.contains("    CI_COMMIT_BRANCH:"), "{text}");
    });
    with(&[(".gitlab-ci.yml", JOB)], |pipeline, project| {
        let text = render_missing(std::slice::from_ref(pipeline), project.files.sources(), "");
        assert_eq!(text, "nothing is missing: everything that is included was read\n");
    });
}
