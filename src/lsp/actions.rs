//! Fixes, one by one and all at once.

use std::collections::HashMap;
use std::path::Path;

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, Range, TextEdit, Uri, WorkspaceEdit,
};

use super::documents::Document;
use super::findings::FoundFix;
use super::uri;
use super::workspace::Workspace;
use crate::text::Span;

/// The kind of the action that applies all safe fixes of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.pipespec";

/// What can be done in a range of an open file.
pub(super) fn actions(
    workspace: &Workspace,
    (root, path): (&Path, &str),
    document: &Document,
    params: &CodeActionParams,
) -> Vec<CodeAction> {
    let Some(known) = workspace.projects.get(root) else { return Vec::new() };
    let only = params.context.only.as_deref();
    let wants = |kind: &str| {
        let covers = |wanted: &CodeActionKind| {
            let wanted = wanted.to_string();
            kind == wanted || kind.starts_with(&format!("{wanted}.")) || wanted.is_empty()
        };
        only.is_none_or(|only| only.iter().any(covers))
    };
    let mut actions = Vec::new();
    if wants("quickfix") {
        for found in known.findings.files.get(path).into_iter().flatten() {
            let Some(fix) =
                found.fix.as_ref().filter(|_| touches(found.diagnostic.range, params.range))
            else {
                continue;
            };
            actions.push(CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QuickFix),
                diagnostics: Some(vec![found.diagnostic.clone()]),
                is_preferred: fix.is_safe.then_some(true),
                edit: Some(edit(workspace, root, fix)),
                ..CodeAction::default()
            });
        }
    }
    // What all fixes come to is worked out where it is asked for; in a menu one round will do.
    let fixed = match only {
        _ if !wants(FIX_ALL) => None,
        Some(_) => workspace.fixed(root, path),
        None => known.findings.fixed.get(path).cloned(),
    };
    if let Some(text) = fixed {
        let change = difference(&document.text, &text);
        let range = document.range(workspace.encoding, change.0);
        let edits = vec![TextEdit::new(range, change.1.to_owned())];
        actions.push(CodeAction {
            title: "Apply all safe fixes of pipespec".to_owned(),
            kind: Some(CodeActionKind::from(FIX_ALL.to_owned())),
            edit: Some(changes([(document.uri.clone(), edits)].into())),
            ..CodeAction::default()
        });
    }
    actions
}

fn changes(changes: HashMap<Uri, Vec<TextEdit>>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}

fn edit(workspace: &Workspace, root: &Path, fix: &FoundFix) -> WorkspaceEdit {
    let mut all: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (path, range, text) in &fix.edits {
        let full = root.join(path);
        let open = workspace.documents.at(&full).map(|it| it.uri.clone());
        let edits = all.entry(open.unwrap_or_else(|| uri::of_path(&full))).or_default();
        edits.push(TextEdit::new(*range, text.clone()));
    }
    changes(all)
}

fn touches(one: Range, other: Range) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// The one place in which two texts differ, and what stands there in the new one.
fn difference<'n>(old: &str, new: &'n str) -> (Span, &'n str) {
    let same = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
    let mut start = same;
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let rest = (old.len() - start).min(new.len() - start);
    let ends = old.bytes().rev().zip(new.bytes().rev()).take(rest);
    let mut same = ends.take_while(|(one, other)| one == other).count();
    while !old.is_char_boundary(old.len() - same) || !new.is_char_boundary(new.len() - same) {
        same -= 1;
    }
    (Span::from_range(start..old.len() - same), &new[start..new.len() - same])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_differ_in_one_place() {
        for (old, new, at, text) in [
            ("abc", "abc", 3..3, ""),
            ("aé", "aè", 1..3, "è"),
            ("aaa", "aa", 2..3, ""),
            ("ab\ncd", "ab\nxd", 3..4, "x"),
            ("", "x", 0..0, "x"),
        ] {
            assert_eq!(difference(old, new), (Span::from_range(at), text), "{old} {new}");
        }
    }
}
