//! Runs the examples on the pages of the catalog.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use pipespec::engine::{CheckOptions, Project, Report, Selection, analyze, fixed_texts};
use pipespec::rule::{Catalog, FixKind, Rule, Severity};
use pipespec::rules::catalog;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    /// Findings of the rule start on just these lines.
    Bad(Vec<u32>),
    Good,
    /// What the `bad` example before it becomes by the fix.
    Fixed,
    /// Must be left unjudged: no finding, and the clause is not proven.
    Unknown,
    /// A further file of the example.
    Part,
}

#[derive(Clone, Debug)]
struct File {
    path: String,
    text: String,
    role: Role,
    /// Stored in Latin-1 rather than UTF-8.
    latin1: bool,
    /// Line of the page on which the block starts, from 1.
    line: usize,
}

type Example = Vec<File>;

/// The examples of a page: each fenced block; blocks right behind one another (no line between) that
/// name their paths are one example, and a `fixed` block belongs to the one before it.
fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut lines = page.lines().enumerate();
    // Whether the last block ended on the line before and named a path.
    let mut joinable = false;
    while let Some((number, line)) = lines.next() {
        let fence: String = line.chars().take_while(|ch| *ch == '`').collect();
        if fence.len() < 3 {
            joinable = false;
            continue;
        }
        let mut words = line[fence.len()..].split_whitespace();
        let language = words.next().unwrap_or_default();
        let mut path = None;
        let mut role = None;
        let mut latin1 = false;
        for word in words {
            if word == "latin1" {
                latin1 = true;
                continue;
            }
            role = match word.split_once('=') {
                Some(("bad", lines)) => {
                    Some(Role::Bad(lines.split(',').map(|it| it.parse().expect(line)).collect()))
                }
                None if word == "bad" => panic!("`bad` names its line: {line}"),
                None if word == "good" => Some(Role::Good),
                None if word == "fixed" => Some(Role::Fixed),
                None if word == "unknown" => Some(Role::Unknown),
                _ => {
                    path = Some(word.to_owned());
                    continue;
                }
            };
        }
        let mut text = String::new();
        for (_, line) in lines.by_ref() {
            if line.trim_end() == fence {
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        let named = path.is_some();
        if role.is_none() && !named {
            continue;
        }
        let path = path.unwrap_or_else(|| default_path(language).to_owned());
        let fixed = role == Some(Role::Fixed);
        let file = File { path, text, role: role.unwrap_or(Role::Part), latin1, line: number + 1 };
        match examples.last_mut() {
            Some(example) if fixed || (named && joinable) => example.push(file),
            _ => examples.push(vec![file]),
        }
        joinable = named || fixed;
    }
    examples
}

fn default_path(language: &str) -> &'static str {
    match language {
        "dockerfile" => "Dockerfile",
        "markdown" => "openspec/specs/example/spec.md",
        _ => ".gitlab-ci.yml",
    }
}

/// The spec that examples of clause rules are held to, unless they bring their own.
fn ci_image_spec() -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("openspec/specs/ci-image/spec.md");
    fs::read_to_string(path).unwrap_or_default()
}

fn project(
    rule: &Rule,
    example: &Example,
    select: &[&str],
    texts: &dyn Fn(&File) -> String,
) -> Project {
    let inputs = example.iter().filter(|file| file.role != Role::Fixed);
    let bytes = |file: &File| {
        let text = texts(file);
        match file.latin1 {
            true => {
                text.chars().map(|ch| u8::try_from(ch).expect("a character of Latin-1")).collect()
            }
            false => text.into_bytes(),
        }
    };
    let mut files: Vec<(String, Vec<u8>)> =
        inputs.map(|file| (file.path.clone(), bytes(file))).collect();
    let own_spec =
        files.iter().any(|(path, _)| path.starts_with("openspec/") && path.ends_with("spec.md"));
    if !rule.binds.is_empty() && !own_spec {
        files.push(("openspec/specs/ci-image/spec.md".to_owned(), ci_image_spec().into_bytes()));
    }
    let selection = Selection {
        select: select.iter().map(|&name| name.to_owned()).collect(),
        ..Selection::default()
    };
    // A day of which the examples speak, so that they stay true.
    // 2026-05-31
    let now = Some(1_780_185_600);
    let options = CheckOptions { selection, now, ..CheckOptions::default() };
    Project::in_memory(files, options).expect("no configuration")
}

