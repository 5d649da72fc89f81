//! Rules of the user: how they are read, judged, tried and listed.

use std::time::Duration;

use pipespec::engine::{CheckOptions, Project, Trial, analyze};
use pipespec::rule::{FixKind, examples, undocumented_fields};
use pipespec::rules::catalog;

use crate::fixtures::run;
use crate::stopwatch::Stopwatch;

const PIPELINE: &str =
    "build:\n  script: [make]\ntest:\n  interruptible: true\n  script: [make test]\n";

fn page(front: &str) -> String {
    format!("---\nseverity: error\nfor: job\n{front}\n---\n# Title\n")
}

fn project(config: &str, page: &str, pipeline: &str) -> Result<Project, String> {
    let files =
        [("pipespec.yaml", config), ("vendor/acme/own.md", page), (".gitlab-ci.yml", pipeline)];
    Project::in_memory(files, CheckOptions::default()).map_err(|error| format!("{error:?}"))
}

/// The words that an error points at, and its text.
fn fault(front: &str) -> (String, String) {
    let page = page(front);
    let files = [("pipespec.yaml", "packs: [vendor/acme/]\n"), ("vendor/acme/own.md", &page)];
    let error = Project::in_memory(files, CheckOptions::default()).err().expect("a fault");
    let error: &dyn miette::Diagnostic = &error;
    let label = error.labels().and_then(|mut it| it.next()).expect("a place");
    let words = page[label.offset()..label.offset() + label.len()].to_owned();
    let help = error.help().map(|it| it.to_string()).unwrap_or_default();
    (words, format!("{error}; {help}"))
}

fn found(project: &Project) -> Vec<String> {
    let report = analyze(project, &project.catalog);
    let own = report.findings.iter().filter(|it| report.catalog.get(it.rule).id == "own");
    own.map(|it| format!("{} {}", it.severity, it.message)).collect()
}

#[test]
fn a_misspelt_name_is_pointed_at() {
    for (front, words, help) in [
        ("assert: has(job.interruptable)\nmessage: m", "interruptable", "`interruptible`"),
        ("assert: jbo.name != ''\nmessage: m", "jbo", "`job`"),
        ("assert: job.name.startWith('a')\nmessage: m", "startWith", "`startsWith`"),
        ("assert: 'true'\nmessage: \"{job.nmae}\"", "nmae", "`name`"),
        ("assert: job.stage != options.stage\nmessage: m", "stage", "no option"),
        ("assert: clause.job == 'a'\nmessage: m", "clause", "no `binds`"),
        ("assert: 'true'\nat: interuptible\nmessage: m", "interuptible", "`interruptible`"),
        (
            "binds:\n  - then: '{job} job SHALL wait'\nassert: job.name == clause.jbo\nmessage: m",
            "jbo",
            "`job`",
        ),
        ("assert: job.image.tagg == ''\nmessage: m", "tagg", "`tag`"),
    ] {
        let (at, text) = fault(front);
        assert_eq!(at, words, "{front}: {text}");
        assert!(text.contains(help), "{front}: {text}");
    }
    // What the project names itself is free, and so are variables of loops.
    let free = page(
        "assert: job.variables.ANY == 'x' || job.script.exists(jbo, jbo.matches('^a'))\nmessage: m",
    );
    project("packs: [vendor/acme/]\n", &free, PIPELINE).expect("no fault");
}

