//! Lists and mappings in brackets, also where a bracket is not closed yet.

use super::outline::{Outline, Part, PartKind, closing};
use crate::text::Span;

/// So deep brackets are followed.
const LEVELS: usize = 64;

pub(super) struct Flow<'a, 't> {
    outline: &'a mut Outline<'t>,
    /// Lines that do not lie right of this column are not part of it.
    column: usize,
    at: usize,
}

impl<'t> Flow<'_, 't> {
    /// Reads what begins with the bracket at `from` as the value of a part; gives the start of the line behind it.
    pub(super) fn read(
        outline: &mut Outline<'t>,
        part: usize,
        from: usize,
        column: usize,
    ) -> usize {
        let mut flow = Flow { outline, column, at: from };
        flow.collection(part, 0);
        let (at, text) = (flow.at, flow.outline.text);
        match text[at..].find('\n') {
            // A line that is not part of it is read by who called.
            Some(_) if text[..at].ends_with('\n') => at,
            Some(end) => at + end + 1,
            None => text.len(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.outline.text[self.at..].chars().next()
    }

    /// Skips white space and comments; says whether the brackets go on.
    fn skip(&mut self) -> bool {
        while let Some(ch) = self.peek() {
            let text = self.outline.text;
            match ch {
                '\n' => {
                    let next = self.at + 1;
                    let line = text[next..].split('\n').next().unwrap_or_default();
                    let indent = line.len() - line.trim_start_matches(' ').len();
                    let closes = line.trim_start().starts_with([']', '}']);
                    if indent <= self.column && !line.trim().is_empty() && !closes {
                        self.at = next;
                        return false;
                    }
                    self.at = next;
                }
                '#' if text[..self.at].ends_with(char::is_whitespace) => {
                    let end = super::outline::line_end(text, self.at);
                    self.outline.comments.push(Span::from_range(self.at..end));
                    self.at = end;
                }
                _ if ch.is_whitespace() => self.at += ch.len_utf8(),
                _ => return true,
            }
        }
        false
    }

    /// Reads a list or mapping; says whether it was closed.
    fn collection(&mut self, part: usize, level: usize) -> bool {
        let is_mapping = self.peek() == Some('{');
        self.at += 1;
        let start = self.at;
        let closed = level < LEVELS && self.items(part, is_mapping, level);
        let end = if closed { self.at - 1 } else { self.last_content(start) };
        self.outline.parts[part].flow = Some((Span::from_range(start..end), is_mapping));
        closed
    }

    /// The end of the line on which brackets stop that are not closed.
    fn last_content(&self, start: usize) -> usize {
        let text = self.outline.text;
        let to = self.at.max(start);
        start + text[start..to].trim_end_matches(['\n', '\r']).len()
    }

    fn items(&mut self, part: usize, is_mapping: bool, level: usize) -> bool {
        let mut index = 0;
        loop {
            if !self.skip() {
                return false;
            }
            match self.peek() {
                Some(']' | '}') => {
                    self.at += 1;
                    return true;
                }
                Some(',') => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            let goes_on = match is_mapping {
                true => self.entry(part, level),
                false => self.item(part, index, level),
            };
            index += 1;
            if !goes_on {
                return false;
            }
        }
    }

    fn add(&mut self, parent: usize, kind: PartKind<'t>, span: Span) -> usize {
        let document = self.outline.document(span.start as usize);
        self.outline.parts.push(Part {
            parent: Some(parent),
            kind,
            span,
            region: Span::empty(span.end),
            scalar: Span::empty(span.end),
            tag: None,
            flow: None,
            opaque: None,
            in_flow: true,
            column: usize::MAX,
            document,
        });
        self.outline.parts.len() - 1
    }

    fn entry(&mut self, parent: usize, level: usize) -> bool {
        let (written, inside) = self.scalar(true);
        let name = self.outline.text.get(inside.range()).unwrap_or_default();
        let part = self.add(parent, PartKind::Key(name), written);
        let before = self.at;
        let goes_on = self.skip();
        if self.peek() != Some(':') {
            return goes_on;
        }
        if !goes_on {
            self.at = before;
            return false;
        }
        self.at += 1;
        self.value(part, level)
    }

    fn item(&mut self, parent: usize, index: usize, level: usize) -> bool {
        let start = self.at;
        let part = self.add(parent, PartKind::Item(index), Span::from_range(start..start));
        let goes_on = self.value(part, level);
        let item = &mut self.outline.parts[part];
        item.span = item.region;
        goes_on
    }

    /// Reads a value up to the comma or bracket behind it.
    fn value(&mut self, part: usize, level: usize) -> bool {
        let from = self.at;
        let mut goes_on = self.skip();
        while let Some(ch @ ('!' | '&')) = self.peek().filter(|_| goes_on) {
            let text = self.outline.text;
            let len = text[self.at..].find([' ', '\n', ',', ']', '}']);
            let word = &text[self.at..len.map_or(text.len(), |len| self.at + len)];
            if ch == '!' {
                self.outline.parts[part].tag = Some(word);
            }
            self.at += word.len();
            goes_on = self.skip();
        }
        let mut end = self.at;
        if goes_on {
            match self.peek() {
                Some('[' | '{') => goes_on = self.collection(part, level + 1),
                Some(',' | ']' | '}') | None => {}
                _ => {
                    let (_, inside) = self.scalar(false);
                    self.outline.parts[part].scalar = inside;
                }
            }
            end = self.at;
        }
        self.outline.parts[part].region = Span::from_range(from..end.max(from));
        if self.outline.parts[part].scalar.is_empty() && !goes_on {
            let line = super::outline::line_end(self.outline.text, from);
            self.outline.parts[part].region = Span::from_range(from..line.min(end).max(from));
        }
        goes_on
    }

    /// Reads a scalar on one line: as it is written, and without its quotes.
    fn scalar(&mut self, is_key: bool) -> (Span, Span) {
        let (text, start) = (self.outline.text, self.at);
        let line = super::outline::line_end(text, start);
        if let Some(quote) = self.peek().filter(|ch| matches!(ch, '"' | '\'')) {
            let close = closing(&text[start + 1..], quote).map(|at| start + 1 + at);
            let close = close.filter(|close| *close <= line);
            let end = close.unwrap_or(line);
            self.at = close.map_or(line, |close| close + 1);
            return (Span::from_range(start..self.at), Span::from_range(start + 1..end));
        }
        let mut end = line;
        for (at, ch) in text[start..line].char_indices() {
            let behind = text[start + at + ch.len_utf8()..line].chars().next();
            let is_colon =
                ch == ':' && is_key && behind.is_none_or(|ch| ch.is_whitespace() || ch == ',');
            let is_comment = ch == '#' && text[..start + at].ends_with(' ');
            if matches!(ch, ',' | ']' | '}') || is_colon || is_comment {
                end = start + at;
                break;
            }
        }
        // Whatever stands there, something is read.
        self.at = end.max(start + self.peek().map_or(0, char::len_utf8).min(line - start));
        let span = Span::from_range(start..start + text[start..end].trim_end().len());
        (span, span)
    }
}
