//! The snippets of `../shared/reference/spec-scenarios.md`: a good one raises nothing of the family
//! `ci-image`, a bad one something. Skipped where the file is absent.

use std::path::PathBuf;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::rule::{Family, Severity};
use pipespec::rules::catalog;

fn shared(path: &str) -> Option<String> {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path))
        .ok()
}

/// Name and title, language, text of each snippet.
fn snippets(text: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let mut body = String::new();
        for line in lines.by_ref() {
            if line.starts_with("```") {
                break;
            }
            body.push_str(line);
            body.push('\n');
        }
        let (language, title) = info.split_once(' ').unwrap_or((info, ""));
        if title.starts_with('R') && title.contains('-') {
            found.push((title.to_owned(), language.to_owned(), body));
        }
    }
    found
}

#[test]
fn good_snippets_raise_nothing_and_bad_ones_something() {
    let (Some(text), Some(spec)) =
        (shared("reference/spec-scenarios.md"), shared("spec/ci-image.md"))
    else {
        println!("skipped: ../shared is absent");
        return;
    };
    let catalog = catalog();
    let mut wrong = Vec::new();
    let snippets = snippets(&text);
    for (title, language, body) in &snippets {
        let path = match language.as_str() {
            "dockerfile" => "Dockerfile.ci",
            "yaml" => ".gitlab-ci.yml",
            "markdown" => "tasks.md",
            _ => continue,
        };
        let spec_path = "openspec/specs/ci-image/spec.md";
        let files = [(path, body.as_str()), (spec_path, spec.as_str())];
        let project = Project::in_memory(
            files.map(|(path, text)| (path, text.to_owned())),
            CheckOptions::default(),
        )
        .unwrap();
        let report = analyze(&project, &catalog);
        // A good snippet is good for the requirement of its number only.
        let good = title.as_bytes()[3] == b'G';
        let requirements = ["alpine-based", "reliable-ci", "cache-management", "rollback"];
        let own = requirements[usize::from(title.as_bytes()[1] - b'1')];
        let mine = |finding: &&pipespec::rule::Finding| {
            !good
                || finding.clause.as_ref().is_none_or(|clause| clause.contains(&format!("/{own}")))
        };
        let found: Vec<String> = report
            .findings
            .iter()
            .filter(mine)
            .filter(|finding| {
                matches!(catalog.get(finding.rule).family, Family::CiImage | Family::Gitlab)
                    && finding.severity > Severity::Note
            })
            .map(|finding| format!("{}: {}", catalog.get(finding.rule).id, finding.message))
            .collect();
        if good != found.is_empty() {
            wrong.push(format!("{title}: {found:#?}"));
        }
        if std::env::var("SHOW").is_ok() {
            println!("{title}\n  {}", found.join("\n  "));
        }
    }
    println!("{} of {} snippets agree", snippets.len() - wrong.len(), snippets.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
