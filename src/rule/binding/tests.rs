use std::borrow::Cow;

use super::*;
use crate::model::MemoryFiles;
use crate::model::spec::{Relation, Spec};

type Shown = (String, String, Option<f64>);

fn with_clause<T>(steps: &str, test: impl Fn(&Clause<'_>) -> T) -> T {
    let text = format!("## ADDED Requirements\n### Requirement: R\n#### Scenario: S\n{steps}\n");
    let files = MemoryFiles::new([("spec.md", text)]);
    let spec = Spec::from_files(files.sources().iter());
    test(spec.clauses.last().unwrap())
}

fn source(given: Option<&'static str>, then: &'static str) -> BindingSource {
    BindingSource { given: given.map(Cow::Borrowed), then: Cow::Borrowed(then) }
}

fn params(given: Option<&'static str>, then: &'static str, steps: &str) -> Option<Params> {
    let binding = Binding::compile(&source(given, then)).unwrap();
    with_clause(steps, |clause| {
        let params = binding.matches(clause)?;
        for param in &params.all {
            assert_eq!(clause.source.slice(param.at.span).replace('`', ""), param.text);
        }
        Some(params)
    })
}

fn bind(given: Option<&'static str>, then: &'static str, steps: &str) -> Option<Vec<Shown>> {
    let params = params(given, then, steps)?;
    Some(params.all.into_iter().map(|it| (it.name, it.text, it.number)).collect())
}

#[test]
fn parameters_are_read_from_the_words() {
    let then = "image SHALL use {image} as base";
    let image = bind(None, then, "**Then** Image SHALL use `golang:1.25.5-alpine3.23` as base.");
    assert_eq!(image.unwrap()[0].1, "golang:1.25.5-alpine3.23");
    let plain = bind(None, then, "**Then** image SHALL use\n  golang:1.25 as  base");
    assert_eq!(plain.unwrap()[0].1, "golang:1.25");
    assert!(bind(None, then, "Then image SHALL use golang:1.25 as base image").is_none());
    let size = bind(
        None,
        "size reduction SHALL be at least {percent} compared to {word} {size}",
        "**And** size reduction SHALL be at least 70% compared to Debian 807MB",
    )
    .unwrap();
    assert_eq!((size[0].2, size[2].2), (Some(70.0), Some(807e6)));
}

#[test]
fn durations_and_relations_are_numbers() {
    let number = |then, steps: &str| bind(None, then, steps).map(|found| found[0].2.unwrap());
    let then = "expiration SHALL be {duration}";
    assert_eq!(number(then, "Then expiration SHALL be 24 hours"), Some(86_400.0));
    assert_eq!(number(then, "Then expiration SHALL be 1h 30m."), Some(5_400.0));
    assert_eq!(number(then, "Then expiration SHALL be 24 horus"), None);
    let relation = |then, steps: &str| params(None, then, steps).unwrap().all[0].relation;
    let rate = "rate SHALL be {percent}";
    assert_eq!(relation(rate, "Then rate SHALL be >5%"), Some(Relation::More));
    assert_eq!(relation(rate, "Then rate SHALL be at least 5 percent"), Some(Relation::AtLeast));
    assert_eq!(relation(rate, "Then rate SHALL be 5%"), None);
    let literal = "rate SHALL be greater than {percent}";
    assert_eq!(relation(literal, "Then rate SHALL be greater than 99%"), Some(Relation::More));
    assert_eq!(
        relation(">{percent} {text} increase", "Then x SHALL be:\n  - >20% build time increase"),
        Some(Relation::More)
    );
}

#[test]
fn the_given_step_must_match_as_well() {
    let steps =
        "**Given** lint or test job runs\n**When** x\n**Then** cache policy SHALL be pull only";
    assert!(bind(Some("setup job runs"), "cache policy SHALL be {policy} only", steps).is_none());
    let found =
        bind(Some("{jobs} job runs"), "cache policy SHALL be {policy} only", steps).unwrap();
    assert_eq!((found[0].1.as_str(), found[1].1.as_str()), ("pull", "lint or test"));
    assert!(bind(Some("x"), "cache policy SHALL be {policy} only", steps).is_some());
    assert!(bind(Some("{job} job runs"), "cache policy SHALL be {policy} only", steps).is_none());
}

#[test]
fn optional_texts_and_alternatives() {
    for words in ["Then the job SHALL run", "Then jobs MUST run", "Then tasks SHALL run"] {
        assert!(bind(None, "(the )job(s)/task(s) SHALL run", words).is_some(), "{words}");
    }
    assert!(bind(None, "(the )job(s)/task(s) SHALL run", "Then cats SHALL run").is_none());
    assert!(
        bind(None, "Tool errors \\({text}\\)", "Then it SHALL be:\n - Tool errors (mise, `b`)")
            .is_some()
    );
}

#[test]
fn a_pattern_that_is_none_is_told_with_its_place() {
    let error = |then| Binding::compile(&source(None, then)).unwrap_err();
    let unknown = error("it is {percentage}");
    assert!(unknown.reason.contains("percentage"));
    assert_eq!(unknown.span, Span::new(7, 17));
    assert!(error("it is {imag}").reason.contains("`{image}`"));
    assert_eq!(error("x (a {b})").span.start, 5);
    assert!(error("{text}").reason.contains("every clause"));
}

#[test]
fn many_free_texts_end_in_bounded_time() {
    let long = format!("Then {} SHALL end", "a b ".repeat(5_000));
    assert!(bind(None, "{text} a {text} b {text} a {text} SHALL not", &long).is_none());
}

#[test]
fn the_nearest_binding_is_told_with_the_word_at_which_the_clause_departs() {
    let bindings: Vec<Binding> = [
        source(None, "image SHALL use {image} as base"),
        source(Some("{job} job runs"), "cache policy SHALL be {policy}"),
        source(None, "key SHALL include {path}"),
    ]
    .iter()
    .map(|source| Binding::compile(source).unwrap())
    .collect();
    let near = |steps: &str| with_clause(steps, |clause| Nearest::new(&bindings).of(clause));
    let (at, departure) = near("Then cache policy SHALL stay pull").unwrap();
    assert_eq!((at, departure.found.as_str(), departure.expected.as_str()), (1, "stay", "be"));
    let (at, departure) = near("Given someone runs it\nThen cache policy SHALL be pull").unwrap();
    assert!(at == 1 && departure.in_given);
    let (_, departure) = near("Then key SHALL include \"a b\"").unwrap();
    assert_eq!(departure.expected, "{path}");
    assert!(near("Then nobody SHALL pass").is_none());
}

#[test]
fn a_stub_binds_the_clause_that_it_was_made_for() {
    let steps = [
        "Given setup job runs\nThen Node image SHALL be node:22.1-alpine with 24 hours, >5% of 215MB in src/a.ts (v1.2.3)",
        "Then it's \"x y\" SHALL and/or {z} 3 times.",
        "Then `npm ci` SHALL run before npm 1.25",
    ];
    for steps in steps {
        with_clause(steps, |clause| {
            let pattern = pattern_for(&clause.text);
            let made = BindingSource { given: None, then: Cow::Owned(pattern.clone()) };
            let binding = Binding::compile(&made).unwrap();
            assert!(binding.matches(clause).is_some(), "{pattern}");
            assert!(stub(clause).contains(&pattern.replace('\'', "''")));
        });
    }
    let jobs = [
        (
            "Given deps job runs\nThen the build job SHALL be quick",
            "then: 'the {job} job SHALL be quick'\nfor: job\nwhen: job.name == clause.job\n",
            "build:",
        ),
        (
            "Given deps job runs\nThen all SHALL be quick",
            "given: '{job} job runs'\n    then: 'all SHALL be quick'\nfor: job\nwhen: job.name == clause.job\n",
            "deps:",
        ),
        (
            "Given lint or test job runs\nThen all SHALL be quick",
            "given: '{jobs} job runs'\n    then: 'all SHALL be quick'\nfor: job\nwhen: job.name in clause.jobs\n",
            "lint:",
        ),
        ("Then the job SHALL be quick", "then: 'the job SHALL be quick'\nfor: job\nassert", "job:"),
    ];
    for (steps, front, example) in jobs {
        with_clause(steps, |clause| {
            let page = stub(clause);
            assert!(
                page.contains(front) && page.contains(&format!("bad=1\n{example}\n")),
                "{page}"
            );
        });
    }
    assert_eq!(
        pattern_for(
            "image SHALL use golang:1.25.5-alpine3.23 within 24 hours and >5% of 3 files in go.mod"
        ),
        "image SHALL use {image} within {duration} and >{percent} of {int} files in {path}"
    );
}
