//! From the value of a scalar back to the text that it was written as.

use super::{NodeId, NodeKind, Scalar, Style, Tree};

/// Where the bytes of a scalar's value stand in the file.
#[derive(Clone, Debug, Default)]
pub struct ScalarMap {
    runs: Vec<Run>,
    /// End of the scalar in the file.
    end: u32,
}

/// Bytes of the value that stand side by side in the file as well.
#[derive(Clone, Copy, Debug)]
struct Run {
    value: u32,
    source: u32,
    /// Bytes in the file that the run covers.
    len: u32,
}

impl ScalarMap {
    /// The place in the file of the byte at `offset` of the value; the end of the scalar for
    /// anything behind its last byte.
    pub fn to_source(&self, offset: u32) -> u32 {
        let after = self.runs.partition_point(|run| run.value <= offset);
        match self.runs.get(after.wrapping_sub(1)) {
            Some(run) => (run.source + (offset - run.value).min(run.len)).min(self.end),
            None => self.end,
        }
    }
}

impl Tree<'_> {
    /// The map of the scalar `id` (or of what it is an alias of); `text` is the whole file. Empty for
    /// a node that is no scalar.
    pub fn scalar_map(&self, id: NodeId, text: &str) -> ScalarMap {
        let node = self.node(self.follow(id));
        let NodeKind::Scalar(Scalar { value, style }) = &node.kind else {
            return ScalarMap::default();
        };
        let source = text.get(node.span.range()).unwrap_or("");
        let mut walk = Walk {
            value: value.as_bytes(),
            source: source.as_bytes(),
            base: node.span.start,
            v: 0,
            s: 0,
            runs: Vec::new(),
        };
        match style {
            Style::Plain => walk.flow(None),
            Style::SingleQuoted | Style::DoubleQuoted => {
                walk.s = 1;
                walk.flow(Some(source.as_bytes().first().copied().unwrap_or(b'"')));
            }
            Style::Literal | Style::Folded => walk.block(*style == Style::Folded),
        }
        ScalarMap { runs: walk.runs, end: node.span.end }
    }
}

struct Walk<'a> {
    value: &'a [u8],
    source: &'a [u8],
    base: u32,
    v: usize,
    s: usize,
    runs: Vec<Run>,
}

