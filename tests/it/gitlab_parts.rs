//! Components, child pipelines and files that nothing includes are judged as what they are.

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::rule::{Family, Severity};
use pipespec::rules::catalog;

/// What is refused in the files of a project: `path:line: message`.
fn refused(files: &[(&str, &str)]) -> Vec<String> {
    let catalog = catalog();
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let project = Project::in_memory(files, CheckOptions::default()).unwrap();
    let report = analyze(&project, &catalog);
    let of_gitlab = report.findings.iter().filter(|finding| {
        catalog.get(finding.rule).family == Family::Gitlab && finding.severity == Severity::Error
    });
    let shown = of_gitlab.map(|finding| {
        let source = project.files.sources().get(finding.at.source);
        let before = &source.text()[..finding.at.span.start as usize];
        format!("{}:{}: {}", source.path, before.matches('\n').count() + 1, finding.message)
    });
    shown.collect()
}

const ROOT: (&str, &str) = (
    ".gitlab-ci.yml",
    "child: {trigger: {include: [{local: ci/child.yml}, {local: ci/more.yml}]}}\nbuild: {script: make}\n",
);

#[test]
fn a_component_is_judged_with_its_inputs_unknown() {
    let component = "spec:\n  inputs:\n    stage: \n    image: {default: alpine}\n---\n\
                     'build $[[ inputs.stage ]]':\n  stage: $[[ inputs.stage ]]\n  image: $[[ inputs.image ]]\n  script: [make]\n  needs: [from-elsewhere]\n";
    assert!(
        refused(&[
            ROOT,
            ("templates/go.yml", component),
            ("ci/child.yml", "a: {script: x}\n"),
            ("ci/more.yml", "b: {script: x}\n")
        ])
        .is_empty()
    );
    let wrong = component
        .replace("  script:", "  scripts: [make]\n  retry: 3\n  script:")
        .replace("inputs.image ]]", "inputs.imgae ]]");
    let found = refused(&[
        ROOT,
        ("templates/go.yml", &wrong),
        ("ci/child.yml", "a: {script: x}\n"),
        ("ci/more.yml", "b: {script: x}\n"),
    ]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().all(|it| it.starts_with("templates/go.yml:")), "{found:#?}");
}

#[test]
fn a_child_pipeline_is_a_pipeline_of_its_own() {
    let child =
        "stages: [one]\na: {stage: one, script: x}\nb: {stage: one, script: x, needs: [a, nope]}\n";
    let found =
        refused(&[ROOT, ("ci/child.yml", child), ("ci/more.yml", "c: {stage: two, script: x}\n")]);
    // A job of the other file may be the one that is needed, so only what stands in one file is judged.
    assert!(found.iter().all(|it| it.starts_with("ci/")), "{found:#?}");
    let broken = child.replace("script: x, needs", "scirpt: y, script: x, needs");
    let found = refused(&[ROOT, ("ci/child.yml", &broken), ("ci/more.yml", "c: {script: x}\n")]);
    assert!(
        found.iter().any(|it| it.contains("ci/child.yml:3: ") && it.contains("scirpt")),
        "{found:#?}"
    );
}

#[test]
fn a_file_that_nothing_includes_is_judged_by_itself_alone() {
    let whole = [ROOT, ("ci/child.yml", "a: {script: x}\n"), ("ci/more.yml", "b: {script: x}\n")];
    let with = |text: &'static str| {
        let mut files = whole.to_vec();
        files.push((".gitlab/ci/lint.yml", text));
        refused(&files)
    };
    // What it needs may stand in the file that includes it one day.
    let open = "lint:\n  extends: .base\n  stage: check\n  needs: [prepare]\n  dependencies: [prepare]\nmore:\n  stage: check\n";
    assert!(with(open).is_empty(), "{:#?}", with(open));
    assert_eq!(with("lint:\n  stage: check\n  script: [x]\n  artifact: {paths: [a]}\n").len(), 1);
    assert_eq!(
        with("lint:\n  stage: check\n  script: [x]\n  only: [main]\n  rules: [{if: $A}]\n").len(),
        1
    );
    // Another tool fills this in.
    let gaps =
        "lint:\n  stage: check\n  script: [x]\n  parallel:\n    matrix:\n      - V: [{versions}]\n";
    assert!(with(gaps).is_empty(), "{:#?}", with(gaps));
}
