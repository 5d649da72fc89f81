//! Our rules against the answers of `docker build --check`.

use pipespec::engine::{CheckOptions, Project, Selection, analyze};
use pipespec::rules::catalog;

use crate::dockerfile_corpus::cases;

/// Rule and line (from 1) of each finding under its BuildKit name, sorted.
fn build_checks(dockerfile: &str, ignore: Option<&str>) -> Vec<(String, u64)> {
    let mut files = vec![("Dockerfile", dockerfile.to_owned())];
    files.extend(ignore.map(|ignore| (".dockerignore", ignore.to_owned())));
    let selection = Selection { select: vec!["docker".to_owned()], ..Selection::default() };
    let options = CheckOptions { selection, ..CheckOptions::default() };
    let project = Project::in_memory(files, options).expect("no configuration");
    let catalog = catalog();
    let report = analyze(&project, &catalog);
    let mut found = Vec::new();
    for finding in &report.findings {
        let rule = catalog.get(finding.rule);
        let line = report.sources.get(finding.at.source).lines().line(finding.at.span.start) + 1;
        let is_buildkit =
            |name: &&str| name.starts_with(char::is_uppercase) && !name.starts_with("DL");
        let names = match finding.alias {
            Some(alias) => vec![alias],
            None => rule.aliases.iter().map(AsRef::as_ref).collect(),
        };
        let names = names.into_iter().filter(is_buildkit);
        found.extend(names.map(|name| (name.to_owned(), u64::from(line))));
    }
    found.sort();
    found
}

/// A case whose text and verdict do not belong together: its id, why, and what BuildKit says of the text.
type Corrected = (&'static str, &'static str, &'static [(&'static str, u64)]);

const CORRECTED: [Corrected; 6] = [
    ("testUnmatchedVars:63", "the text is that of testUnmatchedVars:61, which is clean", &[]),
    ("testUnmatchedVars:65", "the text is that of testUnmatchedVars:61, which is clean", &[]),
    (
        "testInvalidDefaultArgInFrom:79",
        "the text is a neighbour's: without a default the base is empty",
        &[("InvalidDefaultArgInFrom", 3)],
    ),
    (
        "testInvalidDefaultArgInFrom:80",
        "the text is a neighbour's: without a default the base is empty",
        &[("InvalidDefaultArgInFrom", 3)],
    ),
    (
        "testLegacyKeyValueFormat:71",
        "the lines are those of another text",
        &[("LegacyKeyValueFormat", 5), ("LegacyKeyValueFormat", 6)],
    ),
    (
        "testRuleCheckOption:19",
        "a build argument that the case does not tell replaces the directive",
        &[("ConsistentInstructionCasing", 3), ("FromAsCasing", 2)],
    ),
];

#[test]
fn findings_are_those_of_the_build_checks() {
    let all = cases("buildkit-check.jsonl");
    let (mut wrong, mut corrected) = (Vec::new(), 0);
    for case in &all {
        let text = case["dockerfile"].as_str().unwrap();
        let expected = case["warnings"].as_array().unwrap().iter();
        let mut expected: Vec<(String, u64)> = expected
            .map(|it| (it["rule"].as_str().unwrap().to_owned(), it["line"].as_u64().unwrap()))
            .collect();
        expected.sort();
        let mut found = build_checks(text, case["dockerignore"].as_str());
        if case["id"] == "testAllTargetUnmarshal:11" {
            // The warnings of two runs, one for a single stage.
            expected.dedup();
            found.dedup();
        }
        let id = case["id"].as_str().unwrap();
        if let Some((_, why, verdict)) = CORRECTED.iter().find(|(known, ..)| *known == id) {
            corrected += 1;
            println!("{id}: {why}");
            assert_ne!(found, expected, "{id} agrees as it stands");
            expected = verdict.iter().map(|(rule, line)| ((*rule).to_owned(), *line)).collect();
        }
        if found != expected {
            wrong.push(format!("{id}: {found:?}, not {expected:?}\n{text}"));
        }
    }
    println!(
        "checks: {} of {} agree, {corrected} of them corrected",
        all.len() - wrong.len(),
        all.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
