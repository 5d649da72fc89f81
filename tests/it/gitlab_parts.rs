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
    let child = "stages: [one]\na: {stage: one, script: x}\nb: {stage: one, script: x, needs: [a, c, nope]}\n";
    let files =
        |child: &str, more: &str| refused(&[ROOT, ("ci/child.yml", child), ("ci/more.yml", more)]);
    // Its files are one configuration, so a job of the one may be needed in the other.
    let found = files(child, "c: {stage: one, script: x}\n");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("ci/child.yml:3: ") && found[0].contains("nope"), "{found:#?}");
    let found = files("a: {script: x}\n", "c: {stage: two, script: x}\nd: {extends: .base}\n");
    assert_eq!(found.len(), 2, "{found:#?}");
    let found = files(".base: {stage: test, script: x}\n", "d: {extends: .base}\n");
    assert!(found.is_empty(), "{found:#?}");
    let found = files(".base: {stage: test, script: x}\n", ".d: {extends: .base}\n");
    assert_eq!(found.len(), 1, "no job: {found:#?}");
    let found = files("a: {scripts: [x]}\n", "c: {script: x}\n");
    assert!(found[0].starts_with("ci/child.yml:1: job `a` should"), "{found:#?}");
}

#[test]
fn the_inputs_of_a_child_pipeline_come_from_its_trigger() {
    let child = "spec: {inputs: {env: {options: [dev, prod]}, must: {}}}\n---\nq: {stage: '$[[ inputs.env ]]', script: x}\n";
    let with = |inputs: &str| {
        let root =
            format!("c: {{trigger: {{include: [{{local: ci/child.yml, inputs: {inputs}}}]}}}}\n");
        refused(&[(".gitlab-ci.yml", &root), ("ci/child.yml", child)])
    };
    let found = with("{env: test, more: x}");
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(
        found.iter().all(|it| it.starts_with(".gitlab-ci.yml:1: `ci/child.yml`: ")),
        "{found:#?}"
    );
    let found = with("{env: dev, must: x}");
    assert_eq!(found.len(), 1, "there is no stage `dev`: {found:#?}");
    assert!(found[0].starts_with(".gitlab-ci.yml:1: q job: "), "{found:#?}");
}

#[test]
fn what_a_job_makes_for_a_child_pipeline_may_define_anything() {
    let root = "make: {script: x, artifacts: {paths: [more.yml]}}\n\
                c: {trigger: {include: [{local: ci/child.yml}, {artifact: more.yml, job: make}]}}\n\
                d: {trigger: {include: [{local: ci/child.yml}, {project: g/p, file: a.yml}]}}\n";
    let found = refused(&[
        (".gitlab-ci.yml", root),
        ("ci/child.yml", "a: {extends: .there, needs: [b]}\n"),
    ]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_file_beside_those_that_are_included_is_judged_too() {
    let files = [
        (".gitlab-ci.yml", "include: ci/a.yml\n"),
        ("ci/a.yml", "a: {script: x}\n"),
        ("ci/forgotten.yml", "b: {stage: test, script: x, artifact: {}}\n"),
        ("ci/compose.yaml", "services: {db: {image: postgres}}\n"),
        ("k8s/pod.yaml", "pod: {stage: test, script: x, artifact: {}}\n"),
    ];
    let found = refused(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("ci/forgotten.yml:1: "), "{found:#?}");
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
