//! The verdicts of GitLab's own configuration classes, `../shared/cases/gitlab/cases.jsonl`: a case that
//! the server refuses has a finding of the family `gitlab`, one that it takes has none.

use std::fmt::Write as _;
use std::path::PathBuf;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::rule::{Catalog, Family, Rule};
use pipespec::rules::catalog;
use serde_json::Value as Json;

/// The share of cases that agree, in percent. It may only grow.
const FLOOR: f64 = 99.7;

/// A case, and what is said here of it.
struct Case {
    name: String,
    yaml: String,
    refused: bool,
    /// The server's messages.
    messages: Vec<String>,
    /// Message, path and line of each finding of the family `gitlab`.
    found: Vec<(String, String, usize)>,
}

fn cases() -> Option<Vec<Case>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/gitlab/cases.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is absent");
        return None;
    };
    let catalog = catalog();
    Some(
        text.lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| case(line, &catalog))
            .collect(),
    )
}

fn case(line: &str, catalog: &Catalog) -> Case {
    let case: Json = serde_json::from_str(line).expect("JSON");
    let yaml = case["yaml"].as_str().unwrap_or_default().to_owned();
    let mut files = vec![(".gitlab-ci.yml".to_owned(), yaml.clone())];
    let mut includes = String::from("includes:\n");
    for (name, text) in case["files"].as_object().into_iter().flatten() {
        let text = text.as_str().unwrap_or_default().to_owned();
        let remote = name.starts_with("http") || name.starts_with("project:");
        let path = if remote { format!("vendored/{}.yml", files.len()) } else { name.clone() };
        if remote {
            let named = name.strip_prefix("project:").unwrap_or(name);
            let _ = writeln!(includes, "  {}: {path}", serde_json::to_string(named).expect("text"));
        }
        files.push((path, text));
    }
    if includes.lines().count() > 1 {
        files.push(("pipespec.yaml".to_owned(), includes));
    }
    let project = match Project::in_memory(files, CheckOptions::default()) {
        Ok(project) => project,
        Err(error) => panic!("{}: {error}", case["name"]),
    };
    let report = analyze(&project, catalog);
    // The verdicts are those of the server's linter, which does not count needs; it does so when it makes a
    // pipeline.
    let linted = |rule: &Rule| rule.family == Family::Gitlab && rule.id != "too-many-needs";
    let of_gitlab = report.findings.iter().filter(|it| linted(catalog.get(it.rule)));
    let found = of_gitlab.map(|finding| {
        let at = finding.at;
        let source = project.files.sources().get(at.source);
        let line = source.text()[..at.span.start as usize].matches('\n').count() + 1;
        (finding.message.clone(), source.path.clone(), line)
    });
    Case {
        name: case["name"].as_str().unwrap_or_default().to_owned(),
        yaml,
        refused: case["expect"] == "error",
        messages: case["message"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|it| it.as_str().unwrap_or_default().to_owned())
            .collect(),
        found: found.collect(),
    }
}

#[test]
fn verdicts_agree_with_the_server() {
    let Some(cases) = cases() else { return };
    let (mut agree, mut false_alarms) = (0, 0);
    let mut wrong = String::new();
    for case in &cases {
        if case.refused != case.found.is_empty() {
            agree += 1;
        } else {
            false_alarms += usize::from(!case.refused);
            let verdict = if case.refused { "error" } else { "valid" };
            let _ =
                writeln!(wrong, "{}: {verdict} by the server, here {:?}", case.name, case.found);
        }
    }
    let percent = 100.0 * f64::from(agree) / cases.len() as f64;
    println!(
        "{agree} of {} cases agree ({percent:.1} %), {false_alarms} false alarms\n{wrong}",
        cases.len()
    );
    assert!(percent >= FLOOR, "{percent:.1} % agree");
    assert_eq!(false_alarms, 0, "what the server takes must pass");
}

/// Words of the server's messages that say nothing of the fault.
const EMPTY_WORDS: [&str; 30] = [
    "config", "a", "an", "the", "is", "be", "to", "of", "or", "and", "in", "it", "but", "not",
    "for", "one", "should", "must", "can", "may", "contains", "are", "has", "with", "from", "only",
    "have", "this", "name", "entry",
];

/// The words of a message in one form: lower case, no plural, no `_`.
fn words(message: &str) -> Vec<String> {
    let split = |ch: char| !(ch.is_alphanumeric() || "$.".contains(ch));
    let words = message.to_lowercase();
    let words = words.split(split).map(|it| it.trim_matches('.').trim_end_matches('s').to_owned());
    words.filter(|it| !it.is_empty()).collect()
}

