//! The keys and items of a text by its indentation alone: for an editor, in which the text is half typed most of the
//! time and no YAML at all.

use super::outline_flow::Flow;
use crate::text::Span;

/// A key, an item or a loose word of a text.
#[derive(Clone, Debug)]
pub struct Part<'t> {
    /// The part that it stands in.
    pub parent: Option<usize>,
    /// What it is.
    pub kind: PartKind<'t>,
    /// The key without its colon, the dash, the item in brackets, or the word.
    pub span: Span,
    /// Where its value may stand on the line: behind the colon or dash, up to a comment.
    pub region: Span,
    /// The scalar that is written there, without quotes; empty if there is none.
    pub scalar: Span,
    /// The tag in front of its value.
    pub tag: Option<&'t str>,
    /// The text between the brackets, if its value is in brackets, and whether these are `{}`.
    pub flow: Option<(Span, bool)>,
    /// The lines of a block scalar, or the further lines of a quoted one.
    pub opaque: Option<Span>,
    /// Whether it stands in brackets itself.
    pub in_flow: bool,
    pub(super) column: usize,
    /// Which document it stands in, from 0.
    pub document: usize,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind<'t> {
    /// A key, without quotes.
    Key(&'t str),
    /// An item of a list, with its place in it.
    Item(usize),
    /// A word on a line of its own: a key that is being typed, or more of the text above.
    Loose,
}

/// The parts of a text, in its order.
#[derive(Debug, Default)]
pub struct Outline<'t> {
    pub(super) text: &'t str,
    /// The parts; one in another stands behind it.
    pub parts: Vec<Part<'t>>,
    pub(super) comments: Vec<Span>,
    /// Where the documents behind the first start.
    pub(super) documents: Vec<usize>,
}

impl<'t> Outline<'t> {
    /// Reads a text; any text has an outline.
    pub fn new(text: &'t str) -> Self {
        let mut reader = Reader { outline: Self { text, ..Self::default() }, at: 0 };
        if text.starts_with('\u{feff}') {
            reader.at = '\u{feff}'.len_utf8();
        }
        while reader.at < text.len() {
            reader.line();
        }
        reader.outline
    }

    /// The parts that stand directly in this one, or at the top level.
    pub(super) fn children(
        &self,
        parent: Option<usize>,
        document: usize,
    ) -> impl Iterator<Item = &Part<'t>> {
        let from = parent.map_or(0, |it| it + 1);
        let parts = self.parts[from..].iter();
        parts.filter(move |it| it.parent == parent && it.document == document)
    }

    /// The parts from the outermost to this one.
    pub fn way(&self, part: usize) -> Vec<&Part<'t>> {
        let mut way = Vec::new();
        let mut next = Some(part);
        while let Some(part) = next.and_then(|it| self.parts.get(it)) {
            way.push(part);
            next = part.parent;
        }
        way.reverse();
        way
    }

    /// The nearest block part at or above the last one before `offset` that lies left of `column`.
    pub(super) fn holder(&self, offset: usize, column: usize) -> Option<usize> {
        let before = self.parts.partition_point(|it| (it.span.start as usize) < offset);
        let document = self.document(offset);
        let mut next = (0..before).rev().find(|at| !self.parts[*at].in_flow);
        next = next.filter(|at| self.parts[*at].document == document);
        while let Some(at) = next {
            let part = &self.parts[at];
            if part.column < column && part.kind != PartKind::Loose {
                return Some(at);
            }
            next = part.parent;
        }
        None
    }

    pub(super) fn document(&self, offset: usize) -> usize {
        self.documents.partition_point(|start| *start <= offset)
    }
}

struct Reader<'t> {
    outline: Outline<'t>,
    at: usize,
}

/// The end of the line that starts or goes on at `from`, without its line break.
pub(super) fn line_end(text: &str, from: usize) -> usize {
    text[from..].find(['\n', '\r']).map_or(text.len(), |at| from + at)
}

