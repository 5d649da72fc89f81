//! What is known of what stands at a place.

use gen_lsp_types::{Contents, Hover, MarkupContent, MarkupKind, Position, Range};

use super::completion::Context;
use super::place::{Named, Site};
use super::workspace::Known;
use crate::engine::{CONFIG_NAMES, suppressions};
use crate::model::gitlab::{Described, described_at};
use crate::rule::Rule;
use crate::syntax::yaml::{Outline, Slot};
use crate::text::{Source, SourceId, Span};

/// The page of a keyword, as Markdown.
pub(super) fn page(found: &Described) -> String {
    let mut out = format!("**`{}`**\n\n{}\n", found.path, found.keyword.summary);
    for (name, text) in found.facts() {
        match name {
            "" => out.push_str(&format!("  - {text}\n")),
            _ => out.push_str(&format!("\n- {name}: {text}")),
        }
    }
    out.push('\n');
    out
}

fn hover(text: String, range: Range) -> Hover {
    let markup = MarkupContent { kind: MarkupKind::Markdown, value: text };
    Hover { contents: Contents::MarkupContent(markup), range: Some(range) }
}

/// What stands at a place of a CI file.
pub(super) fn in_ci_file(context: &Context<'_>, offset: usize) -> Option<Hover> {
    let document = context.document;
    let text = document.text.as_str();
    let outline = Outline::new(text);
    let cursor = outline.cursor(offset)?;
    let site = Site::new(&outline, &cursor)?;
    let word = text.get(cursor.word.range()).filter(|it| !it.is_empty())?;
    let range = document.range(context.encoding, cursor.word);
    if cursor.slot == Slot::Key {
        let word = word.trim_matches(['"', '\'']);
        let keys: Vec<&str> = site.keys.iter().copied().chain([word]).collect();
        let top = site.keys.is_empty() && site.job.is_none();
        let place = match word {
            "spec" if top && cursor.document == 0 => crate::model::gitlab::Place::Header,
            _ => site.place,
        };
        return Some(hover(page(&described_at(place, &keys)?), range));
    }
    let text = match site.names(&cursor)? {
        Named::Job | Named::Base | Named::Entry => {
            let job = context.names.job(context.path, word)?;
            let line = job.at.range.start.line + 1;
            let what = if job.is_hidden { "template" } else { "job" };
            let stage = job.stage.as_ref().map(|it| format!(", stage `{it}`")).unwrap_or_default();
            format!("{what} `{word}`{stage}, defined in `{}`, line {line}", job.at.path)
        }
        Named::Default => page(&described_at(crate::model::gitlab::Place::Default, &[word])?),
        Named::Keyword | Named::Stage | Named::File => return None,
    };
    Some(hover(text, range))
}

/// The rule that a suppression names at a place, or the configuration.
pub(super) fn on_rule(context: &Context<'_>, known: &Known, offset: usize) -> Option<Hover> {
    let document = context.document;
    let at = u32::try_from(offset).ok()?;
    let page = |name: &str| {
        let pages: Vec<String> =
            known.catalog.called(name).map(|(_, rule): (_, &Rule)| rule.explained()).collect();
        (!pages.is_empty()).then(|| pages.join("\n---\n\n"))
    };
    let found =
        |name: &str, span: Span| Some(hover(page(name)?, document.range(context.encoding, span)));
    let source = Source::new(SourceId(0), context.path, document.text.as_str());
    let suppressions = suppressions(&source, None);
    let mut named = suppressions.iter().flat_map(|it| &it.names);
    if let Some((name, span)) = named.find(|(_, span)| span.start <= at && at <= span.end) {
        return found(name, *span);
    }
    let name = context.path.rsplit('/').next().unwrap_or_default();
    if !CONFIG_NAMES.contains(&name) {
        return None;
    }
    let word = word_at(&document.text, offset);
    found(document.text.get(word.range())?, word)
}

/// The letters, digits and dashes around a place.
fn word_at(text: &str, offset: usize) -> Span {
    let is_part = |ch: char| ch.is_ascii_alphanumeric() || ch == '-' || ch == '_';
    let before = text[..offset].chars().rev().take_while(|ch| is_part(*ch)).count();
    let behind = text[offset..].chars().take_while(|ch| is_part(*ch)).count();
    Span::from_range(offset - before..offset + behind)
}

/// The verdict of the clause at a place of a spec.
pub(super) fn on_clause(known: &Known, path: &str, at: Position) -> Option<Hover> {
    let clauses = known.findings.clauses.get(path)?;
    let clause = clauses.iter().find(|it| it.range.start <= at && at <= it.range.end)?;
    Some(hover(clause.text.clone(), clause.range))
}
