//! Scripts inside scripts: the text of `sh -c '...'`, and the heredoc that a shell reads.

use shuck_parser::parser::Parser;

use super::Dialect;
use super::bound::too_deep;
use super::lower::Lower;
use super::tree::{NONE, PartKind, Range, RoleData, WordData};
use super::wrapper::{self, Step};
use crate::text::Span;

/// `sh -c` inside `sh -c`; deeper ones are left alone.
const MAX_NESTING: u32 = 4;
/// Constructs around a `sh -c`; the parser needs its stack too.
const MAX_OUTER_DEPTH: u32 = 60;

impl Lower<'_> {
    /// Reads the script that the command of these words runs.
    pub(super) fn nested(&mut self, command: u32, words: &[WordData], redirections: Range) {
        let first = words.first().and_then(|word| word.literal).map(|text| self.kept(text));
        if !first.is_some_and(wrapper::may_wrap)
            || self.nesting >= MAX_NESTING
            || self.depth > MAX_OUTER_DEPTH
        {
            return;
        }
        let literals: Vec<Option<&str>> =
            words.iter().map(|word| word.literal.map(|text| self.kept(text))).collect();
        let mut from = 0;
        let parts = loop {
            match wrapper::step(&literals[from..]) {
                Some(Step::Command(at, _)) => from += at,
                Some(Step::Script(at)) => break words[from + at].parts,
                Some(Step::Input) => {
                    let all = &self.tree.redirections[redirections.usize()];
                    let body = all.iter().map(|it| it.body).find(|body| *body != NONE);
                    match body.and_then(|body| self.tree.words.get(body as usize)) {
                        Some(word) => break word.parts,
                        None => return,
                    }
                }
                None => return,
            }
        };
        self.nested_script(command, parts);
    }

    fn nested_script(&mut self, command: u32, parts: Range) {
        let (text, map) = self.nested_text(parts);
        if text.trim().is_empty() || too_deep(&text).is_some() {
            return;
        }
        let parsed = Parser::with_dialect(&text, Dialect::Bash.grammar()).parse();
        let whole = Span::new(map[0], map[map.len() - 1]);
        let parent = self.frame;
        let mut inner = Lower {
            text: &text,
            start: 0,
            map: Some(&map),
            root: self.root,
            tree: &mut *self.tree,
            errors: &mut *self.errors,
            too_complex: false,
            frame: parent,
            depth: self.depth,
            nesting: self.nesting + 1,
        };
        inner.diagnostics(&parsed);
        inner.within(RoleData::Nested { command }, whole, |it| it.sequence(&parsed.file.body));
        let too_complex = inner.too_complex;
        self.too_complex |= too_complex;
    }

    /// The text that a word stands for, with the offset in the script of each of its bytes and of
    /// its end. A variable stays as it is written; a substitution, whose commands are read where
    /// they stand, becomes `$_`.
    fn nested_text(&self, parts: Range) -> (String, Vec<u32>) {
        let mut text = String::new();
        let mut map: Vec<u32> = Vec::new();
        let mut end = 0;
        for part in &self.tree.parts[parts.usize()] {
            let span = part.span;
            let raw = self.root.get(span.range()).unwrap_or("");
            match part.kind {
                PartKind::Literal(kept) => {
                    let literal = self.kept(kept);
                    text.push_str(literal);
                    align(raw, literal, span.start, &mut map);
                }
                PartKind::Variable { .. } | PartKind::Arithmetic { .. }
                    if raw.starts_with('$') && !raw.contains('`') && !raw.contains("$(") =>
                {
                    text.push_str(raw);
                    align(raw, raw, span.start, &mut map);
                }
                _ => {
                    text.push_str("$_");
                    map.extend([span.start; 2]);
                }
            }
            end = span.start;
        }
        // A byte behind the last one, which may be the first of a longer character.
        let last = map.last().map_or(end, |last| last + 1);
        let past = self.root.ceil_char_boundary(last as usize);
        map.push(u32::try_from(past).unwrap_or(last));
        (text, map)
    }
}

/// Adds the offset of each byte of `text`, which is `raw` with quotes and escapes taken off.
fn align(raw: &str, text: &str, start: u32, map: &mut Vec<u32>) {
    let mut at = 0;
    for ch in text.chars() {
        if let Some(found) = raw.get(at..).and_then(|rest| rest.find(ch)).map(|found| at + found)
            // What stands between is at most a quote and a few backslashes.
            && found - at <= 3
        {
            at = found;
        }
        let offset = start + u32::try_from(at).unwrap_or(0);
        let len = u32::try_from(ch.len_utf8()).unwrap_or(1);
        if raw.get(at..).is_some_and(|rest| rest.starts_with(ch)) {
            map.extend(offset..offset + len);
            at += ch.len_utf8();
        } else {
            map.extend(std::iter::repeat_n(offset, ch.len_utf8()));
        }
    }
}
