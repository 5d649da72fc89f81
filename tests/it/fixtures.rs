//! What the binary prints for each repository in `fixtures/`, and its exit code.
//!
//! The recorded output stands in `tests/it/recorded/`; `UPDATE=1 cargo test` records it anew.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Standard output and exit code of `pipespec` with these arguments, run in the repository's root.
pub(super) fn run(arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_pipespec"))
        .args(arguments)
        .current_dir(root())
        .env("NO_COLOR", "1")
        // Evidence ages, and so do images; the fixtures do not.
        .env("SOURCE_DATE_EPOCH", "1795600000")
        .output()
        .expect("the binary runs");
    let mut text = String::from_utf8(output.stdout).expect("UTF-8");
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    (text, output.status.code().unwrap_or(-1))
}

pub(super) fn compare(name: &str, actual: &str) -> Option<String> {
    let path = root().join("tests/it/recorded").join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, actual).expect("a file");
        return None;
    }
    let recorded = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if recorded == actual {
        return None;
    }
    let diff = similar::TextDiff::from_lines(recorded.as_str(), actual);
    Some(format!(
        "{name} differs from what is recorded (UPDATE=1 records it):\n{}",
        diff.unified_diff()
    ))
}

fn fixtures() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("fixtures"))
        .expect("fixtures")
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn fixtures_print_what_is_recorded() {
    let mut wrong = Vec::new();
    for name in fixtures() {
        let path = format!("fixtures/{name}");
        let (text, code) = run(&["check", &path]);
        wrong.extend(compare(&format!("{name}.txt"), &format!("{text}exit {code}\n")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn json_has_the_fields_that_are_promised() {
    let (text, code) = run(&["check", "fixtures/expiry-in-seconds", "--format", "json"]);
    assert_eq!(code, 1);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["version"], 1);
    let finding = &json["findings"][0];
    for field in [
        "rule", "aliases", "family", "severity", "message", "path", "start", "end", "labels",
        "help", "clause",
    ] {
        assert!(finding.get(field).is_some(), "{field} is missing");
    }
    assert!(
        finding["start"]["line"].as_u64() > Some(0)
            && finding["start"]["column"].as_u64() > Some(0)
    );
    for field in
        ["id", "requirement", "scenario", "text", "path", "line", "verdict", "rule", "note"]
    {
        assert!(json["clauses"][0].get(field).is_some(), "{field} is missing");
    }
}

#[test]
fn this_repository_is_held_to_its_own_spec() {
    let (text, code) = run(&["check", "--clauses"]);
    assert_eq!(code, 0, "{text}");
    for verdict in ["violated", "undefined"] {
        assert!(!text.lines().any(|line| line.starts_with(verdict)), "{text}");
    }
}

#[test]
fn every_line_of_the_first_spec_has_a_verdict() {
    let spec = root().join("../shared/spec/ci-image.md");
    if !spec.exists() {
        println!("skipped: ../shared is absent");
        return;
    }
    let (text, _) = run(&[
        "check",
        "fixtures/go-service",
        "--spec",
        &spec.to_string_lossy(),
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let clauses = json["clauses"].as_array().expect("clauses");
    assert_eq!(clauses.len(), 49, "46 lines with SHALL and 3 conditions");
    for clause in clauses {
        assert_ne!(clause["verdict"], "undefined", "{clause}");
    }
}

#[test]
fn exit_codes_say_what_happened() {
    // Outside of the repository, whose root would be taken otherwise.
    let empty = std::env::temp_dir().join(format!("pipespec-empty-{}", std::process::id()));
    fs::create_dir_all(&empty).expect("a folder");
    let code = |arguments: &[&str]| run(arguments).1;
    assert_eq!(code(&["check", "fixtures/go-service"]), 0);
    assert_eq!(code(&["check", "fixtures/five-key-files"]), 1);
    assert_eq!(code(&["check", "fixtures/five-key-files", "--fail-on", "never"]), 0);
    assert_eq!(code(&["check", "--select", "no-such-rule"]), 2);
    assert_eq!(code(&["check", "no/such/folder"]), 2);
    assert_eq!(code(&["check", &empty.to_string_lossy(), "--no-config"]), 3);
    fs::remove_dir(&empty).expect("still empty");
    assert_eq!(code(&["explain", "wrong-base-image"]), 0);
    assert_eq!(code(&["explain", "DL3008"]), 0);
    assert_eq!(code(&["explain", "wrong-base-imag"]), 2);
}
