/// A place as people and editors count it: both fields start at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 0.
    pub line: u32,
    /// Column, from 0, in the unit that the caller asked for.
    pub column: u32,
}

/// Byte offsets of the line starts of one text. A line ends with `\n`, `\r\n` or a lone `\r`.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (offset, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(u32::try_from(offset + 1).unwrap_or(u32::MAX));
            }
        }
        Self { starts }
    }

    /// Number of lines; a text without any line end has one.
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// The line, from 0, in which the byte at `offset` stands.
    pub fn line(&self, offset: u32) -> u32 {
        let after = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(after.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Offset of the first byte of `line` (from 0); the end of the last line for one past it.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get(line as usize).copied()
    }

    /// Line and column in bytes.
    pub fn utf8(&self, offset: u32) -> Position {
        let line = self.line(offset);
        Position { line, column: offset - self.starts[line as usize] }
    }

    /// Line and column in characters, as a person counts them.
    pub fn chars(&self, text: &str, offset: u32) -> Position {
        self.counted(text, offset, |prefix| prefix.chars().count())
    }

    /// Line and column in UTF-16 code units, as the language server protocol counts them.
    pub fn utf16(&self, text: &str, offset: u32) -> Position {
        self.counted(text, offset, |prefix| prefix.encode_utf16().count())
    }

    fn counted(&self, text: &str, offset: u32, count: impl Fn(&str) -> usize) -> Position {
        let Position { line, column: bytes } = self.utf8(offset);
        let start = self.starts[line as usize] as usize;
        let mut end = (start + bytes as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let column = u32::try_from(count(&text[start..end])).unwrap_or(u32::MAX);
        Position { line, column }
    }

    /// The offset of a position whose column counts UTF-16 code units; past the end of the line
    /// it is the end of the line.
    pub fn offset_utf16(&self, text: &str, position: Position) -> u32 {
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let Some(start) = self.line_start(position.line) else { return end };
        let line_end = self.line_start(position.line + 1).unwrap_or(end);
        let mut units = 0;
        for (at, ch) in text[start as usize..line_end as usize].char_indices() {
            if units >= position.column || ch == '\n' || ch == '\r' {
                return start + u32::try_from(at).unwrap_or(0);
            }
            units += u32::try_from(ch.len_utf16()).unwrap_or(1);
        }
        line_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_bytes_chars_and_utf16_units() {
        let text = "a: 设计🚀x\r\nb\rc\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 4);
        let x = u32::try_from(text.find('x').unwrap()).unwrap();
        assert_eq!(index.utf8(x), Position { line: 0, column: 13 });
        assert_eq!(index.chars(text, x), Position { line: 0, column: 6 });
        assert_eq!(index.utf16(text, x), Position { line: 0, column: 7 });
        assert_eq!(index.offset_utf16(text, Position { line: 0, column: 7 }), x);
        assert_eq!(index.line(u32::try_from(text.find('b').unwrap()).unwrap()), 1);
        assert_eq!(index.line(u32::try_from(text.find('c').unwrap()).unwrap()), 2);
    }

    #[test]
    fn an_offset_inside_a_character_counts_the_characters_before_it() {
        let text = "é";
        assert_eq!(LineIndex::new(text).chars(text, 1), Position { line: 0, column: 0 });
    }

    #[test]
    fn a_position_past_the_line_is_its_end() {
        let text = "ab\ncd";
        let index = LineIndex::new(text);
        assert_eq!(index.offset_utf16(text, Position { line: 0, column: 9 }), 2);
        assert_eq!(index.offset_utf16(text, Position { line: 7, column: 0 }), 5);
    }
}
