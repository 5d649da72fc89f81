//! Runs the examples on the pages of the catalog.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use pipespec::engine::{Trial, analyze};
use pipespec::rule::{FixKind, Role, Severity, examples};
use pipespec::rules::catalog;

/// The spec that examples of clause rules are held to, unless they bring their own.
fn ci_image_spec() -> Vec<(String, String)> {
    let path = "openspec/specs/ci-image/spec.md";
    let text = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path));
    vec![(path.to_owned(), text.expect("the spec"))]
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
        let (examples, faults) = examples(&rule.page);
        let has =
            |wanted: fn(&Role) -> bool| examples.iter().flatten().any(|file| wanted(&file.role));
        let mut complain = |what: String| {
            let _ = writeln!(wrong, "rules/{}/{}.md: {what}", rule.family, rule.id);
        };
        for fault in faults {
            complain(format!("line {}: {}", fault.line, fault.message));
        }
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
        let mut trial = Trial::new(&catalog, rule, ci_image_spec());
        // What depends on the verdict of a clause is tried with the rules that judge it.
        trial.beside.extend((rule.id == "unused-exception").then(|| "ci-image".to_owned()));
        for example in &examples {
            for (line, what) in trial.judge(example).wrong {
                complain(format!("line {line}: {what}"));
            }
            trial.crlf = true;
            for (line, what) in trial.judge(example).wrong {
                complain(format!("line {line}: with CRLF, {what}"));
            }
            trial.crlf = false;
            for (line, what) in trial.judge_fix(example) {
                complain(format!("line {line}: {what}"));
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
        let trial = Trial::new(&catalog, rule, ci_image_spec());
        for example in examples(&rule.page).0 {
            if !example.iter().any(|file| file.role == Role::Good) {
                continue;
            }
            let project = trial.project(&example, Vec::new()).expect("no configuration");
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
            && let Err(error) = pipespec::rule::check_predicates(front, &rule.binds, &rule.options)
        {
            let _ = writeln!(wrong, "rules/{}/{}.md: {error}", rule.family, rule.id);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
