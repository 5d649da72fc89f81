//! The verdicts of GitLab's own configuration classes, `../shared/cases/gitlab/cases.jsonl`: a case that
//! the server refuses has a finding of the family `gitlab`, one that it takes has none.

use std::fmt::Write as _;
use std::path::PathBuf;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::rule::Family;
use pipespec::rules::catalog;
use serde_json::Value as Json;

/// The share of cases that agree, in percent. It may only grow.
const FLOOR: f64 = 99.0;

#[test]
fn verdicts_agree_with_the_server() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/gitlab/cases.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let catalog = catalog();
    let (mut agree, mut all) = (0, 0);
    let mut wrong = String::new();
    let mut false_alarms = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Json = serde_json::from_str(line).expect("JSON");
        let mut files = vec![(
            ".gitlab-ci.yml".to_owned(),
            case["yaml"].as_str().unwrap_or_default().to_owned(),
        )];
        let mut includes = String::from("includes:\n");
        for (name, text) in case["files"].as_object().into_iter().flatten() {
            let text = text.as_str().unwrap_or_default().to_owned();
            let remote = name.starts_with("http") || name.starts_with("project:");
            let path = if remote { format!("vendored/{}.yml", files.len()) } else { name.clone() };
            if remote {
                let named = name.strip_prefix("project:").unwrap_or(name);
                let _ =
                    writeln!(includes, "  {}: {path}", serde_json::to_string(named).expect("text"));
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
        let report = analyze(&project, &catalog);
        let found: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| catalog.get(finding.rule).family == Family::Gitlab)
            .map(|finding| finding.message.as_str())
            .collect();
        let refused = case["expect"] == "error";
        all += 1;
        if refused != found.is_empty() {
            agree += 1;
        } else {
            false_alarms += usize::from(!refused);
            let _ = writeln!(
                wrong,
                "{}: {} by the server, here {found:?}",
                case["name"], case["expect"]
            );
        }
    }
    let percent = 100.0 * f64::from(agree) / f64::from(all);
    println!("{agree} of {all} cases agree ({percent:.1} %), {false_alarms} false alarms\n{wrong}");
    assert!(percent >= FLOOR, "{percent:.1} % agree");
    assert_eq!(false_alarms, 0, "what the server takes must pass");
}
