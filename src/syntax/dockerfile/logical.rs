use std::borrow::Cow;
use std::ops::Range;

use super::Word;
use crate::text::Span;

/// The way from the offsets of a text back to those of the file that it was put together from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    // (offset in the text, offset in the file), one for each contiguous piece, both ascending.
    pieces: Vec<(u32, u32)>,
}

impl SourceMap {
    /// The map of a text that stands in the file as it is, from `start` on.
    pub fn contiguous(start: u32) -> Self {
        Self { pieces: vec![(0, start)] }
    }

    /// Says that from `offset` of the text on, it stands at `source` of the file. Offsets must
    /// ascend.
    pub fn push(&mut self, offset: u32, source: u32) {
        self.pieces.push((offset, source));
    }

    /// Where the byte at `offset` of the text stands in the file. Past the end it counts on.
    pub fn to_source(&self, offset: u32) -> u32 {
        let after = self.pieces.partition_point(|(start, _)| *start <= offset);
        match self.pieces.get(after.saturating_sub(1)) {
            Some((start, source)) => source.saturating_add(offset.saturating_sub(*start)),
            None => offset,
        }
    }

    /// The bytes of the file from the first to the last byte of `range`; what was left out of
    /// the text in between (continuations, comments) lies inside.
    pub fn span(&self, range: Range<u32>) -> Span {
        let start = self.to_source(range.start);
        if range.end <= range.start {
            return Span::empty(start);
        }
        Span::new(start, self.to_source(range.end - 1).saturating_add(1))
    }

    /// The map of the text from `start` on.
    #[must_use]
    pub fn tail(&self, start: u32) -> Self {
        let mut pieces = vec![(0, self.to_source(start))];
        let later = self.pieces.iter().filter(|(offset, _)| *offset > start);
        pieces.extend(later.map(|(offset, source)| (offset - start, *source)));
        Self { pieces }
    }
}

/// The text of an instruction with its continued lines joined: what the builder reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logical<'a> {
    /// The text; borrowed where the instruction has one line.
    pub text: Cow<'a, str>,
    /// The way back to the file.
    pub map: SourceMap,
}

impl<'a> Logical<'a> {
    /// Puts together the pieces of `source`.
    pub(super) fn new(source: &'a str, pieces: &[Range<usize>]) -> Self {
        let mut map = SourceMap::default();
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let part = |piece: &Range<usize>| source.get(piece.clone()).unwrap_or("");
        let text = match pieces {
            [only] => {
                map.push(0, offset(only.start));
                Cow::Borrowed(part(only))
            }
            _ => {
                let mut text = String::with_capacity(pieces.iter().map(Range::len).sum());
                for piece in pieces {
                    map.push(offset(text.len()), offset(piece.start));
                    text.push_str(part(piece));
                }
                Cow::Owned(text)
            }
        };
        Self { text, map }
    }

    /// A part of the text with its place in the file. It borrows from `source`, the text of the
    /// file, unless a continuation runs through it.
    pub(super) fn word(&self, source: &'a str, range: Range<usize>) -> Word<'a> {
        let text = self.text.get(range.clone()).unwrap_or("");
        let at = u32::try_from(range.start).unwrap_or(u32::MAX);
        let end = u32::try_from(range.end).unwrap_or(u32::MAX);
        let span = self.map.span(at..end);
        let text = match source.get(span.range()) {
            Some(same) if same.len() == text.len() => Cow::Borrowed(same),
            _ => Cow::Owned(text.to_owned()),
        };
        Word { text, span, at }
    }

    /// The text from `start` on, with its map.
    pub(super) fn tail(&self, source: &'a str, start: usize) -> Self {
        let end = self.text.len();
        let at = u32::try_from(start).unwrap_or(u32::MAX);
        Self { text: self.word(source, start..end).text, map: self.map.tail(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back_through_the_joints() {
        let source = "RUN a\\\n  b\\\n c";
        let logical = Logical::new(source, &[0..5, 7..10, 12..14]);
        assert_eq!(logical.text, "RUN a  b c");
        assert_eq!(logical.map.to_source(4), 4);
        assert_eq!(logical.map.to_source(7), 9);
        assert_eq!(logical.map.span(4..10), Span::new(4, 14));
        let tail = logical.tail(source, 7);
        assert_eq!(tail.text, "b c");
        assert_eq!(tail.map.span(2..3), Span::new(13, 14));
    }

    #[test]
    fn a_word_borrows_unless_a_continuation_runs_through_it() {
        let source = "ab\\\ncd";
        let logical = Logical::new(source, &[0..2, 4..6]);
        assert!(matches!(logical.word(source, 0..2).text, Cow::Borrowed("ab")));
        let word = logical.word(source, 1..3);
        assert_eq!((word.text.as_ref(), word.span), ("bc", Span::new(1, 5)));
    }
}