fn next_line(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at + 1)
}

/// The length of the text before a comment, without the white space in front of it.
fn before_comment(line: &str) -> usize {
    let mut quote = None;
    let mut before = ' ';
    for (at, ch) in line.char_indices() {
        match quote {
            Some(open) if ch == open => quote = None,
            Some(_) => {}
            None if ch == '#' && before.is_whitespace() => return line[..at].trim_end().len(),
            None if (ch == '"' || ch == '\'') && matches!(before, ' ' | '[' | '{' | ',') => {
                quote = Some(ch);
            }
            None => {}
        }
        before = ch;
    }
    line.trim_end().len()
}

/// A key in front of a colon: its length as written, and where the value may begin.
pub(super) fn key(line: &str) -> Option<(usize, usize)> {
    let ends = |at: usize| line[at..].chars().next().is_none_or(char::is_whitespace);
    if let Some(quote) = line.chars().next().filter(|ch| *ch == '"' || *ch == '\'') {
        let close = 1 + line[1..].find(quote)? + 1;
        let rest = &line[close..];
        let colon = close + rest.len() - rest.trim_start_matches(' ').len();
        return (line[colon..].starts_with(':') && ends(colon + 1)).then_some((close, colon + 1));
    }
    if line.starts_with(['[', '{', '#', '|', '>', '%', '@', '`', '?', ',', ']', '}']) {
        return None;
    }
    let colon = line.match_indices(':').map(|(at, _)| at).find(|at| ends(at + 1))?;
    let written = line[..colon].trim_end().len();
    (written > 0).then_some((written, colon + 1))
}

pub(super) fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

impl<'t> Reader<'t> {
    fn line(&mut self) {
        let text = self.outline.text;
        let (start, end) = (self.at, line_end(text, self.at));
        self.at = next_line(text, end);
        let line = &text[start..end];
        if line.starts_with("---") && line[3..].chars().next().is_none_or(char::is_whitespace) {
            // In front of the first document it says nothing.
            if !self.outline.parts.is_empty() {
                self.outline.documents.push(start);
            }
            return;
        }
        let content = start + line.len() - line.trim_start_matches([' ', '\t']).len();
        let length = before_comment(&text[content..end]);
        let comment = text[content + length..end].find('#').map(|at| content + length + at);
        if let Some(comment) = comment {
            self.outline.comments.push(Span::from_range(comment..end));
        }
        let end = content + length;
        let mut at = content;
        while at < end {
            let rest = &text[at..end];
            let column = at - start;
            if rest == "-" || rest.starts_with("- ") || rest.starts_with("-\t") {
                let part = self.dash(at, end, column);
                let inner = at + 1 + rest[1..].len() - rest[1..].trim_start().len();
                if key(&text[inner..end]).is_none() && !text[inner..end].starts_with("- ") {
                    return self.value(part, inner, end);
                }
                at = inner;
            } else if let Some((written, behind)) = key(rest) {
                let name = unquoted(&rest[..written]);
                let span = Span::from_range(at..at + written);
                let parent = self.outline.holder(at, column);
                let region = Span::from_range(at + behind..end);
                let part = self.add(PartKind::Key(name), (span, region), parent, column);
                let inner = &text[at + behind..end];
                let from = at + behind + inner.len() - inner.trim_start().len();
                return self.value(part, from, end);
            } else {
                let parent = self.outline.holder(at, column);
                match parent.filter(|_| rest.starts_with(['[', '{', '!'])) {
                    // Brackets below their key.
                    Some(parent) => self.value(parent, at, end),
                    None => {
                        let (span, empty) = (Span::from_range(at..end), Span::from_range(end..end));
                        self.add(PartKind::Loose, (span, empty), parent, column);
                    }
                }
                return;
            }
        }
    }

