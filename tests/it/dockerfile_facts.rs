//! Small facts about Dockerfiles, a case each: what hadolint says, what the builder says.

use std::collections::{BTreeMap, BTreeSet};

use pipespec::engine::{CheckOptions, Project, Selection, analyze};
use pipespec::rules::catalog;

/// The findings in each of many Dockerfiles, judged alone: `LINE:NAME`, by their names in other tools.
fn findings(files: &[String], is_theirs: impl Fn(&str) -> bool) -> Vec<BTreeSet<String>> {
    let name = |index: usize| format!("{index}/Dockerfile");
    let named = files.iter().enumerate().map(|(index, text)| (name(index), text.clone()));
    let selection = Selection { select: vec!["docker".to_owned()], ..Selection::default() };
    let options = CheckOptions { selection, ..CheckOptions::default() };
    let project = Project::in_memory(named.collect::<Vec<_>>(), options).expect("no configuration");
    let catalog = catalog();
    let report = analyze(&project, &catalog);
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for finding in &report.findings {
        let rule = catalog.get(finding.rule);
        let source = report.sources.get(finding.at.source);
        let line = source.lines().line(finding.at.span.start) + 1;
        let names = match finding.alias {
            Some(alias) => vec![alias],
            None => rule.aliases.iter().map(AsRef::as_ref).collect(),
        };
        let names = names.into_iter().filter(|name| is_theirs(name));
        let path = source.path.to_string();
        found.entry(path).or_default().extend(names.map(|name| format!("{line}:{name}")));
    }
    (0..files.len()).map(|index| found.remove(&name(index)).unwrap_or_default()).collect()
}

/// Line ends and backslashes of a case are written with a backslash.
fn text_of(written: &str) -> String {
    let mut text = String::new();
    let mut chars = written.chars();
    while let Some(ch) = chars.next() {
        match ch {
            '\\' if chars.next() == Some('n') => text.push('\n'),
            '\\' => text.push('\\'),
            ch => text.push(ch),
        }
    }
    text.push('\n');
    text
}

/// Complaints about the cases (text, findings) that are judged otherwise.
fn complaints(
    cases: &[(&str, &str)],
    counts: impl Fn(&str, &str) -> bool,
    is_theirs: impl Fn(&str) -> bool,
) -> Vec<String> {
    let texts: Vec<String> = cases.iter().map(|(text, _)| text_of(text)).collect();
    let found = findings(&texts, is_theirs);
    let judged = cases.iter().zip(found).filter_map(|((text, expected), found)| {
        let found: BTreeSet<&str> =
            found.iter().map(String::as_str).filter(|it| counts(text, it)).collect();
        let expected: BTreeSet<&str> =
            expected.split_whitespace().filter(|it| *it != "-").collect();
        (found != expected).then(|| format!("{text}\n    {found:?}, not {expected:?}"))
    });
    judged.collect()
}

