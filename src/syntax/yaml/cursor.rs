//! What stands at a place of a text, or could be typed there.

use super::outline::{Outline, Part, PartKind, line_end};
use crate::text::Span;

/// A place in an [`Outline`].
#[derive(Clone, Debug)]
pub struct Cursor<'t> {
    /// The keys and items that lead to it, the outermost first. A key that stands here is not among them, a key whose
    /// value stands here is.
    pub way: Vec<Step<'t>>,
    /// What can stand here.
    pub slot: Slot,
    /// The word that stands here; empty if there is none.
    pub word: Span,
    /// Whether a colon stands behind the word.
    pub is_key: bool,
    /// The keys beside it, without the one that stands here; beside the key whose value it is.
    pub beside: Vec<&'t str>,
    /// The items of the list that it stands in, without itself.
    pub items: Vec<&'t str>,
    /// Whether a list of the key above has begun, so that a dash has to stand first.
    pub in_list: bool,
    /// Whether it stands in brackets.
    pub in_flow: bool,
    /// The number of the document, from 0.
    pub document: usize,
}

/// A step on the way to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'t> {
    /// Into the value of a key.
    Key(&'t str),
    /// Into an item of a list, by its place and the tag of the list.
    Item(usize, Option<&'t str>),
}

/// What can stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A key.
    Key,
    /// A scalar, or brackets.
    Value,
    /// Either.
    Either,
}

