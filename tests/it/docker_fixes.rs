//! Fixes of Dockerfiles: on real files they break nothing, lose nothing and come to an end.

use pipespec::engine::{CheckOptions, Project, Selection, analyze, fixed_texts};
use pipespec::model::docker::Dockerfile;
use pipespec::rules::catalog;
use pipespec::text::Sources;

/// One file in so many is looked at; with `ALL=1` each.
const SHARE: usize = 6;
/// As many rounds as the engine does.
const MAX_ROUNDS: usize = 8;

/// The text after all fixes, and whether there was nothing more to fix.
fn fixed(text: &str, with_unsafe: bool) -> (String, bool) {
    let catalog = catalog();
    let selection = Selection {
        select: vec!["docker".to_owned(), "unsorted-packages".to_owned()],
        ..Selection::default()
    };
    let mut text = text.to_owned();
    for _ in 0..MAX_ROUNDS {
        let options = CheckOptions { selection: selection.clone(), ..CheckOptions::default() };
        let project =
            Project::in_memory([("Dockerfile", text.clone())], options).expect("no configuration");
        let texts = fixed_texts(&analyze(&project, &catalog), with_unsafe);
        match texts.get("Dockerfile") {
            Some(next) => text = next.clone(),
            None => return (text, true),
        }
    }
    (text, false)
}

/// What must be the same before and after: errors, comments, and how many scripts cannot be read.
fn measure(text: &str) -> (usize, Vec<String>, usize, usize) {
    let sources = Sources::new();
    let file = Dockerfile::resolve(sources.add("Dockerfile", text));
    let comments = file.comments().iter().map(|it| file.source.slice(it.span).trim().to_owned());
    let mut comments: Vec<String> = comments.collect();
    comments.sort();
    let broken =
        file.runs.iter().filter(|run| run.script().is_some_and(|it| !it.errors().is_empty()));
    let heredocs = file.instructions().iter().map(|it| it.heredocs.len()).sum();
    (file.errors.len(), comments, broken.count(), heredocs)
}

fn hold_on_real_files(with_unsafe: bool) {
    let mut wrong = Vec::new();
    let (mut changed, mut all) = (0, 0);
    let share = if std::env::var_os("ALL").is_some() { 1 } else { SHARE };
    let offset = usize::from(with_unsafe);
    for (name, bytes) in crate::dockerfile_corpus::dockerfiles().iter().skip(offset).step_by(share)
    {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        all += 1;
        let (after, settled) = fixed(text, with_unsafe);
        if after == text {
            continue;
        }
        changed += 1;
        if !settled {
            wrong.push(format!("{name}: fixing does not come to an end"));
        }
        let (errors, comments, broken, heredocs) = measure(text);
        let (errors_after, comments_after, broken_after, heredocs_after) = measure(&after);
        if errors_after > errors {
            wrong.push(format!("{name}: {errors_after} errors, {errors} before"));
        }
        if let Some(lost) = comments.iter().find(|it| !comments_after.contains(it)) {
            wrong.push(format!("{name}: the comment {lost:?} is lost"));
        }
        if broken_after > broken {
            wrong.push(format!("{name}: a script cannot be read any more"));
        }
        if heredocs_after != heredocs {
            wrong.push(format!("{name}: {heredocs_after} heredocs, {heredocs} before"));
        }
    }
    println!("{changed} of {all} files changed");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn safe_fixes_break_no_real_file() {
    hold_on_real_files(false);
}

#[test]
fn unsafe_fixes_break_no_real_file() {
    hold_on_real_files(true);
}
