//! Byte offsets to what the client counts in, and back.

use gen_lsp_types::{Position, Range};

use crate::text::{self, LineIndex, Source, Span};

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    pub(super) fn position(self, text: &str, lines: &LineIndex, offset: u32) -> Position {
        let offset = offset.min(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let at = match self {
            Self::Utf8 => lines.utf8(offset),
            Self::Utf16 => lines.utf16(text, offset),
        };
        Position::new(at.line, at.column)
    }

    pub(super) fn range(self, text: &str, lines: &LineIndex, span: Span) -> Range {
        let start = self.position(text, lines, span.start);
        Range::new(start, self.position(text, lines, span.end.max(span.start)))
    }

    pub(super) fn range_in(self, source: &Source, span: Span) -> Range {
        self.range(source.text(), source.lines(), span)
    }

    /// The offset of a position; past the end of the line it is the end of the line.
    pub(super) fn offset(self, text: &str, lines: &LineIndex, at: Position) -> usize {
        let at = text::Position { line: at.line, column: at.character };
        if self == Self::Utf16 {
            return lines.offset_utf16(text, at) as usize;
        }
        let Some(start) = lines.line_start(at.line) else { return text.len() };
        let start = start as usize;
        let line = text[start..].find(['\n', '\r']).map_or(text.len(), |end| start + end);
        let mut offset = start.saturating_add(at.column as usize).min(line);
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}