impl<'t> Outline<'t> {
    /// What stands at the byte at `offset`, or could be typed there; nothing inside comments and long texts.
    pub fn cursor(&self, offset: usize) -> Option<Cursor<'t>> {
        let text = self.text;
        if offset > text.len() || !text.is_char_boundary(offset) || self.is_opaque(offset) {
            return None;
        }
        let start = text[..offset].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let in_brackets = self
            .parts
            .iter()
            .rposition(|part| part.flow.is_some_and(|(inside, _)| holds(inside, offset)));
        if let Some(part) = in_brackets {
            return self.in_flow(part, offset);
        }
        let end = line_end(text, offset);
        let on_line =
            |part: &Part<'_>| !part.in_flow && (start..=end).contains(&(part.span.start as usize));
        let from = self.parts.partition_point(|it| (it.span.start as usize) < start);
        let line = (from..self.parts.len())
            .take_while(|at| self.parts[*at].span.start as usize <= end)
            .filter(|at| on_line(&self.parts[*at]));
        let line: Vec<usize> = line.collect();
        if let Some(at) = line.iter().copied().find(|at| holds(self.parts[*at].span, offset)) {
            match self.parts[at].kind {
                PartKind::Key(_) => return Some(self.at_key(at)),
                PartKind::Loose => return self.below(offset, at),
                PartKind::Item(_) => return None,
            }
        }
        // Behind a colon or a dash and at least one blank.
        let before = line.into_iter().rev().find(|at| (self.parts[*at].span.end as usize) < offset);
        let is_close = text[..offset].ends_with([':', '-']);
        match before {
            Some(at) if is_close && self.word_at(at, offset).is_none() => None,
            Some(at) => self.at_value(at, offset),
            None if text[start..end].trim().is_empty() => self.blank(start, offset),
            None => None,
        }
    }

    /// The keys in the value of a key of the top level.
    pub fn keys_of(&self, name: &str, document: usize) -> Vec<&'t str> {
        let found = self.parts.iter().position(|part| {
            part.parent.is_none() && part.kind == PartKind::Key(name) && part.document == document
        });
        found.map(|at| self.keys(Some(at), document, None)).unwrap_or_default()
    }

    fn is_opaque(&self, offset: usize) -> bool {
        let in_comment = |it: &Span| (it.start as usize) < offset && offset <= it.end as usize;
        self.comments.iter().any(in_comment)
    }

    fn word_at(&self, part: usize, offset: usize) -> Option<Span> {
        let scalar = self.parts[part].scalar;
        (!scalar.is_empty() && holds(scalar, offset)).then_some(scalar)
    }

    fn at_key(&self, at: usize) -> Cursor<'t> {
        let part = &self.parts[at];
        let mut cursor = self.make(part.parent, Slot::Key, part.span, part.document);
        cursor.beside = self.keys(part.parent, part.document, Some(at));
        cursor.is_key = true;
        cursor
    }

    /// A word on a line of its own, or an empty line.
    fn below(&self, offset: usize, loose: usize) -> Option<Cursor<'t>> {
        let part = &self.parts[loose];
        let word = part.span;
        if self.text[word.range()].contains(char::is_whitespace) && !holds(word, offset) {
            return None;
        }
        self.place(part.parent, word, part.document, part.column)
    }

    fn blank(&self, start: usize, offset: usize) -> Option<Cursor<'t>> {
        let column = offset - start;
        let holder = self.holder(offset, column);
        self.place(holder, Span::from_range(offset..offset), self.document(offset), column)
    }

    fn place(
        &self,
        holder: Option<usize>,
        word: Span,
        document: usize,
        column: usize,
    ) -> Option<Cursor<'t>> {
        let Some(at) = holder else {
            let slot = if column == 0 { Slot::Key } else { return None };
            let mut cursor = self.make(None, slot, word, document);
            cursor.beside = self.keys(None, document, None);
            return Some(cursor);
        };
        let part = &self.parts[at];
        let in_text = part.opaque.is_some_and(|it| holds(it, word.start as usize));
        let has_value = !part.scalar.is_empty() || part.flow.is_some();
        let has_keys =
            self.children(Some(at), document).any(|it| matches!(it.kind, PartKind::Key(_)));
        if in_text || part.opaque.is_some() || has_value && !has_keys {
            return None;
        }
        let slot = if has_keys { Slot::Key } else { Slot::Either };
        let mut cursor = self.make(holder, slot, word, document);
        cursor.beside = self.keys(holder, document, None);
        cursor.items = self.texts(holder, document, None);
        cursor.in_list =
            self.children(holder, document).any(|it| matches!(it.kind, PartKind::Item(_)));
        Some(cursor)
    }

    fn at_value(&self, at: usize, offset: usize) -> Option<Cursor<'t>> {
        let part = &self.parts[at];
        if !holds(part.region, offset) && offset <= part.region.end as usize || part.flow.is_some()
        {
            return None;
        }
        let word = match self.word_at(at, offset) {
            Some(word) => word,
            // Further behind than what is written there.
            None if !part.scalar.is_empty() || part.opaque.is_some() => return None,
            None => Span::from_range(offset..offset),
        };
        let is_item = matches!(part.kind, PartKind::Item(_));
        let slot = if is_item { Slot::Either } else { Slot::Value };
        let mut cursor = self.make(Some(at), slot, word, part.document);
        if is_item {
            cursor.items = self.texts(part.parent, part.document, Some(at));
            cursor.beside = self.keys(Some(at), part.document, None);
        } else {
            cursor.beside = self.keys(part.parent, part.document, Some(at));
        }
        Some(cursor)
    }

    fn in_flow(&self, holder: usize, offset: usize) -> Option<Cursor<'t>> {
        let (_, is_mapping) = self.parts[holder].flow?;
        let document = self.parts[holder].document;
        let inside = (holder + 1..self.parts.len()).filter(|at| {
            let part = &self.parts[*at];
            part.parent == Some(holder) && part.in_flow
        });
        let inside: Vec<usize> = inside.collect();
        let empty = Span::from_range(offset..offset);
        for at in inside.iter().copied() {
            let part = &self.parts[at];
            if is_mapping && holds(part.span, offset) {
                let mut cursor = self.make(Some(holder), Slot::Key, part.span, document);
                cursor.beside = self.keys(Some(holder), document, Some(at));
                cursor.is_key = part.region.start > part.span.end;
                return Some(cursor);
            }
            let is_value = part.region.start > part.span.end || !is_mapping;
            // Blanks behind the last thing on a line belong to it, until there is a comma.
            let behind = self.text.get(part.region.end as usize..offset);
            let is_behind = behind.is_some_and(|it| it.bytes().all(|byte| byte == b' '));
            if is_value && (holds(part.region, offset) || is_behind) {
                let word = self.word_at(at, offset);
                if word.is_none() && !part.scalar.is_empty() || part.flow.is_some() {
                    return None;
                }
                let slot = if is_mapping { Slot::Value } else { Slot::Either };
                let mut cursor = self.make(Some(at), slot, word.unwrap_or(empty), document);
                if is_mapping {
                    cursor.beside = self.keys(Some(holder), document, Some(at));
                } else {
                    cursor.items = self.texts(Some(holder), document, Some(at));
                }
                return Some(cursor);
            }
        }
        if is_mapping {
            let mut cursor = self.make(Some(holder), Slot::Key, empty, document);
            cursor.beside = self.keys(Some(holder), document, None);
            return Some(cursor);
        }
        // A new item: its place is behind those that stand before it.
        let mut cursor = self.make(Some(holder), Slot::Either, empty, document);
        let before = inside.iter().filter(|at| (self.parts[**at].span.start as usize) < offset);
        cursor.way.push(Step::Item(before.count(), self.parts[holder].tag));
        cursor.items = self.texts(Some(holder), document, None);
        Some(cursor)
    }

    fn make(&self, holder: Option<usize>, slot: Slot, word: Span, document: usize) -> Cursor<'t> {
        let way = holder.map(|it| self.way(it)).unwrap_or_default();
        let mut steps = Vec::new();
        let mut tag = None;
        for part in way {
            steps.extend(match part.kind {
                PartKind::Key(name) => Some(Step::Key(name)),
                PartKind::Item(index) => Some(Step::Item(index, tag)),
                PartKind::Loose => None,
            });
            tag = part.tag;
        }
        Cursor {
            way: steps,
            slot,
            word,
            is_key: false,
            beside: Vec::new(),
            items: Vec::new(),
            in_list: false,
            in_flow: holder.is_some_and(|it| {
                self.parts[it].in_flow
                    || self.parts[it].flow.is_some_and(|(it, _)| holds(it, word.start as usize))
            }),
            document,
        }
    }

    fn keys(&self, holder: Option<usize>, document: usize, but: Option<usize>) -> Vec<&'t str> {
        let but = but.map(|at| self.parts[at].span);
        let others = self.children(holder, document).filter(|it| Some(it.span) != but);
        others
            .filter_map(|it| match it.kind {
                PartKind::Key(name) => Some(name),
                _ => None,
            })
            .collect()
    }

    fn texts(&self, holder: Option<usize>, document: usize, but: Option<usize>) -> Vec<&'t str> {
        let but = but.map(|at| self.parts[at].span);
        let items = self.children(holder, document).filter(|it| Some(it.span) != but);
        items
            .filter(|it| matches!(it.kind, PartKind::Item(_)) && !it.scalar.is_empty())
            .filter_map(|it| self.text.get(it.scalar.range()))
            .collect()
    }
}