#[test]
fn messages_say_at_least_what_the_server_says() {
    let Some(cases) = cases() else { return };
    let (mut all, mut said) = (0, 0);
    let mut wrong = String::new();
    for case in cases.iter().filter(|case| case.refused && !case.messages.is_empty()) {
        if case.found.is_empty() {
            continue;
        }
        all += 1;
        let ours: Vec<String> = case
            .found
            .iter()
            .flat_map(|(message, path, _)| words(&format!("{message} {path}")))
            .collect();
        let empty: Vec<String> = EMPTY_WORDS.iter().flat_map(|it| words(it)).collect();
        let lacks = |message: &String| {
            let words = words(message).into_iter();
            words.filter(|it| !empty.contains(it) && !ours.contains(it)).collect::<Vec<_>>()
        };
        let best = case.messages.iter().map(lacks).min_by_key(Vec::len).unwrap();
        if best.is_empty() || WORDED_OTHERWISE.contains(&case.name.as_str()) {
            said += 1;
        } else {
            let _ = writeln!(
                wrong,
                "{}: {best:?} of {:?}\n    {:?}",
                case.name, case.messages, case.found
            );
        }
    }
    println!("{said} of {all} messages say what the server says\n{wrong}");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Cases whose message says the same in other words.
const WORDED_OTHERWISE: [&str; 2] = [
    // The finding says which rules leave the job out, and the help what to do.
    "pipeline.needs_job_excluded_by_rules",
    // "supported formats" for "one of".
    "artifacts.reports_coverage_bad_format",
];

/// First and last lines of the blocks under the `named` keys, or under the last of `path` that stands in
/// the text.
fn blocks(yaml: &str, path: &[String], named: &[String]) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = yaml.lines().collect();
    let holds = |line: &str, key: &str| {
        line.to_lowercase().match_indices(key).any(|(at, _)| {
            let edge = |ch: Option<char>| ch.is_none_or(|ch| !ch.is_alphanumeric() && ch != '_');
            edge(line[..at].chars().next_back())
                && edge(line.get(at + key.len()..).and_then(|it| it.chars().next()))
        })
    };
    let indent = |line: &str| line.len() - line.trim_start().len();
    let end = |first: usize| {
        let inside = |line: &&&str| {
            line.trim().is_empty()
                || indent(line) > indent(lines[first])
                || line.trim_start().starts_with("- ")
        };
        first + 1 + lines[first + 1..].iter().take_while(inside).count()
    };
    let under = |key: &String| {
        let found = (0..lines.len()).filter(|at| holds(lines[*at], key));
        found.map(|first| (first + 1, end(first))).collect::<Vec<_>>()
    };
    let all: Vec<_> = named.iter().flat_map(under).collect();
    if !all.is_empty() {
        return all;
    }
    path.iter().rev().map(under).find(|found| !found.is_empty()).unwrap_or_default()
}

#[test]
fn findings_point_into_the_line_of_the_fault() {
    let Some(cases) = cases() else { return };
    let (mut all, mut placed) = (0, 0);
    let mut wrong = String::new();
    for case in cases.iter().filter(|case| case.refused && !case.messages.is_empty()) {
        if case.found.is_empty() || case.yaml.lines().count() < 2 {
            continue;
        }
        let message = &case.messages[0];
        // The path in front, then what the message names behind the last colon.
        let head = message.split_whitespace().next().unwrap_or_default();
        let path: Vec<String> = head.split(':').map(str::to_lowercase).collect();
        let tail = message.rsplit_once(": ").map_or("", |(_, tail)| tail).to_lowercase();
        let names =
            tail.split([',', ' ']).map(|it| it.trim_matches(['.', '[', ']', ';']).to_owned());
        let names: Vec<String> = names.filter(|it| !it.is_empty()).collect();
        let places = blocks(&case.yaml, &path, &names);
        if places.is_empty() {
            continue;
        }
        all += 1;
        let at_place = |(_, path, line): &(String, String, usize)| {
            path == ".gitlab-ci.yml"
                && places.iter().any(|(first, last)| (first..=last).contains(&line))
        };
        if case.found.iter().any(at_place) || PLACED_ELSEWHERE.contains(&case.name.as_str()) {
            placed += 1;
        } else {
            let _ = writeln!(
                wrong,
                "{}: lines {places:?} by {message:?}, here {:?}\n{}",
                case.name, case.found, case.yaml
            );
        }
    }
    println!("{placed} of {all} findings stand at the fault\n{wrong}");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Cases whose fault is better seen elsewhere than at the place that the server's message begins with.
const PLACED_ELSEWHERE: [&str; 2] = [
    // The server names the template that is too far up; we point to the `extends` that leads there.
    "extends.depth_13_levels",
    // The server names the script; we point to the list that is one too many.
    "reference.nested_10",
];
