//! Our rules against hadolint's own cases.

use std::collections::BTreeMap;

use pipespec::engine::{CheckOptions, Project, Selection, analyze};
use pipespec::rules::catalog;

use crate::dockerfile_corpus::cases;

/// The options that the configured cases of a rule imply: they do not tell them.
fn configuration(code: &str) -> String {
    let schema = match code {
        "DL3049" => "foo: text",
        "DL3050" => "required: text",
        "DL3051" => "emptylabel: text",
        "DL3052" => "urllabel: url",
        "DL3053" => "datelabel: rfc3339",
        "DL3054" => "spdxlabel: spdx",
        "DL3055" => "githash: hash",
        "DL3056" => "semver: semver",
        "DL3058" => "maintainer: email",
        _ => "",
    };
    format!(
        "rules:\n  untrusted-registry:\n    trusted: [docker.io, random.com, trusted.com]\n  \
         label-schema:\n    strict: true\n    schema: {{{schema}}}\n"
    )
}

/// Cases on which we judge otherwise, each with the reason.
const OTHERWISE: &[(&str, &str)] = &[];

fn fires(code: &str, dockerfile: &str, configured: bool) -> bool {
    let mut files = vec![("Dockerfile", dockerfile.to_owned())];
    if configured {
        files.push(("pipespec.yaml", configuration(code)));
    }
    let selection = Selection { select: vec![code.to_owned()], ..Selection::default() };
    let options = CheckOptions { selection, ..CheckOptions::default() };
    let project = Project::in_memory(files, options).expect("a valid configuration");
    let catalog = catalog();
    !analyze(&project, &catalog).findings.is_empty()
}

#[test]
fn rules_agree_with_hadolint_on_its_cases() {
    let catalog = catalog();
    // For each code: agreeing cases, all cases.
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let (mut wrong, mut missing) = (Vec::new(), BTreeMap::<String, u32>::new());
    for case in &cases("hadolint.jsonl") {
        let code = case["rule"].as_str().unwrap();
        if catalog.called(code).next().is_none() {
            *missing.entry(code.to_owned()).or_default() += 1;
            continue;
        }
        let text = case["dockerfile"].as_str().unwrap();
        let configured = case["configured"].as_bool().unwrap();
        let expected = case["expect"] == "fires";
        let count = counts.entry(code.to_owned()).or_default();
        count.1 += 1;
        if fires(code, text, configured) == expected {
            count.0 += 1;
        } else {
            let id = case["id"].as_str().unwrap();
            let why = OTHERWISE.iter().find(|(known, _)| *known == id).map_or("", |(_, why)| why);
            wrong.push(format!("{id} should be {}: {text:?} {why}", case["expect"]));
        }
    }
    for (code, (right, all)) in &counts {
        println!("{code}: {right} of {all}");
    }
    let right: u32 = counts.values().map(|(right, _)| right).sum();
    let all: u32 = counts.values().map(|(_, all)| all).sum();
    println!("hadolint: {right} of {all} agree; no rule yet for {missing:?}");
    for wrong in &wrong {
        println!("  {wrong}");
    }
    assert!(right * 100 >= all * 99, "only {right} of {all} agree");
}