/// Whether the byte at `offset` lies in a span, or right behind it.
fn holds(span: Span, offset: usize) -> bool {
    (span.start as usize..=span.end as usize).contains(&offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The way, slot, word and neighbours at `|` in a text.
    #[track_caller]
    fn at(text: &str) -> String {
        let offset = text.find('¦').unwrap();
        let text = text.replacen('¦', "", 1);
        let outline = Outline::new(&text);
        let Some(cursor) = outline.cursor(offset) else { return "-".to_owned() };
        let way: Vec<String> = cursor
            .way
            .iter()
            .map(|step| match step {
                Step::Key(name) => (*name).to_owned(),
                Step::Item(at, None) => at.to_string(),
                Step::Item(at, Some(tag)) => format!("{at}{tag}"),
            })
            .collect();
        let list = if cursor.in_list { " in list" } else { "" };
        format!(
            "{} {:?} `{}` beside {:?} {:?}{list}",
            way.join("/"),
            cursor.slot,
            &text[cursor.word.range()],
            cursor.beside,
            cursor.items
        )
    }

    #[test]
    fn half_typed_lines_are_found_by_their_indentation() {
        assert_eq!(at("a:\n  ca¦\n  b: 1\n"), "a Key `ca` beside [\"b\"] []");
        assert_eq!(at("a:\n  c:\n    ¦\n  b: 1\n"), "a/c Either `` beside [] []");
        assert_eq!(at("a:\n  c:\n    ¦"), "a/c Either `` beside [] []");
        assert_eq!(at("a:\n  c: d\n  ¦\nb: 1\n"), "a Key `` beside [\"c\"] []");
        assert_eq!(at("a:\n  b: 1\n¦"), " Key `` beside [\"a\"] []");
        assert_eq!(at("st¦"), " Key `st` beside [] []");
        assert_eq!(at("a:\n  b: x¦y # c\n"), "a/b Value `xy` beside [] []");
        assert_eq!(at("a:\n  b: ¦\n"), "a/b Value `` beside [] []");
        assert_eq!(at("a:\n  b:¦\n"), "-");
        assert_eq!(at("a:\n  b: 1 # no¦\n"), "-");
    }

    #[test]
    fn documents_and_line_ends_are_told_apart() {
        assert_eq!(at("a:\r\n  ca¦\r\n  b: 1\r\n"), "a Key `ca` beside [\"b\"] []");
        assert_eq!(at("a:\r\n  c:\r\n    ¦\r\n"), "a/c Either `` beside [] []");
        assert_eq!(at("\u{feff}a: 1\nb¦"), " Key `b` beside [\"a\"] []");
        assert_eq!(at("---\na:\n  ca¦\n"), "a Either `ca` beside [] []");
        assert_eq!(at("spec: {}\n---\na: 1\n¦"), " Key `` beside [\"a\"] []");
        let outline = Outline::new("# x\n---\na: 1\n---\nb");
        assert_eq!(outline.parts.iter().map(|it| it.document).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn items_of_lists_are_found() {
        assert_eq!(at("a:\n  n:\n    - x\n    - ¦\n"), "a/n/1 Either `` beside [] [\"x\"]");
        assert_eq!(at("a:\n  n:\n  - x\n  - y¦\n  m: 1\n"), "a/n/1 Either `y` beside [] [\"x\"]");
        assert_eq!(at("a:\n  n:\n    - j: x\n      ¦\n"), "a/n/0 Key `` beside [\"j\"] []");
        assert_eq!(at("a:\n  n:\n    - j¦: x\n      k: y\n"), "a/n/0 Key `j` beside [\"k\"] []");
        assert_eq!(at("a:\n  n:\n    - j: x¦\n"), "a/n/0/j Value `x` beside [] []");
        assert_eq!(at("a:\n  n:\n    - x\n    ¦\n"), "a/n Either `` beside [] [\"x\"] in list");
    }

    #[test]
    fn brackets_are_followed_also_where_they_are_open() {
        assert_eq!(at("a:\n  n: [x, ¦\n  m: 1\n"), "a/n/1 Either `` beside [] [\"x\"]");
        assert_eq!(at("a:\n  n: [x, y¦]\n"), "a/n/1 Either `y` beside [] [\"x\"]");
        assert_eq!(at("a: {b: 1, c¦}\n"), "a Key `c` beside [\"b\"] []");
        assert_eq!(at("a: {b: 1, ¦}\n"), "a Key `` beside [\"b\"] []");
        assert_eq!(at("a: {b: ¦}\n"), "a/b Value `` beside [] []");
        assert_eq!(at("a: {b: x¦, c: 1}\n"), "a/b Value `x` beside [\"c\"] []");
        assert_eq!(at("s:\n  - !reference [¦\nb: 1\n"), "s/0/0!reference Either `` beside [] []");
        assert_eq!(
            at("s:\n  - !reference [.a, s¦]\n"),
            "s/0/1!reference Either `s` beside [] [\".a\"]"
        );
        assert_eq!(at("a: [{j: ¦"), "a/0/j Value `` beside [] []");
        assert_eq!(at("a: [\n  x,\n  ¦\n]\nb: 1\n"), "a/1 Either `` beside [] [\"x\"]");
    }

    #[test]
    fn long_texts_are_left_alone() {
        assert_eq!(at("a:\n  s: |\n    x: ¦\n  b: 1\n"), "-");
        assert_eq!(at("a:\n  s: |\n    x\n    ¦\n  b: 1\n"), "-");
        assert_eq!(at("a:\n  s: |\n    x\n  ¦\n  b: 1\n"), "a Key `` beside [\"s\", \"b\"] []");
        assert_eq!(at("a:\n  s:\n    - |\n      x ¦\n    - y\n"), "-");
        assert_eq!(at("a: x\n  more¦\n"), "-");
        assert_eq!(at("a: \"x\n  b: ¦\"\nc: 1\n"), "-");
    }
}