    fn dash(&mut self, at: usize, end: usize, column: usize) -> usize {
        // A list may stand as far left as its key does.
        let mut parent = self.outline.holder(at, column + 1);
        while let Some(part) = parent.and_then(|it| self.outline.parts.get(it)) {
            if part.column < column || !matches!(part.kind, PartKind::Item(_)) {
                break;
            }
            parent = part.parent;
        }
        let document = self.outline.document(at);
        let mut before = self.outline.parts.iter().rev();
        let last = before.find_map(|it| match it.kind {
            PartKind::Item(index) if it.parent == parent && it.document == document => Some(index),
            _ => None,
        });
        let index = last.map_or(0, |it| it + 1);
        let span = Span::from_range(at..at + 1);
        let region = Span::from_range(at + 1..end);
        self.add(PartKind::Item(index), (span, region), parent, column)
    }

    fn add(
        &mut self,
        kind: PartKind<'t>,
        (span, region): (Span, Span),
        parent: Option<usize>,
        column: usize,
    ) -> usize {
        let document = self.outline.document(span.start as usize);
        self.outline.parts.push(Part {
            parent,
            kind,
            span,
            region,
            scalar: Span::empty(region.end),
            tag: None,
            flow: None,
            opaque: None,
            in_flow: false,
            column,
            document,
        });
        self.outline.parts.len() - 1
    }

    /// Reads the value of a part that begins on its line.
    fn value(&mut self, part: usize, from: usize, end: usize) {
        let text = self.outline.text;
        let mut from = from;
        // Anchors and tags come before the value.
        while let Some(word) = text[from..end].split_whitespace().next() {
            if !word.starts_with(['&', '!']) {
                break;
            }
            if word.starts_with('!') {
                self.outline.parts[part].tag = Some(word);
            }
            let rest = &text[from + word.len()..end];
            from += word.len() + rest.len() - rest.trim_start().len();
        }
        let value = &text[from..end];
        match value.chars().next() {
            Some('[' | '{') => {
                let column = self.outline.parts[part].column;
                self.at = Flow::read(&mut self.outline, part, from, column).max(self.at);
            }
            Some('|' | '>') => self.block_scalar(part),
            Some(quote @ ('"' | '\'')) => self.quoted(part, from, quote),
            _ => self.outline.parts[part].scalar = Span::from_range(from..end),
        }
    }

    fn block_scalar(&mut self, part: usize) {
        let text = self.outline.text;
        let (start, column) = (self.at, self.outline.parts[part].column);
        while self.at < text.len() {
            let line = &text[self.at..line_end(text, self.at)];
            let indent = line.len() - line.trim_start_matches(' ').len();
            if indent <= column && !line.trim().is_empty() {
                break;
            }
            self.at = next_line(text, self.at);
        }
        self.outline.parts[part].opaque = Some(Span::from_range(start..self.at));
    }

    fn quoted(&mut self, part: usize, from: usize, quote: char) {
        let text = self.outline.text;
        let line = line_end(text, from);
        let close = closing(&text[from + 1..], quote).map(|at| from + 1 + at);
        let end = close.unwrap_or(line).min(line);
        self.outline.parts[part].scalar = Span::from_range(from + 1..end);
        // A quote that is not closed yet would swallow the rest, so it ends where the indentation does.
        let Some(close) = close.filter(|close| *close > line) else { return };
        let column = self.outline.parts[part].column;
        let further = text[line..close].lines().skip(1).all(|line| {
            let indent = line.len() - line.trim_start_matches(' ').len();
            indent > column || line.trim().is_empty()
        });
        if further {
            self.outline.parts[part].opaque = Some(Span::from_range(self.at..close));
            self.at = next_line(text, close);
        }
    }
}

/// Where a quoted scalar ends, in the text behind its opening quote.
pub(super) fn closing(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, ch)) = chars.next() {
        match ch {
            '\\' if quote == '"' => {
                chars.next();
            }
            _ if ch != quote => {}
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
            }
            _ => return Some(at),
        }
    }
    None
}
