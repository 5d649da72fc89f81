//! Near misses of the first spec, in `data/near_misses.md`: what looks right and is wrong, and what looks wrong
//! and is right. Skipped where the spec is absent.

use std::path::PathBuf;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::rule::{Family, Finding, Severity};

struct Case<'t> {
    title: &'t str,
    path: &'static str,
    requirement: usize,
    /// The rule and the line of the finding; nothing where none is wanted.
    expected: Option<(&'t str, usize)>,
    text: String,
}

/// The cases of the page.
fn cases(page: &str) -> Vec<Case<'_>> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let mut words = info.splitn(4, ' ');
        let path = match words.next().unwrap() {
            "dockerfile" => "Dockerfile.ci",
            "yaml" => ".gitlab-ci.yml",
            "markdown" => "tasks.md",
            other => panic!("{other} is no language of the page"),
        };
        let requirement = words.next().unwrap().parse().unwrap();
        let good = words.next().unwrap() == "good";
        let mut title = words.next().unwrap();
        let mut expected = None;
        if !good {
            let (rule, rest) = title.split_once(' ').unwrap();
            let (rule, line) = rule.split_once('@').unwrap();
            expected = Some((rule, line.parse().unwrap()));
            title = rest;
        }
        let text = lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n"));
        found.push(Case { title, path, requirement, expected, text: text.collect() });
    }
    found
}

#[test]
fn near_misses_are_told_apart() {
    let spec = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/spec/ci-image.md");
    let Ok(spec) = std::fs::read_to_string(spec) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let cases = cases(include_str!("data/near_misses.md"));
    let mut wrong = Vec::new();
    for case in &cases {
        let files = [(case.path, case.text.clone()), ("openspec/specs/ci/spec.md", spec.clone())];
        let project = Project::in_memory(files, CheckOptions::default()).unwrap();
        let report = analyze(&project, &project.catalog);
        let line = |finding: &Finding| {
            let source = report.sources.get(finding.at.source);
            source.lines().line(finding.at.span.start) as usize + 1
        };
        let own = ["alpine-based", "reliable-ci", "cache-management", "rollback"];
        let own = format!("/{}", own[case.requirement - 1]);
        let shown = |finding: &Finding| {
            let rule = report.catalog.get(finding.rule);
            let severity = finding.severity.as_str();
            format!("{}@{} ({severity}): {}", rule.id, line(finding), finding.message)
        };
        let concerns = |finding: &&Finding| {
            finding.clause.as_ref().is_some_and(|clause| clause.contains(&own))
                || report.catalog.get(finding.rule).family == Family::Gitlab
        };
        let found: Vec<&Finding> = report.findings.iter().filter(concerns).collect();
        let agrees = match case.expected {
            None => found.iter().all(|finding| finding.severity == Severity::Note),
            Some((rule, wanted)) => found.iter().any(|finding| {
                report.catalog.get(finding.rule).id == rule && line(finding) == wanted
            }),
        };
        if !agrees {
            let found: Vec<String> = found.into_iter().map(shown).collect();
            wrong.push(format!("{:?} {}\n    {}", case.expected, case.title, found.join("\n    ")));
        }
    }
    println!("{} of {} near misses are told apart", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn messages_name_the_remedy_that_the_program_has() {
    let files = [
        (
            ".gitlab-ci.yml",
            "a:\n  script:\n    - regctl registry login -p \"$P\" r\n    - crane auth login -p \"$P\" r\n",
        ),
        ("Dockerfile", "FROM debian:12.5-slim\nHEALTHCHECK CMD curl -f localhost || exit 1\n"),
    ];
    let options = CheckOptions::default();
    let project = Project::in_memory(files, options).unwrap();
    let report = analyze(&project, &project.catalog);
    let found =
        |words: &str| report.findings.iter().filter(|it| it.message.contains(words)).count();
    assert_eq!((found("; `--pass-stdin` reads"), found("; `--password-stdin` reads")), (1, 1));
    assert_eq!(found("each check starts a shell in front of the command"), 1);
}
