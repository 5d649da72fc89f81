//! Applying fixes.

use std::collections::BTreeMap;

use super::{Error, Project, Report, analyze, write_file};
use crate::rule::{Fix, Safety};
use crate::text::{Edit, SourceId, apply_edits};

/// Rounds of fixing and judging anew; a fix may make way for another one.
pub const MAX_ROUNDS: usize = 8;

/// The new texts of the files that the fixes of a report change, by path.
///
/// Of two fixes that touch the same bytes only the first is taken.
pub fn fixed_texts(report: &Report<'_>, with_unsafe: bool) -> BTreeMap<String, String> {
    texts(report, |fix| with_unsafe || fix.safety == Safety::Safe)
}

/// The new text of one file after the safe fixes that change it and nothing else; nothing if there are none.
pub fn fixed_text(report: &Report<'_>, path: &str) -> Option<String> {
    let is_inside =
        |fix: &Fix| fix.edits.iter().all(|(source, _)| report.sources.get(*source).path == path);
    texts(report, |fix| fix.safety == Safety::Safe && is_inside(fix)).remove(path)
}

fn texts(report: &Report<'_>, wanted: impl Fn(&Fix) -> bool) -> BTreeMap<String, String> {
    let mut edits: BTreeMap<SourceId, Vec<Edit>> = BTreeMap::new();
    for finding in &report.findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| wanted(fix)) else { continue };
        let collides = fix.edits.iter().any(|(source, edit)| {
            let taken = edits.get(source).into_iter().flatten();
            taken.into_iter().any(|other| touches(other, edit))
        });
        if !collides {
            for (source, edit) in &fix.edits {
                edits.entry(*source).or_default().push(edit.clone());
            }
        }
    }
    let mut texts = BTreeMap::new();
    for (source, edits) in edits {
        let source = report.sources.get(source);
        // Bytes that are not UTF-8 were replaced when the file was read and must not be written.
        if !source.invalid_utf8().is_empty() {
            continue;
        }
        if let Ok(text) = apply_edits(source.text(), &edits)
            && text != source.text()
        {
            texts.insert(source.path.clone(), text);
        }
    }
    texts
}

fn touches(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span, other.span);
    if one.is_empty() || other.is_empty() {
        one.touches(other.start) && other.touches(one.start)
    } else {
        one.start < other.end && other.start < one.end
    }
}

/// Applies the fixes of a project on disk until nothing is left to fix.
///
/// # Errors
/// Fails if a file cannot be written; the files written before it stay written.
pub fn fix_project(project: &Project, with_unsafe: bool) -> Result<(), Error> {
    let mut current = None;
    for _ in 0..MAX_ROUNDS {
        let project = current.as_ref().unwrap_or(project);
        let texts = fixed_texts(&analyze(project, &project.catalog), with_unsafe);
        if texts.is_empty() {
            break;
        }
        for (path, text) in &texts {
            write_file(&project.files.root().join(path), text)?;
        }
        current = Some(project.reopen()?);
    }
    Ok(())
}
