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

/// Cases that cannot be judged by what they hold, with the reason.
const UNFIT: [(&str, &str); 6] = [
    ("testUnmatchedVars:63", "a neighbour's Dockerfile, said to be clean in testUnmatchedVars:61"),
    ("testUnmatchedVars:65", "a neighbour's Dockerfile, said to be clean in testUnmatchedVars:61"),
    ("testInvalidDefaultArgInFrom:79", "a neighbour's Dockerfile: its `ARG` has no default"),
    ("testInvalidDefaultArgInFrom:80", "a neighbour's Dockerfile: its `ARG` has no default"),
    ("testLegacyKeyValueFormat:71", "lines 3 and 4 are those of another text; here it is 5 and 6"),
    ("testRuleCheckOption:19", "a build argument that is not told replaces the directive"),
];

#[test]
fn findings_are_those_of_the_build_checks() {
    let all = cases("buildkit-check.jsonl");
    let (mut wrong, mut unfit) = (Vec::new(), 0);
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
        if found != expected {
            let id = case["id"].as_str().unwrap();
            match UNFIT.iter().find(|(known, _)| *known == id) {
                Some((_, why)) => {
                    unfit += 1;
                    println!("{id}: {why}");
                }
                None => wrong.push(format!("{id}: {found:?}, not {expected:?}\n{text}")),
            }
        }
    }
    println!("checks: {} of {} agree", all.len() - wrong.len() - unfit, all.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
