//! What jobs hand over, and what is told of includes and texts.

use pipespec::engine::{CheckOptions, Project, Selection, analyze, fixed_texts};
use pipespec::model::MemoryFiles;
use pipespec::model::gitlab::{IncludeKind, Pipeline, Settings};
use pipespec::rules::catalog;

fn with_pipeline(text: &str, judge: impl FnOnce(&Pipeline<'_>)) {
    let files = MemoryFiles::new([(".gitlab-ci.yml", text)]);
    let root = files.sources().by_path(".gitlab-ci.yml").expect("it was just added");
    judge(&Pipeline::resolve(root, &files, &Settings::default()));
}

const JOBS: &str = "\
stages: [one, two, three]
make: {stage: one, script: x, artifacts: {paths: [out]}}
other: {stage: one, script: x}
plain: {stage: two, script: x}
none: {stage: two, script: x, dependencies: []}
listed: {stage: two, script: x, dependencies: [make]}
need: {stage: three, script: x, needs: [plain]}
bare: {stage: three, script: x, needs: [{job: make, artifacts: false}]}
brings: {stage: three, script: x, needs: [make]}
chain: {stage: three, script: x, needs: [need]}
ruled: {stage: three, script: x, rules: [{if: $A, needs: [make]}, {if: $B}]}
";

#[test]
fn artifacts_come_by_stage_until_needs_or_dependencies_say_which() {
    with_pipeline(JOBS, |pipeline| {
        let fetches = |name: &str| {
            let (job, make) = (pipeline.job(name).unwrap(), pipeline.job("make").unwrap());
            pipeline.fetches(job, make)
        };
        for name in ["plain", "listed", "brings", "ruled"] {
            assert_eq!(fetches(name), Some(true), "{name}");
        }
        for name in ["make", "other", "none", "need", "bare", "chain"] {
            assert_eq!(fetches(name), Some(false), "{name}");
        }
    });
}

#[test]
fn a_job_runs_before_another_by_stage_or_by_needs() {
    with_pipeline(JOBS, |pipeline| {
        let before = |one: &str, other: &str| {
            pipeline.runs_before(pipeline.job(one).unwrap(), pipeline.job(other).unwrap())
        };
        assert!(before("make", "plain"));
        assert!(!before("make", "other"));
        assert!(before("plain", "chain"), "through another need");
        assert!(!before("other", "brings"), "needs do not wait for the stage");
    });
}

#[test]
fn includes_are_told_whether_or_not_they_can_be_read() {
    let text = "include:\n- {project: g/p, file: a.yml, ref: v1}\n- https://example.org/a.yml\n\
                - {component: example.org/g/p/c@1}\na: {script: x}\n";
    with_pipeline(text, |pipeline| {
        let kinds: Vec<_> = pipeline.includes.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [IncludeKind::Project, IncludeKind::Remote, IncludeKind::Component]);
        let reference = pipeline.includes[0].reference.as_ref();
        assert_eq!(reference.and_then(|it| it.as_str()), Some("v1"));
    });
}

#[test]
fn a_text_that_jobs_share_is_given_once() {
    let text = ".a: {script: [x1]}\nb: {extends: .a}\nc: {extends: .a, image: i1}\n";
    with_pipeline(text, |pipeline| {
        let texts: Vec<_> = pipeline.texts().iter().filter_map(|it| it.as_str()).collect();
        assert_eq!(texts.iter().filter(|it| **it == "x1").count(), 1);
        assert!(texts.contains(&"i1"));
    });
}

fn fixed(rule: &str, text: &str) -> Option<String> {
    let catalog = catalog();
    let selection = Selection { select: vec![rule.to_owned()], ..Selection::default() };
    let options = CheckOptions { selection, ..CheckOptions::default() };
    let files = vec![(".gitlab-ci.yml".to_owned(), text.as_bytes().to_vec())];
    let project = Project::in_memory(files, options).expect("no configuration");
    let mut texts = fixed_texts(&analyze(&project, &catalog), false);
    texts.remove(".gitlab-ci.yml")
}

#[test]
fn globals_move_under_default_only_where_that_means_the_same() {
    let rule = "global-default-keyword";
    let block = "image: a\r\nservices:\r\n- b\r\n\r\njob:\r\n  script: x\r\n";
    let moved = "default:\r\n  image: a\r\n  services:\r\n  - b\r\n\r\njob:\r\n  script: x\r\n";
    assert_eq!(fixed(rule, block).as_deref(), Some(moved));
    let apart = "image: a\njob: {script: x}\nservices: [b]\n";
    assert_eq!(fixed(rule, apart), None, "a job stands between them");
    let both = "image: a\ndefault: {tags: [b]}\njob: {script: x}\n";
    assert_eq!(fixed(rule, both), None, "there is a default already");
    let missing = "include: {project: g/p, file: a.yml}\nimage: a\njob: {script: x}\n";
    assert_eq!(fixed(rule, missing), None, "what is included may have globals too");
    let literal = "before_script:\n  - |\n    a\n      b\nimage: a\njob: {script: x}\n";
    let moved =
        "default:\n  before_script:\n    - |\n      a\n        b\n  image: a\njob: {script: x}\n";
    assert_eq!(fixed(rule, literal).as_deref(), Some(moved));
}

#[test]
fn a_fixed_configuration_means_what_it_meant() {
    let text = "before_script:\n  - |\n    a\n      b\nservices: [{name: c,\n  alias: d}]\njob: {script: x}\n";
    let moved = fixed("global-default-keyword", text).expect("it can be moved");
    let resolved = |text: &str| {
        let mut told = String::new();
        with_pipeline(text, |pipeline| {
            assert!(pipeline.problems.is_empty(), "{:?}", pipeline.problems);
            let job = pipeline.job("job").unwrap();
            for keyword in ["before_script", "services"] {
                told.push_str(&job.get(keyword).unwrap().inspect());
            }
        });
        told
    };
    assert_eq!(resolved(text), resolved(&moved));
}
