//! Large and hostile configurations: bounded time, no panic, and a problem where there is one.

use std::fmt::Write as _;
use std::time::Duration;

use crate::stopwatch::Stopwatch;

use pipespec::model::MemoryFiles;
use pipespec::model::gitlab::{FileKind, Pipeline, Settings, ValueKind};
use proptest::prelude::*;

/// Resolves `text` and gives `look` the result and the time it took.
fn resolve<T>(text: &str, look: impl FnOnce(&Pipeline<'_>, Duration) -> T) -> T {
    let files = MemoryFiles::new([(".gitlab-ci.yml", text)]);
    let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
    let started = Stopwatch::start();
    let pipeline = Pipeline::resolve(root, &files, &Settings::default());
    let took = started.elapsed();
    look(&pipeline, took)
}

fn rules(pipeline: &Pipeline<'_>) -> Vec<&'static str> {
    let mut rules: Vec<_> = pipeline.problems.iter().map(|it| it.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// A pipeline as a generator writes it: jobs over templates, references, caches and needs.
fn generated(jobs: usize) -> String {
    let mut text = String::from(
        "stages: [build, test]\n\
         variables: {GLOBAL: \"1\"}\n\
         default: {image: alpine, retry: 1, before_script: [one, two, three]}\n\
         .base:\n  variables: {A: a, B: b}\n  cache: {key: k, paths: [x, y]}\n  rules:\n    - if: $A\n      when: never\n    - when: always\n\
         .script: {script: [first, second, third, fourth]}\n\
         .both: {extends: [.base, .script], tags: [large]}\n",
    );
    for job in 0..jobs {
        let stage = if job % 2 == 0 { "build" } else { "test" };
        write!(text, "job {job}:\n  extends: .both\n  stage: {stage}\n  script:\n    - !reference [.script, script]\n    - make {job}\n").unwrap();
        if job % 2 == 1 {
            writeln!(text, "  needs: [job {}]", job - 1).unwrap();
        }
        if job % 10 == 0 {
            writeln!(text, "  parallel: {{matrix: [{{X: [1, 2, 3], Y: [a, b]}}]}}").unwrap();
        }
    }
    text
}

#[test]
fn cost_grows_with_the_number_of_jobs_and_no_faster() {
    let time = |jobs| {
        let text = generated(jobs);
        let runs = (0..3).map(|_| {
            resolve(&text, |pipeline, took| {
                assert_eq!(pipeline.jobs.len(), jobs);
                assert!(pipeline.problems.is_empty(), "{:?}", pipeline.problems);
                took
            })
        });
        runs.min().unwrap()
    };
    let (small, large) = (time(200), time(2000));
    println!("200 jobs: {small:?}, 2,000 jobs: {large:?}");
    assert!(large < Duration::from_secs(2), "{large:?}");
    assert!(large < small * 40, "{small:?} for 200 jobs, {large:?} for 2,000");
}

#[test]
fn bombs_and_chains_end_in_bounded_time() {
    let mut aliases = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    let mut references = String::from(".a0: [x, x, x, x, x, x, x, x, x]\n");
    let mut extends = String::from(".e0: {script: x}\n");
    let mut merges = String::from(".m0: &m0 {script: x}\n");
    let mut chain = String::from(".c0: {script: [x]}\n");
    let mut nested = String::from(".n0: [x]\n");
    for at in 1..5000 {
        let before = at - 1;
        if at < 12 {
            let nine = |one: String| vec![one; 9].join(", ");
            writeln!(aliases, "a{at}: &a{at} [{}]", nine(format!("*a{before}"))).unwrap();
            writeln!(references, ".a{at}: [{}]", nine(format!("!reference [.a{before}]"))).unwrap();
        }
        writeln!(extends, ".e{at}: {{extends: .e{before}, variables: {{V{at}: x}}}}").unwrap();
        writeln!(merges, ".m{at}: &m{at} {{<<: *m{before}, image: x}}").unwrap();
        writeln!(chain, ".c{at}: {{script: !reference [.c{before}, script]}}").unwrap();
        writeln!(nested, ".n{at}: [!reference [.n{before}]]").unwrap();
    }
    let cases = [
        ("alias bomb", aliases, vec!["yaml-too-big"]),
        ("reference bomb", references, vec!["yaml-too-big"]),
        ("extends chain", extends, vec!["extends-too-deep"]),
        ("merge chain", merges, vec![]),
        ("reference chain", chain, vec![]),
        ("nested references", nested, vec![]),
        ("deep", format!("a: {}", "[".repeat(5000)), vec!["invalid-yaml"]),
        (
            "deep and closed",
            (0..120).map(|at| format!("{}a:\n", " ".repeat(at))).collect::<String>(),
            vec!["yaml-too-big"],
        ),
        ("self extending", "a: {extends: a, script: x}\n".to_owned(), vec!["circular-extends"]),
        (
            "self reference",
            "a: {script: [!reference [a]]}\n".to_owned(),
            vec!["circular-reference"],
        ),
    ];
    for (name, text, expected) in cases {
        let text = format!("{text}job: {{script: x}}\n");
        resolve(&text, |pipeline, took| {
            println!("{name}: {took:?}, {:?}", rules(pipeline));
            assert!(took < Duration::from_secs(5), "{name}: {took:?}");
            assert_eq!(rules(pipeline), expected, "{name}");
        });
    }
}

#[test]
fn files_that_include_each_other_end_at_the_limit_of_the_server() {
    let files = MemoryFiles::new([
        (".gitlab-ci.yml", "include: a.yml\njob: {script: x}\n"),
        ("a.yml", "include: [b.yml, b.yml]\n"),
        ("b.yml", "include: [a.yml, a.yml]\n"),
    ]);
    let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
    let pipeline = Pipeline::resolve(root, &files, &Settings::default());
    assert_eq!(rules(&pipeline), ["too-many-includes"]);
    assert_eq!(pipeline.problems.len(), 1);
    assert!(pipeline.files.len() <= 151);
}

#[test]
fn nothing_of_a_reference_or_tag_is_left_in_the_result() {
    let text =
        ".a: {script: [x]}\njob: {script: !reference [.a, script], image: !reference [.b]}\n";
    resolve(text, |pipeline, _| {
        let image = &pipeline.jobs[0].value.get("image").unwrap().kind;
        assert!(matches!(image, ValueKind::Unknown(_)), "{image:?}");
    });
}

proptest! {
    #![proptest_config(crate::random::config(300))]

    #[test]
    fn no_text_makes_it_panic(
        parts in prop::collection::vec(prop_oneof![
            Just("job:".to_owned()), Just("\n  ".to_owned()), Just("\n".to_owned()), Just("- ".to_owned()),
            Just("script: ".to_owned()), Just("extends: ".to_owned()), Just("!reference [".to_owned()),
            Just("needs: ".to_owned()), Just("parallel: ".to_owned()), Just("matrix: ".to_owned()),
            Just("include: ".to_owned()), Just(".gitlab-ci.yml".to_owned()), Just("spec: ".to_owned()),
            Just("inputs: ".to_owned()), Just("---\n".to_owned()), Just("$[[ inputs.a | ".to_owned()),
            Just(" ]]".to_owned()), Just("<<: ".to_owned()), Just("&a ".to_owned()), Just("*a ".to_owned()),
            Just("{".to_owned()), Just("}".to_owned()), Just("[".to_owned()), Just("]".to_owned()),
            Just("stages: ".to_owned()), Just("default: ".to_owned()), Just("cache: ".to_owned()),
            Just("{a: 1}".to_owned()), Just("é".to_owned()), Just("rules: ".to_owned()), ".{0,6}",
        ], 0..40)
    ) {
        let text = parts.concat();
        for kind in [FileKind::Root, FileKind::Template] {
            let files = MemoryFiles::new([(".gitlab-ci.yml", text.clone())]);
            let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
            let pipeline = Pipeline::resolve_as(kind, root, &files, &Settings::default());
            prop_assert!(pipeline.files.len() <= 151);
        }
    }
}
