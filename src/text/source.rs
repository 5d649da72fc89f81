use std::fmt;
use std::sync::OnceLock;

use elsa::sync::FrozenVec;

use super::{LineIndex, Span};

/// The number of a source within its [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A span in a certain source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// Which source.
    pub source: SourceId,
    /// Where in it.
    pub span: Span,
}

impl Location {
    /// The place `span` in `source`.
    pub const fn new(source: SourceId, span: Span) -> Self {
        Self { source, span }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{:?}", self.source.0, self.span)
    }
}

/// One file's text.
///
/// Offsets count bytes of [`Source::text`]. A UTF-8 byte order mark stays part of the text, so
/// that offsets are those of the file; [`Source::body`] skips it. Bytes that are not UTF-8 were
/// replaced one by one with `?`, so offsets hold there too, and their places are kept.
#[derive(Debug)]
pub struct Source {
    /// The number of this source.
    pub id: SourceId,
    /// Path below the project root with `/` between its parts; how the source is named to users.
    pub path: String,
    text: String,
    invalid_utf8: Vec<Span>,
    lines: OnceLock<LineIndex>,
}

const BOM: &str = "\u{feff}";

impl Source {
    /// A source from text.
    pub fn new(id: SourceId, path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            id,
            path: path.into(),
            text: text.into(),
            invalid_utf8: Vec::new(),
            lines: OnceLock::new(),
        }
    }

    /// A source from bytes; each byte that is not UTF-8 becomes `?` and is remembered.
    pub fn from_bytes(id: SourceId, path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let (text, invalid_utf8) = match String::from_utf8(bytes) {
            Ok(text) => (text, Vec::new()),
            Err(error) => replace_invalid_utf8(error.as_bytes()),
        };
        Self { invalid_utf8, ..Self::new(id, path, text) }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text behind a byte order mark, and the offset at which it starts (0 or 3).
    pub fn body(&self) -> (&str, u32) {
        match self.text.strip_prefix(BOM) {
            Some(rest) => (rest, 3),
            None => (&self.text, 0),
        }
    }

    /// The text that `span` covers; bounds outside the text or inside a character are moved inwards.
    pub fn slice(&self, span: Span) -> &str {
        let floor = |offset: u32| {
            let mut at = (offset as usize).min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (floor(span.start), floor(span.end));
        self.text.get(start..end).unwrap_or("")
    }

    /// Places of bytes that were not UTF-8.
    pub fn invalid_utf8(&self) -> &[Span] {
        &self.invalid_utf8
    }

    /// The line index, made at the first call.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// A location in this source.
    pub fn at(&self, span: Span) -> Location {
        Location { source: self.id, span }
    }
}

fn replace_invalid_utf8(bytes: &[u8]) -> (String, Vec<Span>) {
    let mut text = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let start = text.len();
        text.extend(chunk.invalid().iter().map(|_| '?'));
        if text.len() > start {
            invalid.push(Span::from_range(start..text.len()));
        }
    }
    (text, invalid)
}

/// All sources of a project. Sources are only ever added, so references stay valid.
#[derive(Default)]
pub struct Sources {
    all: FrozenVec<Box<Source>>,
}

impl Sources {
    /// No sources.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the text of `path` and gives the new source.
    pub fn add(&self, path: impl Into<String>, text: impl Into<String>) -> &Source {
        let (path, text) = (path.into(), text.into());
        self.insert(|id| Source::new(id, path, text))
    }

    /// Adds the bytes of `path` and gives the new source.
    pub fn add_bytes(&self, path: impl Into<String>, bytes: Vec<u8>) -> &Source {
        let path = path.into();
        self.insert(|id| Source::from_bytes(id, path, bytes))
    }

    fn insert(&self, make: impl FnOnce(SourceId) -> Source) -> &Source {
        // Sources are added from one thread; the number of the next one is the current length.
        let id = SourceId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push_get(Box::new(make(id)))
    }

    /// The source with this number, which must come from this collection.
    pub fn get(&self, id: SourceId) -> &Source {
        self.all.get(id.0 as usize).expect("a source of this collection")
    }

    /// The source of this path, if it was added.
    pub fn by_path(&self, path: &str) -> Option<&Source> {
        self.iter().find(|source| source.path == path)
    }

    /// All sources in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        (0..self.all.len()).filter_map(|at| self.all.get(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_keep_the_offsets() {
        let source = Source::from_bytes(SourceId(0), "a", b"a\xffb\xc3\xa9\xf0\x9f".to_vec());
        assert_eq!(source.text(), "a?b\u{e9}??");
        assert_eq!(source.invalid_utf8(), [Span::new(1, 2), Span::new(5, 7)]);
    }

    #[test]
    fn a_slice_never_panics() {
        let source = Source::new(SourceId(0), "a", "é");
        assert_eq!(source.slice(Span::new(1, 9)), "é");
        assert_eq!(source.slice(Span::new(9, 1)), "");
    }

    #[test]
    fn the_body_starts_behind_a_byte_order_mark() {
        let source = Source::new(SourceId(0), "a", "\u{feff}x");
        assert_eq!(source.body(), ("x", 3));
    }
}
