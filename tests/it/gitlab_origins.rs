//! Where values of a resolved pipeline come from, and what stays unknown.

use pipespec::model::gitlab::{
    FileKind, MissingKind, Pipeline, Settings, Unknown, Value, ValueKind,
};
use pipespec::model::{MemoryFiles, StepKind};

fn with<T>(files: &[(&str, &str)], look: impl FnOnce(&Pipeline<'_>, &MemoryFiles) -> T) -> T {
    let files = MemoryFiles::new(files.iter().copied());
    let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
    look(&Pipeline::resolve(root, &files, &Settings::default()), &files)
}

/// The place of a value as text, and its steps with the text at the place of each, the last first.
fn way(value: &Value<'_>, files: &MemoryFiles) -> (String, Vec<(StepKind, String)>) {
    let text = |at: pipespec::text::Location| {
        let source = files.sources().get(at.source);
        format!("{}: {}", source.path, source.slice(at.span))
    };
    let steps = value.origin.steps().map(|step| (step.kind.clone(), text(step.at))).collect();
    (text(value.at()), steps)
}

#[test]
fn a_value_keeps_the_way_by_which_it_came() {
    let files = [
        (
            ".gitlab-ci.yml",
            "include:\n  - local: ci/a.yml\n    inputs: {tag: '1.2'}\ndefault: {retry: 2}\njob:\n  extends: .go\n  script: !reference [.steps, script]\n",
        ),
        (
            "ci/a.yml",
            "spec:\n  inputs:\n    tag:\n---\n.paths: &paths [x, y]\n.go:\n  image: $[[ inputs.tag ]]\n  cache: {paths: *paths}\n.steps: {script: [make]}\n",
        ),
    ];
    with(&files, |pipeline, files| {
        assert!(pipeline.problems.is_empty(), "{:?}", pipeline.problems);
        let job = pipeline.job("job").unwrap();
        let step = |kind, at: &str| (kind, at.to_owned());
        let include =
            || step(StepKind::Include, ".gitlab-ci.yml: local: ci/a.yml\n    inputs: {tag: '1.2'}");
        let extends = || step(StepKind::Extends(".go".to_owned()), ".gitlab-ci.yml: .go");

        let (at, steps) = way(job.get("image").unwrap(), files);
        assert_eq!(at, ".gitlab-ci.yml: '1.2'");
        let input = step(StepKind::Input("tag".to_owned()), "ci/a.yml: $[[ inputs.tag ]]");
        assert_eq!(steps, [extends(), include(), input]);

        let (at, steps) = way(&job.caches[0].paths[1], files);
        assert_eq!(at, "ci/a.yml: y");
        assert_eq!(steps, [extends(), include(), step(StepKind::Anchor, "ci/a.yml: *paths")]);

        let (at, steps) = way(&job.scripts[0].items[0], files);
        assert_eq!(at, "ci/a.yml: make");
        let reference = step(StepKind::Reference, ".gitlab-ci.yml: !reference [.steps, script]");
        assert_eq!(steps, [reference, include()]);

        let (at, steps) = way(job.get("retry").unwrap(), files);
        assert_eq!(
            (at.as_str(), steps),
            (".gitlab-ci.yml: 2", vec![step(StepKind::Default, ".gitlab-ci.yml: job")])
        );
    });
}

#[test]
fn bytes_of_a_text_are_found_in_the_file() {
    let text = "job:\n  script:\n    - \"a \\\"b\\\" c\"\n";
    with(&[(".gitlab-ci.yml", text)], |pipeline, _| {
        let item = &pipeline.jobs[0].scripts[0].items[0];
        assert_eq!(item.as_str(), Some("a \"b\" c"));
        let map = pipeline.scalar_map(item).unwrap();
        assert_eq!(&text[map.to_source(6) as usize..][..1], "c");
    });
}

#[test]
fn what_may_stand_in_a_file_that_is_not_there_is_no_fault() {
    let text = "include: [{project: g/p, file: a.yml}, {project: g/p, file: a.yml}]\njob: {extends: .there, needs: [other], dependencies: [other], stage: x}\nref: {script: !reference [.there, script]}\n";
    with(&[(".gitlab-ci.yml", text)], |pipeline, _| {
        assert!(pipeline.problems.is_empty(), "{:?}", pipeline.problems);
        assert!(!pipeline.is_complete());
        assert_eq!(pipeline.missing.len(), 1, "each thing is told once");
        assert_eq!(pipeline.missing[0].kind, MissingKind::Project);
        assert!(pipeline.job("job").unwrap().is_partial());
        let script = &pipeline.job("ref").unwrap().value.get("script").unwrap().kind;
        assert!(matches!(script, ValueKind::Unknown(Unknown::Reference)));
    });
    // What the root says itself is certain all the same.
    let text =
        "include: [{project: g/p, file: a.yml}]\nstages: [build]\njob: {script: x, stage: tset}\n";
    with(&[(".gitlab-ci.yml", text)], |pipeline, _| {
        let rules: Vec<_> = pipeline.problems.iter().map(|it| it.rule).collect();
        assert_eq!(rules, ["undefined-stage"]);
    });
}

#[test]
fn rules_of_an_include_decide_as_far_as_they_can() {
    let included = |rules: &str, variables: &[(&str, &str)]| {
        let root = format!("include: [{{local: a.yml, rules: [{rules}]}}]\njob: {{script: x}}\n");
        let files = MemoryFiles::new([
            (".gitlab-ci.yml", root.as_str()),
            ("a.yml", "a: {script: x}\n"),
            ("go.mod", ""),
        ]);
        let variables =
            variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let settings = Settings { variables: variables.collect(), ..Settings::default() };
        let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
        let pipeline = Pipeline::resolve(root, &files, &settings);
        assert!(pipeline.problems.is_empty(), "{:?}", pipeline.problems);
        pipeline.files.get(1).map(|file| file.certain)
    };
    assert_eq!(included("{if: '$A == \"1\"'}", &[("A", "1")]), Some(true));
    assert_eq!(included("{if: '$A == \"1\"'}", &[("A", "2")]), None);
    assert_eq!(included("{if: '$A == \"1\"'}", &[]), Some(false), "not known: it may be included");
    assert_eq!(included("{exists: ['**/go.mod']}", &[]), Some(true));
    assert_eq!(included("{exists: [Cargo.toml]}", &[]), None);
    assert_eq!(included("{when: never}", &[]), None);
}

#[test]
fn a_component_is_read_by_itself_with_its_inputs_unknown() {
    let text = "spec:\n  inputs:\n    image:\n    stage: {default: test}\n---\njob:\n  stage: $[[ inputs.stage ]]\n  image: $[[ inputs.image ]]\n  script: [echo]\n  needs: [elsewhere]\n";
    let files = MemoryFiles::new([("templates/go.yml", text)]);
    let root = files.sources().by_path("templates/go.yml").unwrap();
    let settings = Settings::default();
    let pipeline = Pipeline::resolve_as(FileKind::Component, root, &files, &settings);
    assert!(pipeline.problems.is_empty(), "{:?}", pipeline.problems);
    let job = pipeline.job("job").unwrap();
    assert_eq!(job.stage, "test");
    assert!(job.get("image").unwrap().is_unknown());
    // As the root it would lack the input.
    let pipeline = Pipeline::resolve(root, &files, &settings);
    assert!(pipeline.problems.iter().any(|it| it.rule == "missing-input"));
}