const fn is_break(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

const fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

impl Walk<'_> {
    /// Notes that `value` bytes of the value stand for the next `source` bytes of the file.
    fn take(&mut self, value: usize, source: usize) {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let (at, place) = (number(self.v), self.base + number(self.s));
        let same = value == source;
        match self.runs.last_mut() {
            Some(run) if same && run.value + run.len == at && run.source + run.len == place => {
                run.len += number(source);
            }
            _ if value > 0 => {
                let len = if same { number(source) } else { 0 };
                self.runs.push(Run { value: at, source: place, len });
            }
            _ => {}
        }
        self.v += value;
        self.s += source;
    }

    /// The bytes of blanks and line breaks from here on, and how many breaks are among them; nothing
    /// if the line goes on behind the blanks.
    fn fold(&self) -> Option<(usize, usize)> {
        let rest = &self.source[self.s..];
        let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
        if !rest.get(blanks).is_some_and(|byte| is_break(*byte)) {
            return None;
        }
        let len = rest.iter().take_while(|byte| is_blank(**byte) || is_break(**byte)).count();
        Some((len, breaks(&rest[..len])))
    }

    /// Plain and quoted scalars.
    fn flow(&mut self, quote: Option<u8>) {
        while self.v < self.value.len() && self.s < self.source.len() {
            let byte = self.source[self.s];
            if let Some((len, breaks)) = self.fold() {
                // One break is a blank, n breaks are n - 1 line feeds.
                let stands_for = if breaks > 1 { breaks - 1 } else { 1 };
                self.take(stands_for.min(self.value.len() - self.v), len);
            } else if quote == Some(b'\'') && byte == b'\'' {
                self.take(1, 2);
            } else if quote == Some(b'"') && byte == b'\\' {
                self.escape();
            } else {
                self.take(1, 1);
            }
        }
    }

    fn escape(&mut self) {
        let rest = &self.source[self.s..];
        let hex = match rest.get(1) {
            Some(b'x') => 2,
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(byte) if is_break(*byte) => {
                // The line goes on without a blank.
                let skipped =
                    rest[1..].iter().take_while(|byte| is_blank(**byte) || is_break(**byte));
                self.s += 1 + skipped.count();
                return;
            }
            _ => 0,
        };
        let width = match self.value[self.v] {
            0x00..=0x7f => 1,
            0x80..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let written = (2 + hex).min(rest.len());
        self.take(width.min(self.value.len() - self.v), written);
    }

    /// Block scalars: line by line behind the indentation.
    fn block(&mut self, folded: bool) {
        let header = self.source.iter().take_while(|byte| !is_break(**byte)).count();
        let explicit = self.source[..header].iter().find(|byte| byte.is_ascii_digit());
        self.s = header + break_len(&self.source[header..]);
        let lines = Lines { rest: &self.source[self.s..] };
        // The indentation of the first line with content; a digit in the header counts from the
        // parent's, which is not known here, so it is seen from the value's own leading blanks.
        let first =
            lines.clone().map(|(line, _)| line).find(|line| line.iter().any(|b| *b != b' '));
        let spaces = |line: &[u8]| line.iter().take_while(|byte| **byte == b' ').count();
        let lead = first.map_or(0, spaces);
        let own = self
            .value
            .iter()
            .skip_while(|byte| **byte == b'\n')
            .take_while(|b| **b == b' ')
            .count();
        let indent = if explicit.is_some() { lead.saturating_sub(own) } else { lead };
        for (line, ending) in lines {
            if self.v >= self.value.len() {
                break;
            }
            let skip = spaces(line).min(indent);
            let content = &line[skip..];
            self.s += skip;
            if folded && !content.is_empty() && self.value[self.v] == b' ' && !is_blank(content[0])
            {
                // The blank that the line break before was folded to.
                self.take(1, 0);
            }
            while folded
                && !content.is_empty()
                && self.v < self.value.len()
                && self.value[self.v] == b'\n'
            {
                self.take(1, 0);
            }
            let len = content.len().min(self.value.len() - self.v);
            self.take(len, len);
            self.s += content.len() - len;
            if !folded && self.v < self.value.len() {
                self.take(1, 0);
            }
            self.s += ending;
        }
    }
}

fn breaks(text: &[u8]) -> usize {
    let lone = text
        .iter()
        .enumerate()
        .filter(|(at, byte)| **byte == b'\r' && text.get(at + 1) != Some(&b'\n'));
    text.iter().filter(|byte| **byte == b'\n').count() + lone.count()
}

fn break_len(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// The lines of a text, each with the length of its line break.
#[derive(Clone)]
struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a [u8], usize);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let len = self.rest.iter().take_while(|byte| !is_break(**byte)).count();
        let (line, rest) = self.rest.split_at(len);
        let ending = break_len(rest);
        self.rest = &rest[ending..];
        Some((line, ending))
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::yaml::{NodeKind, parse};

    /// Every character of every value that is no blank stands where the map says, unless an escape
    /// is written there.
    #[track_caller]
    fn check(text: &str) {
        let tree = parse(text);
        assert_eq!(tree.errors, []);
        let root = tree.documents[0].root.unwrap();
        for entry in tree.mapping(root).unwrap() {
            let NodeKind::Scalar(scalar) = &tree.node(entry.value).kind else { continue };
            let map = tree.scalar_map(entry.value, text);
            let mut last = 0;
            for (at, ch) in scalar.value.char_indices() {
                let place = map.to_source(at as u32);
                assert!(place >= last, "{at} goes back in {text:?}");
                last = place;
                let there = text[place as usize..].chars().next();
                let blank = |ch: char| ch.is_whitespace();
                if !blank(ch) && there != Some('\\') {
                    assert_eq!(there, Some(ch), "at {at} of {:?} in {text:?}", scalar.value);
                }
            }
        }
    }

    #[test]
    fn values_map_back_in_every_style() {
        check("a: one two\n  three\n\n  four\nb: x\n");
        check("a: 'it''s\n  so\n\n  and'\nb: \"\\u00e9x\\ty \\\n  z\n  w\"\n");
        check("a: |\n  one\n    two\n\n  three\nb: |2\n   x\n  y\n");
        check("a: >-\n  one\n  two\n\n  three\n    more\n  less\nb: >\n\n  x\n");
        check("a: |\r\n  one\r\n  two\r\nb: plain\r\n  more\r\n");
    }
}
