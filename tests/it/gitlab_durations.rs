//! Durations against GitLab's parser, `../shared/cases/gitlab/durations.jsonl`.

use std::path::PathBuf;

use pipespec::model::gitlab::{Duration, parse_duration};
use serde_json::Value as Json;

#[test]
fn durations_have_the_seconds_of_the_server() {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/gitlab/durations.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let mut wrong = Vec::new();
    let mut all = 0;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Json = serde_json::from_str(line).expect("JSON");
        let input = case["input"].as_str().expect("a text");
        all += 1;
        let read = parse_duration(input);
        let valid = case["expire_in_valid"].as_bool() == Some(true);
        let seconds = read.as_ref().ok().and_then(|it: &Duration| it.seconds());
        if read.is_ok() != valid || seconds != case["seconds"].as_f64() {
            wrong.push(format!("{input:?}: {read:?}, the server has {case}"));
        }
    }
    println!("{} of {all} durations agree", all - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