fn lines_of(report: &Report<'_>, rule: &Rule, path: &str) -> Vec<u32> {
    let found = report.findings.iter().filter(|finding| {
        let source = report.sources.get(finding.at.source);
        report.catalog.get(finding.rule).id == rule.id && source.path == path
    });
    let mut lines: Vec<u32> = found
        .map(|finding| {
            report.sources.get(finding.at.source).lines().line(finding.at.span.start) + 1
        })
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Judges one example and says what is wrong with it.
fn judge(
    catalog: &Catalog,
    rule: &Rule,
    example: &Example,
    texts: &dyn Fn(&File) -> String,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut select: Vec<&str> = vec![&rule.id];
    // What depends on the verdict of a clause is tried with the rules that judge it.
    select.extend((rule.id == "unused-exception").then_some("ci-image"));
    let project = project(rule, example, &select, texts);
    let report = analyze(&project, catalog);
    for file in example {
        let expected = match &file.role {
            Role::Bad(lines) => lines.clone(),
            Role::Fixed => continue,
            _ => Vec::new(),
        };
        let found = lines_of(&report, rule, &file.path);
        if found != expected {
            wrong.push(format!("line {}: found on {found:?}, expected on {expected:?}", file.line));
        }
    }
    wrong
}

fn judge_fix(catalog: &Catalog, rule: &Rule, example: &Example) -> Vec<String> {
    let Some(fixed) = example.iter().find(|file| file.role == Role::Fixed) else {
        return Vec::new();
    };
    let as_written = |file: &File| file.text.clone();
    let before = project(rule, example, &[&rule.id], &as_written);
    let texts = fixed_texts(&analyze(&before, catalog), true);
    let Some(text) = texts.get(&fixed.path) else {
        return vec![format!("line {}: the fix changes nothing", fixed.line)];
    };
    if *text != fixed.text {
        return vec![format!("line {}: the fix makes\n{text}", fixed.line)];
    }
    let after = project(rule, example, &[&rule.id], &|file| {
        texts.get(&file.path).cloned().unwrap_or_else(|| file.text.clone())
    });
    let report = analyze(&after, catalog);
    let mut wrong = Vec::new();
    if !lines_of(&report, rule, &fixed.path).is_empty() {
        wrong.push(format!("line {}: the fixed text is found fault with again", fixed.line));
    }
    if !fixed_texts(&report, true).is_empty() {
        wrong.push(format!("line {}: fixing again changes bytes", fixed.line));
    }
    wrong
}

#[test]
fn the_examples_on_the_pages_are_true() {
    let catalog = catalog();
    let only = std::env::var("RULE").ok();
    let mut wrong = String::new();
    for (_, rule) in catalog.iter() {
        if only.as_ref().is_some_and(|only| rule.id != *only) {
            continue;
        }
        let examples = examples(&rule.page);
        let has =
            |wanted: fn(&Role) -> bool| examples.iter().flatten().any(|file| wanted(&file.role));
        let mut complain = |what: String| {
            let _ = writeln!(wrong, "rules/{}/{}.md: {what}", rule.family, rule.id);
        };
        // What only evidence can show has nothing good or bad in the files.
        let evidence =
            has(|role| *role == Role::Unknown) && !has(|role| matches!(role, Role::Bad(_)));
        if !evidence
            && (!has(|role| matches!(role, Role::Bad(_))) || !has(|role| *role == Role::Good))
        {
            complain("needs a `bad` and a `good` example".to_owned());
        }
        if rule.fix != FixKind::None && !has(|role| *role == Role::Fixed) {
            complain("has a fix and no `fixed` example".to_owned());
        }
        for example in &examples {
            for what in judge(&catalog, rule, example, &|file| file.text.clone()) {
                complain(what);
            }
            for what in judge(&catalog, rule, example, &|file| file.text.replace('\n', "\r\n")) {
                complain(format!("with CRLF, {what}"));
            }
            for what in judge_fix(&catalog, rule, example) {
                complain(what);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn good_examples_break_no_other_rule() {
    let catalog = catalog();
    let mut wrong = String::new();
    for (_, rule) in catalog.iter() {
        for example in examples(&rule.page) {
            if !example.iter().any(|file| file.role == Role::Good) {
                continue;
            }
            let project = project(rule, &example, &[], &|file| file.text.clone());
            let report = analyze(&project, &catalog);
            for finding in &report.findings {
                let other = catalog.get(finding.rule);
                let clause_rule = !other.binds.is_empty();
                if finding.severity == Severity::Error && other.id != rule.id && !clause_rule {
                    let _ = writeln!(
                        wrong,
                        "rules/{}/{}.md: the good example on line {} breaks `{}`: {}",
                        rule.family, rule.id, example[0].line, other.id, finding.message
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn names_are_unique() {
    let catalog = catalog();
    let ids: Vec<&str> = catalog.iter().map(|(_, rule)| rule.id.as_ref()).collect();
    for (_, rule) in catalog.iter() {
        for alias in rule.aliases.iter() {
            assert!(
                !ids.contains(&alias.as_ref()),
                "alias `{alias}` of `{}` is a rule id",
                rule.id
            );
        }
    }
}

#[test]
fn patterns_and_predicates_of_the_pages_can_be_used() {
    let catalog = catalog();
    let mut wrong = String::new();
    for (_, rule) in catalog.iter() {
        for binding in rule.binds.iter() {
            if let Err(error) = pipespec::rule::Binding::compile(binding) {
                let _ = writeln!(wrong, "rules/{}/{}.md: {error}", rule.family, rule.id);
            }
        }
        if let pipespec::rule::Check::Cel(front) = &rule.check
            && let Err(error) = pipespec::rule::check_predicates(front)
        {
            let _ = writeln!(wrong, "rules/{}/{}.md: {error}", rule.family, rule.id);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