#[test]
fn commands_and_instructions_have_the_codes_of_hadolint() {
    let table = include_str!("data/dockerfile_facts.txt");
    let lines = table.lines().filter(|line| !line.is_empty());
    let cases: Vec<_> = lines.filter_map(|line| line.split_once('\t')).collect();
    assert!(cases.len() > 500, "only {} cases", cases.len());
    // Upgrades have codes that hadolint has given up.
    let given_up = ["DL3005", "DL3017", "DL3031", "DL3039"];
    let counts =
        |text: &str, finding: &str| !finding.ends_with("DL3057") || text.contains("HEALTHCHECK");
    let is_theirs = |name: &str| name.starts_with("DL") && !given_up.contains(&name);
    let wrong = complaints(&cases, counts, is_theirs);
    println!("hadolint: {} of {} facts", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What `docker build --check` finds: the Dockerfile, then line and name of each.
const CHECKS: &[(&str, &str)] = &[
    // Names of stages and the case of words.
    ("FROM scratch AS Base", "1:StageNameCasing"),
    ("FROM scratch AS base-1", "-"),
    ("FROM scratch as base", "1:FromAsCasing"),
    ("from scratch AS base", "1:FromAsCasing"),
    ("from scratch as base", "-"),
    ("FROM scratch AS a\\nFROM scratch AS a", "2:DuplicateStageName"),
    ("FROM scratch AS a\\nFROM scratch AS b\\nFROM scratch AS a", "3:DuplicateStageName"),
    ("FROM scratch AS scratch", "1:ReservedStageName"),
    ("FROM scratch AS context", "1:ReservedStageName"),
    ("FROM scratch AS contexts", "-"),
    ("FROM scratch\\ncopy a /b", "2:ConsistentInstructionCasing"),
    ("FROM scratch\\nCopy a /b", "2:ConsistentInstructionCasing"),
    ("from scratch\\ncopy a /b\\nCOPY c /d", "3:ConsistentInstructionCasing"),
    // Blank lines.
    ("FROM scratch\\nCOPY a \\\\\\n\\n /b", "4:NoEmptyContinuation"),
    ("FROM scratch\\nCOPY a \\\\\\n# c\\n /b", "-"),
    // Commands.
    ("FROM scratch\\nCMD run", "2:JSONArgsRecommended"),
    ("FROM scratch\\nENTRYPOINT run", "2:JSONArgsRecommended"),
    ("FROM scratch\\nCMD ['run']", "2:JSONArgsRecommended"),
    ("FROM scratch\\nCMD [\"run\"]", "-"),
    ("FROM scratch\\nSHELL [\"/bin/x\", \"-c\"]\\nCMD run", "-"),
    ("FROM scratch AS a\\nSHELL [\"/bin/x\", \"-c\"]\\nFROM a\\nCMD run", "-"),
    ("FROM scratch\\nHEALTHCHECK CMD run", "-"),
    ("FROM scratch\\nCMD [\"a\"]\\nCMD [\"b\"]", "2:MultipleInstructionsDisallowed"),
    ("FROM scratch\\nENTRYPOINT [\"a\"]\\nENTRYPOINT [\"b\"]", "2:MultipleInstructionsDisallowed"),
    (
        "FROM scratch\\nHEALTHCHECK NONE\\nHEALTHCHECK CMD [\"b\"]",
        "2:MultipleInstructionsDisallowed",
    ),
    ("FROM scratch AS a\\nCMD [\"a\"]\\nFROM a\\nCMD [\"b\"]", "-"),
    ("FROM scratch\\nMAINTAINER me", "2:MaintainerDeprecated"),
    // Folders.
    ("FROM scratch\\nWORKDIR a", "2:WorkdirRelativePath"),
    ("FROM scratch\\nWORKDIR a/$X", "2:UndefinedVar 2:WorkdirRelativePath"),
    ("FROM scratch\\nWORKDIR /a\\nWORKDIR b", "-"),
    ("FROM scratch AS a\\nWORKDIR /a\\nFROM a\\nWORKDIR b", "-"),
    // Arguments in FROM.
    ("FROM debian:${X:-12}", "1:UndefinedArgInFrom"),
    ("FROM --platform=$TARGETPLATFORM debian:12", "1:RedundantTargetPlatform"),
    ("FROM --platform=$BUILDPLATFORM debian:12", "-"),
    ("FROM --platform=linux/amd64 debian:12", "1:FromPlatformFlagConstDisallowed"),
    ("FROM --platform=linux/amd64 debian:12 AS build-amd64", "-"),
    ("ARG T\\nFROM debian:$T", "2:InvalidDefaultArgInFrom"),
    ("ARG T=12\\nFROM debian:$T", "-"),
    ("ARG T\\nFROM debian:${T:-12}", "-"),
    // Variables.
    ("FROM scratch\\nCOPY $X /a", "2:UndefinedVar"),
    ("FROM scratch\\nARG X\\nCOPY $X /a", "-"),
    ("ARG X=1\\nFROM scratch\\nCOPY $X /a", "3:UndefinedVar"),
    ("FROM scratch\\nENV A=$PATH", "-"),
    ("FROM python:3.13\\nENV A=$PYTHON_VERSION", "-"),
    ("FROM scratch AS a\\nARG X=1\\nFROM a\\nCOPY $X /a", "-"),
    // Keys and values.
    ("FROM scratch\\nENV A b", "2:LegacyKeyValueFormat"),
    ("FROM scratch\\nLABEL a b", "2:LegacyKeyValueFormat"),
    ("FROM scratch\\nENV A=b", "-"),
    ("FROM scratch\\nENV ONE TWO= THREE=x", "2:LegacyKeyValueFormat"),
    // Secrets.
    ("FROM scratch\\nARG DB_PASSWORD", "2:SecretsUsedInArgOrEnv"),
    ("FROM scratch\\nENV API_KEY=a", "2:SecretsUsedInArgOrEnv"),
    ("FROM scratch\\nENV PUBLIC_KEY=a", "-"),
    ("FROM scratch\\nENV TOKEN_FILE=a", "-"),
    ("FROM scratch\\nENV TOKEN_VERSION=a", "-"),
    ("FROM scratch\\nENV KEYBOARD=a", "-"),
    ("FROM scratch\\nENV MYSQL_PWD=a", "-"),
    ("ARG TOKEN\\nFROM scratch", "-"),
    // Ports.
    ("FROM scratch\\nEXPOSE 80/TCP", "2:ExposeProtoCasing"),
    ("FROM scratch\\nEXPOSE 127.0.0.1:80:80", "2:ExposeInvalidFormat"),
    ("FROM scratch\\nEXPOSE 80:80/tcp", "2:ExposeInvalidFormat"),
    ("FROM scratch\\nEXPOSE 80/tcp 90-91/udp 5/sctp", "-"),
    // What a comment switches.
    ("# check=skip=JSONArgsRecommended\\nFROM scratch\\nCMD run", "-"),
    ("# check=skip=all\\nFROM scratch AS B\\nCMD run", "-"),
    ("FROM scratch\\n# check=skip=JSONArgsRecommended\\nCMD run", "-"),
    ("FROM scratch\\n# check=skip=jsonargsrecommended\\nCMD run", "3:JSONArgsRecommended"),
];

#[test]
fn small_files_have_the_findings_of_the_build_checks() {
    let is_theirs = |name: &str| name.starts_with(char::is_uppercase) && !name.starts_with("DL");
    let wrong = complaints(CHECKS, |_, _| true, is_theirs);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
