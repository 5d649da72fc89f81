//! Conditions, globs and variables as GitLab reads them: the cases of `shared/cases/gitlab`.

use pipespec::model::gitlab::condition::{Known, fault, holds, recent_part};
use pipespec::model::gitlab::{expand, glob};
use pipespec::syntax::expression::parse;
use serde_json::Value as Json;

fn read(name: &str) -> Option<String> {
    let path = format!("{}/../shared/cases/gitlab/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {path} is not there");
    }
    text
}

#[test]
fn conditions_are_read_and_decided_as_on_the_server() {
    let (Some(cases), Some(variables)) = (read("expressions.jsonl"), read("expressions.vars.json"))
    else {
        return;
    };
    let variables: Json = serde_json::from_str(&variables).unwrap();
    let known = |name: &str| match variables[name].as_str() {
        Some(value) => Known::Set(value.to_owned()),
        None => Known::Unset,
    };
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let text = case["expr"].as_str().unwrap();
        let expression = parse(text);
        // The cases are those of a server before 18.9.
        let valid = fault(&expression).is_none() && recent_part(&expression).is_none();
        let truthy = if valid { holds(&expression, &known) } else { None };
        if Some(valid) != case["valid"].as_bool() || truthy != case["truthy"].as_bool() {
            wrong.push(format!("{text}: valid {valid}, {truthy:?} instead of {case}"));
        }
    }
    println!("expressions: {} cases, {} departures", cases.lines().count(), wrong.len());
    wrong.iter().for_each(|line| println!("  {line}"));
    assert!(wrong.is_empty());
}

#[test]
fn globs_match_as_on_the_server() {
    let Some(cases) = read("globs.jsonl") else { return };
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let (pattern, path) = (case["glob"].as_str().unwrap(), case["path"].as_str().unwrap());
        if Some(glob::matches(pattern, path)) != case["match"].as_bool() {
            wrong.push(case);
        }
    }
    println!("globs: {} cases, {} departures", cases.lines().count(), wrong.len());
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn variables_expand_as_on_the_server() {
    let Some(cases) = read("expand_variables.jsonl") else { return };
    let value = |name: &str| match name {
        "A" => Some("x".to_owned()),
        "B" => Some("y$A".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    };
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let input = case["input"].as_str().unwrap();
        let blanked = expand::expand(input, |name| Some(value(name).unwrap_or_default()));
        let kept = expand::expand(input, value);
        if case["expand"] != blanked || case["expand_existing"] != kept {
            wrong.push(format!("{case}: {blanked} {kept}"));
        }
    }
    println!("variables: {} cases, {} departures", cases.lines().count(), wrong.len());
    assert!(wrong.is_empty(), "{wrong:?}");
}