#[test]
fn predicates_that_take_too_long_are_refused() {
    let doubled = format!("assert: \"['ab']{} == []\"\nmessage: m", ".map(x, x + x)".repeat(60));
    let loops = "pipeline.jobs.all(a, pipeline.jobs.all(b, pipeline.jobs.all(c, a != b + c)))";
    let nested = format!("assert: {loops}\nmessage: m");
    let long = format!("assert: job.name != '{}'\nmessage: m", "x".repeat(5_000));
    for (front, word) in [(&doubled, "steps"), (&nested, "steps"), (&long, "longer")] {
        let (_, text) = fault(front);
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn a_huge_pipeline_ends_in_bounded_time() {
    let mut pipeline = String::new();
    for number in 0..1_500 {
        pipeline.push_str(&format!("job-{number}:\n  script: [make]\n"));
    }
    let pairs = "pipeline.jobs.all(a, pipeline.jobs.all(b, a != b + 'x'))";
    let page = page(&format!("assert: {pairs}\nmessage: m")).replace("for: job", "for: pipeline");
    let project = project("packs: [vendor/acme/]\n", &page, &pipeline).expect("a project");
    let start = Stopwatch::start();
    let found = found(&project);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn packs_are_folders_or_pages_and_may_be_excluded() {
    let page = page("assert: has(job.interruptible)\nmessage: \"{job.name}\"");
    for config in [
        "packs: [vendor/acme/]\n",
        "packs: [./vendor]\nexclude: ['vendor/**']\n",
        "packs: [vendor/acme/own.md]\n",
    ] {
        let project = project(config, &page, PIPELINE).expect(config);
        assert_eq!(found(&project), ["error build"], "{config}");
    }
    let weighed = "packs: [vendor]\nseverity: {own: note}\n";
    assert_eq!(found(&project(weighed, &page, PIPELINE).expect("a project")), ["note build"]);
    for (config, words) in [
        ("packs: [../acme]\n", "outside the project"),
        ("packs: [vendor/amce]\n", "does not exist"),
        ("packs: [.gitlab-ci.yml]\n", "no pages of rules"),
    ] {
        let error = project(config, &page, PIPELINE).err().expect(config);
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn options_of_a_page_are_set_by_the_configuration() {
    let page = page(
        "options:\n  - {name: stages, default: [test], about: Stages that are meant.}\n\
         assert: \"!(job.stage in options.stages)\"\nmessage: \"{job.name}\"",
    );
    let pipeline =
        "stages: [test, late]\na:\n  stage: test\n  script: x\nb:\n  stage: late\n  script: x\n";
    let plain = project("packs: [vendor]\n", &page, pipeline).expect("a project");
    assert_eq!(found(&plain), ["error a"]);
    let set = "packs: [vendor]\nrules: {own: {stages: [late]}}\n";
    assert_eq!(found(&project(set, &page, pipeline).expect("a project")), ["error b"]);
    let wrong = "packs: [vendor]\nrules: {own: {stages: late}}\n";
    let error = project(wrong, &page, pipeline).err().expect("a fault");
    assert!(error.contains("is a list, and this is a text"), "{error}");
}

#[test]
fn every_field_that_is_made_is_in_the_table() {
    let catalog = catalog();
    let mut wrong = Vec::new();
    for (_, rule) in catalog.iter().filter(|(_, rule)| rule.fix == FixKind::None) {
        let trial = Trial::new(&catalog, rule, Vec::new());
        for example in examples(&rule.page).0 {
            let Ok(project) = trial.project(&example, vec![rule.id.to_string()]) else { continue };
            wrong.extend(undocumented_fields(&analyze(&project, &catalog).facts));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn test_tells_what_is_wrong_with_a_page() {
    let (text, code) = run(&["test", "fixtures/node-service/ci-rules"]);
    assert_eq!((text.as_str(), code), ("1 page with 2 examples, all of them true\n", 0));
    // Elsewhere no spec has such a clause, and the examples bring none.
    let page = "unlocked-npm-install.md";
    let elsewhere = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(page);
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/node-service/ci-rules/");
    std::fs::copy(format!("{own}{page}"), &elsewhere).expect("a copy");
    let (text, code) = run(&["test", &elsewhere.to_string_lossy()]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("unlocked-npm-install.md:21: the spec of the project has no clause"),
        "{text}"
    );
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/node-service");
    let own = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_pipespec"))
            .args(arguments)
            .current_dir(folder)
            .output()
            .expect("the binary runs");
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
    };
    assert_eq!(own(&["test"]), ("1 page with 2 examples, all of them true\n".to_owned(), Some(0)));
    assert_eq!(own(&["test", "ci-rules"]).1, Some(0));
    assert!(own(&["rules"]).0.contains("unlocked-npm-install"));
    assert!(own(&["explain", "unlocked-npm-install"]).0.contains("option `commands`"));
}

#[test]
fn the_model_is_printed() {
    let (text, code) = run(&["model", "job.caches"]);
    assert_eq!(code, 0);
    assert!(text.contains("policy?"), "{text}");
    let (text, _) = run(&["model", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["subjects"].as_array().map(Vec::len), Some(5));
    assert_eq!(run(&["model", "jobs"]).1, 2);
}

#[test]
fn jobs_of_a_clause_are_known_by_the_names_that_they_have() {
    let judged = |given: &str, front: &str, roles: &str| {
        let spec = format!(
            "### Requirement: A\n#### Scenario: B\n- **Given** {given} job runs\n- **Then** it SHALL be interruptible\n"
        );
        let page = page(&format!(
            "binds:\n  - given: '{front} job runs'\n    then: it SHALL be interruptible\n\
             when: {}\nassert: has(job.interruptible)\nmessage: \"`{{job.name}}` is not\"",
            if front == "{job}" { "job.name == clause.job" } else { "job.name in clause.jobs" }
        ));
        let files = [
            ("pipespec.yaml", format!("packs: [own.md]\n{roles}")),
            ("own.md", page),
            ("openspec/specs/a/spec.md", spec),
            (".gitlab-ci.yml", PIPELINE.to_owned()),
        ];
        let project = Project::in_memory(files, CheckOptions::default()).unwrap();
        let report = analyze(&project, &project.catalog);
        (found(&project), report.clauses[0].verdict.as_str())
    };
    let build = || vec!["error `build` is not".to_owned()];
    assert_eq!(judged("build", "{job}", ""), (build(), "violated"));
    assert_eq!(judged("setup", "{job}", "roles: {setup: build}\n"), (build(), "violated"));
    assert_eq!(judged("setup", "{job}", "roles: {setup: test}\n"), (Vec::new(), "proven"));
    assert_eq!(judged("test or build", "{jobs}", ""), (build(), "violated"));
    let roles = "roles: {setup: test, lint: build}\n";
    assert_eq!(judged("setup or lint", "{jobs}", roles), (build(), "violated"));
    assert_eq!(judged("setup or lint", "{jobs}", "roles: {setup: test, lint: test}\n").1, "proven");
}
