//! Our rules against hadolint's own cases.

use std::collections::BTreeMap;

use pipespec::engine::{CheckOptions, Project, Selection, analyze};
use pipespec::rules::catalog;

use crate::dockerfile_corpus::cases;
use crate::hadolint_reasons::{Side, reason};

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
            wrong.push(format!("{id} should be {}: {text:?}", case["expect"]));
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

/// The codes that we report for a file, each as often as it is found.
fn codes(catalog: &pipespec::rule::Catalog, dockerfile: &[u8]) -> BTreeMap<String, Vec<u32>> {
    let options = CheckOptions::default();
    let project = Project::in_memory([("Dockerfile", dockerfile.to_vec())], options)
        .expect("no configuration");
    let report = analyze(&project, catalog);
    let mut codes = BTreeMap::<String, Vec<u32>>::new();
    for finding in &report.findings {
        let rule = report.catalog.get(finding.rule);
        let is_code = |name: &&str| name.starts_with("DL");
        let names = match finding.alias {
            Some(alias) => vec![alias],
            None => rule.aliases.iter().map(AsRef::as_ref).collect(),
        };
        let line = report.sources.get(finding.at.source).lines().line(finding.at.span.start) + 1;
        for name in names.into_iter().filter(is_code) {
            codes.entry(name.to_owned()).or_default().push(line);
        }
    }
    codes
}

/// Every file on which only one of the two reports a code has a reason of the table
/// [`crate::hadolint_reasons`], which is checked on the lines in question.
#[test]
fn real_files_have_the_findings_that_hadolint_has() {
    let catalog = catalog();
    let theirs: BTreeMap<String, BTreeMap<String, Vec<u32>>> = cases("hadolint-corpus.jsonl")
        .into_iter()
        .map(|case| {
            let mut codes = BTreeMap::<String, Vec<u32>>::new();
            for finding in case["findings"].as_array().unwrap() {
                let line = u32::try_from(finding[0].as_u64().unwrap()).unwrap();
                codes.entry(finding[1].as_str().unwrap().to_owned()).or_default().push(line);
            }
            (case["file"].as_str().unwrap().to_owned(), codes)
        })
        .collect();
    // For each code: files on which both, only we, only hadolint report it.
    let mut counts = BTreeMap::<String, [u32; 3]>::new();
    let mut reasons = BTreeMap::<&str, u32>::new();
    let (mut unnamed, mut unread) = (Vec::new(), 0);
    let list = std::env::var("LIST").unwrap_or_default();
    for (name, bytes) in crate::dockerfile_corpus::dockerfiles() {
        let Some(file) = name.strip_prefix("dockerfiles/") else { continue };
        let Some(theirs) = theirs.get(file) else { continue };
        if theirs.contains_key("DL1000") {
            unread += 1;
            continue;
        }
        let ours = codes(&catalog, bytes);
        let codes = ours.keys().chain(theirs.keys()).filter(|code| code.starts_with("DL"));
        for code in codes.collect::<std::collections::BTreeSet<_>>() {
            let only = match (ours.get(code), theirs.get(code)) {
                (Some(lines), None) => Some((Side::We, lines)),
                (None, Some(lines)) => Some((Side::They, lines)),
                _ => None,
            };
            let place = only.map_or(0, |(side, _)| if side == Side::We { 1 } else { 2 });
            counts.entry(code.clone()).or_default()[place] += 1;
            let Some((side, lines)) = only else { continue };
            let reason = reason(code, side, bytes, lines);
            if *code == list || list == "all" {
                println!("{code} {side:?} {file} {lines:?}: {}", reason.unwrap_or("?"));
            }
            match reason {
                Some(reason) => *reasons.entry(reason).or_default() += 1,
                None => unnamed.push(format!("{code} only {side:?}: {file} {lines:?}")),
            }
        }
    }
    let mut sums = [0_u32; 3];
    for (code, count) in &counts {
        println!("{code}: both {}, only we {}, only hadolint {}", count[0], count[1], count[2]);
        (0..3).for_each(|at| sums[at] += count[at]);
    }
    for (reason, count) in &reasons {
        println!("{count} differ: {reason}");
    }
    println!("real files: both {}, only we {}, only hadolint {}", sums[0], sums[1], sums[2]);
    println!("files that hadolint cannot read: {unread}");
    assert!(unnamed.is_empty(), "without a reason:\n{}", unnamed.join("\n"));
}
