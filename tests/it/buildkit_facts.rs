//! Small Dockerfiles with what BuildKit says of each: accepted, a build check, or why the build fails.

use std::collections::BTreeMap;
use std::fmt::Write;

use pipespec::engine::{CheckOptions, Project, Selection, analyze};
use pipespec::rules::catalog;

/// The rules that report what BuildKit refuses.
const REFUSALS: [&str; 14] = [
    "broken-heredoc",
    "copy-from-own-stage",
    "forbidden-onbuild-trigger",
    "instruction-outside-stage",
    "invalid-base-reference",
    "invalid-builder-flag",
    "invalid-copy-source",
    "invalid-exposed-port",
    "invalid-instruction-arguments",
    "invalid-mount-option",
    "invalid-parser-directive",
    "invalid-stage-name",
    "unknown-instruction",
    "unknown-variable-form",
];

/// What is found in a file: the build checks as `LINE:Check`, the refusals as `LINE!message`.
#[derive(Debug, Default)]
struct Found {
    checks: Vec<String>,
    refusals: Vec<String>,
}

/// What is found in each of many Dockerfiles, judged alone.
fn findings(files: &[String]) -> Vec<Found> {
    let name = |index: usize| format!("{index}/Dockerfile");
    let named = files.iter().enumerate().map(|(index, text)| (name(index), text.clone()));
    let selection = Selection { select: vec!["docker".to_owned()], ..Selection::default() };
    let options = CheckOptions { selection, ..CheckOptions::default() };
    let project = Project::in_memory(named.collect::<Vec<_>>(), options).expect("no configuration");
    let catalog = catalog();
    for id in REFUSALS {
        assert!(catalog.by_id(id).is_some(), "there is no rule {id}");
    }
    let report = analyze(&project, &catalog);
    let mut all = BTreeMap::<String, Found>::new();
    for finding in &report.findings {
        let rule = catalog.get(finding.rule);
        let source = report.sources.get(finding.at.source);
        let line = source.lines().line(finding.at.span.start) + 1;
        let found = all.entry(source.path.to_string()).or_default();
        if REFUSALS.contains(&&*rule.id) {
            found.refusals.push(format!("{line}!{}", finding.message));
        }
        let names = match finding.alias {
            Some(alias) => vec![alias],
            None => rule.aliases.iter().map(AsRef::as_ref).collect(),
        };
        let is_theirs = |name: &&str| name.starts_with(char::is_uppercase) && !is_code(name);
        found.checks.extend(names.into_iter().filter(is_theirs).map(|it| format!("{line}:{it}")));
    }
    (0..files.len()).map(|index| all.remove(&name(index)).unwrap_or_default()).collect()
}

/// Whether it is a code of hadolint or ShellCheck.
fn is_code(name: &str) -> bool {
    name.starts_with("DL") || name.starts_with("SC")
}

/// The text of a case: characters that a line cannot show are written with a backslash.
fn text_of(written: &str) -> String {
    let mut text = String::new();
    let mut chars = written.chars();
    while let Some(ch) = chars.next() {
        text.push(match (ch, ch == '\\') {
            (_, true) => match chars.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('f') => '\u{c}',
                Some('v') => '\u{b}',
                Some('b') => '\u{feff}',
                Some('\\') => '\\',
                Some('"') => '"',
                other => panic!("`\\{other:?}` in {written}"),
            },
            (ch, false) => ch,
        });
    }
    text
}

/// How what is found departs from what a case expects; empty if it does not.
fn departure(found: &Found, expected: &str) -> String {
    let (mut checks, mut refusals) = (found.checks.clone(), found.refusals.clone());
    let mut complaint = String::new();
    for one in expected.split("; ").filter(|one| *one != "-") {
        let place = if let Some((line, part)) = one.split_once('!')
            && line.bytes().all(|byte| byte.is_ascii_digit())
        {
            let part = text_of(part);
            let is_it = |it: &&String| {
                it.split_once('!')
                    .is_some_and(|(at, message)| at == line && message.contains(&part))
            };
            refusals.iter().find(is_it).cloned()
        } else {
            checks.iter().find(|it| *it == one).cloned()
        };
        match place {
            Some(place) => {
                let list = if place.contains('!') { &mut refusals } else { &mut checks };
                let at = list.iter().position(|it| *it == place).unwrap();
                list.remove(at);
            }
            None => write!(complaint, "\n    misses {one}").unwrap(),
        }
    }
    for extra in refusals.iter().chain(&checks) {
        write!(complaint, "\n    has {extra}").unwrap();
    }
    complaint
}

#[test]
fn small_files_are_judged_as_buildkit_does() {
    let table = include_str!("data/buildkit_facts.txt");
    let cases: Vec<(&str, &str)> = table
        .lines()
        .filter(|line| !line.starts_with("# ") || line.contains(" => "))
        .filter_map(|line| line.split_once(" => "))
        .collect();
    assert!(cases.len() > 500, "only {} cases", cases.len());
    let texts: Vec<String> = cases.iter().map(|(text, _)| text_of(text)).collect();
    let found = findings(&texts);
    let mut wrong = Vec::new();
    for ((text, expected), found) in cases.iter().zip(&found) {
        let departure = departure(found, expected);
        if !departure.is_empty() {
            wrong.push(format!("{text}{departure}"));
        }
    }
    println!("BuildKit: {} of {} facts", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn lines_have_a_longest_length() {
    let of = |length: usize, end: &str| {
        let line = "COPY a /b".to_owned() + &"c".repeat(length - 9);
        format!("FROM scratch\n{line}{end}")
    };
    let texts: Vec<String> = [(65_535, ""), (65_535, "\n"), (65_536, ""), (65_536, "\nCMD x\n")]
        .into_iter()
        .map(|(length, end)| of(length, end))
        .collect();
    let found: Vec<usize> = findings(&texts).iter().map(|it| it.refusals.len()).collect();
    assert_eq!(found, [0, 0, 1, 1]);
    assert!(findings(&texts[3..])[0].checks == ["3:JSONArgsRecommended"]);
}
