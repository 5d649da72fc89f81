//! From lines to instructions.

use std::borrow::Cow;
use std::ops::Range;

use super::directive::Directives;
use super::heredoc::markers;
use super::json::{self, Json};
use super::split::{self, RawFlag};
use super::{
    Arguments, Comment, Error, ErrorKind, Flag, Heredoc, Instruction, Keyword, Logical, Pair, Tree,
    Word,
};
use crate::text::Span;

/// BuildKit refuses lines of this many bytes or more.
const MAX_LINE: usize = 65_536;

/// `ONBUILD ONBUILD` is an error, so nothing real nests any deeper.
const MAX_TRIGGER_DEPTH: u32 = 4;

pub(super) fn read(text: &str) -> Tree<'_> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader {
        text,
        at: start,
        directives: Directives::new(),
        instructions: Vec::new(),
        comments: Vec::new(),
        errors: Vec::new(),
        attached: 0,
    };
    reader.run();
    Tree {
        text,
        escape: reader.directives.escape,
        directives: reader.directives.found,
        instructions: reader.instructions,
        comments: reader.comments,
        errors: reader.errors,
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    directives: Directives<'a>,
    instructions: Vec<Instruction<'a>>,
    comments: Vec<Comment<'a>>,
    errors: Vec<Error>,
    // Where the comments start that belong to the next instruction.
    attached: usize,
}

impl<'a> Reader<'a> {
    fn run(&mut self) {
        while let Some(line) = self.line() {
            let content = split::trim(self.text, line.clone());
            let trimmed = self.slice(content.clone());
            let start = offset(content.start);
            let indented = content.start > line.start;
            if self.directives.take(trimmed, (start, indented), &mut self.errors) {
                continue;
            }
            if trimmed.starts_with('#') {
                self.comment(content, false);
                if trimmed.trim_start_matches('#').is_empty() && trimmed.len() == 1 {
                    self.attached = self.comments.len();
                }
                continue;
            }
            // Blanks behind the last word belong to the line: an escape in front of them counts.
            let (piece, continued) = self.cut_escape(content.start..line.end);
            if !continued && piece.is_empty() {
                continue;
            }
            self.logical_line(content.start, line.end, piece, continued);
        }
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    /// The next line without its line break.
    fn line(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..)?;
        if rest.is_empty() {
            return None;
        }
        let start = self.at;
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        self.at += length;
        let line = start..start + self.slice(start..self.at).trim_end_matches(['\n', '\r']).len();
        if self.slice(start..self.at).trim_end_matches('\n').len() >= MAX_LINE {
            let message =
                format!("dockerfile line greater than maximum allowed size of {}", MAX_LINE - 1);
            let span = Span::from_range(line.clone());
            self.errors.push(Error::new(ErrorKind::LineLength, span, message));
        }
        Some(line)
    }

    fn comment(&mut self, content: Range<usize>, inside: bool) {
        let text = self.slice(content.start + 1..content.end).trim();
        self.comments.push(Comment { span: Span::from_range(content), text, inside });
    }

    /// The line without the escape character that continues it, and whether one does.
    fn cut_escape(&self, line: Range<usize>) -> (Range<usize>, bool) {
        let text = self.slice(line.clone());
        let escape = self.directives.escape;
        let body = text.trim_end_matches([' ', '\t']);
        match body.strip_suffix(escape) {
            Some(before) if !before.ends_with(escape) => {
                (line.start..line.start + before.len(), true)
            }
            _ => (line, false),
        }
    }

    /// Reads on to the end of the instruction whose first line is given, then its heredocs.
    fn logical_line(&mut self, start: usize, end: usize, piece: Range<usize>, continued: bool) {
        let comments = offset(self.attached)..offset(self.comments.len());
        let mut pieces = vec![piece];
        let mut blank_lines = Vec::new();
        let mut head_end = end;
        let mut continued = continued;
        while continued {
            let Some(line) = self.line() else { break };
            head_end = line.end;
            let content = split::trim(self.text, line.clone());
            if content.is_empty() {
                blank_lines.push(Span::from_range(line));
            } else if self.slice(content.clone()).starts_with('#') {
                self.comment(content, true);
            } else {
                let (piece, goes_on) = self.cut_escape(line);
                pieces.push(piece);
                continued = goes_on;
            }
        }
        self.attached = self.comments.len();
        let logical = Logical::new(self.text, &pieces);
        let whole = split::trim(&logical.text, 0..logical.text.len());
        if whole.is_empty() {
            let span = Span::from_range(start..head_end);
            let message = "unknown instruction: a continuation with nothing behind it";
            self.errors.push(Error::new(ErrorKind::UnknownInstruction, span, message));
            return;
        }
        let last = logical.map.span(offset(whole.start)..offset(whole.end));
        let mut instruction = self.instruction(logical, 0);
        instruction.comments = comments;
        instruction.blank_lines = blank_lines;
        instruction.head = Span::new(last.start, offset(head_end));
        instruction.span = last;
        self.heredocs(&mut instruction);
        self.instructions.push(instruction);
    }

    fn heredocs(&mut self, instruction: &mut Instruction<'a>) {
        let target = match &instruction.arguments {
            Arguments::Trigger(inner) => inner.as_ref(),
            _ => &*instruction,
        };
        let takes = matches!(target.keyword, Keyword::Run | Keyword::Copy | Keyword::Add);
        if !takes || matches!(target.arguments, Arguments::Exec(_)) {
            return;
        }
        let announced: Vec<_> = markers(&target.logical.text)
            .into_iter()
            .map(|marker| {
                let word = target.logical.word(self.text, marker.range.clone());
                (marker, word)
            })
            .collect();
        let mut found = Vec::new();
        for (marker, word) in announced {
            let body_start = self.at;
            let mut body_end = self.at;
            let mut terminator = Span::empty(offset(self.text.len()));
            while let Some(line) = self.line() {
                let mut text = self.slice(line.clone());
                if marker.strip_tabs {
                    text = text.trim_start_matches('\t');
                }
                if text == marker.name {
                    terminator = Span::from_range(line);
                    break;
                }
                body_end = self.at;
            }
            if terminator.is_empty() {
                let message = format!("unterminated heredoc: no line is `{}`", marker.name);
                self.errors.push(Error::new(ErrorKind::Heredoc, word.span, message));
                terminator = Span::empty(offset(body_end));
            }
            instruction.span.end = instruction.span.end.max(terminator.end);
            found.push(Heredoc {
                marker: word,
                name: marker.name,
                expand: marker.expand,
                strip_tabs: marker.strip_tabs,
                descriptor: marker.descriptor,
                body: Span::from_range(body_start..body_end),
                terminator,
            });
        }
        match &mut instruction.arguments {
            Arguments::Trigger(inner) => {
                inner.span.end = instruction.span.end;
                inner.heredocs = found;
            }
            _ => instruction.heredocs = found,
        }
    }

    /// Reads the text of one instruction; spans of its lines are set by the caller.
    fn instruction(&mut self, logical: Logical<'a>, depth: u32) -> Instruction<'a> {
        let text = logical.text.as_ref();
        let (name, rest) = split::first_word(text, 0..text.len());
        let (raw_flags, rest_start) = split::flags(text, rest.clone());
        let rest = split::trim(text, rest_start..rest.end.max(rest_start));
        let name = logical.word(self.text, name);
        let keyword = Keyword::from_name(&name.text);
        let flags = raw_flags.into_iter().map(|raw| self.flag(&logical, raw)).collect();
        let arguments = self.arguments(&logical, keyword, rest.clone(), depth);
        let span = logical.map.span(name.at..offset(rest.end));
        Instruction {
            keyword,
            name,
            span,
            head: span,
            flags,
            rest: offset(rest.start)..offset(rest.end),
            arguments,
            logical,
            heredocs: Vec::new(),
            comments: 0..0,
            blank_lines: Vec::new(),
        }
    }

    fn flag(&self, logical: &Logical<'a>, raw: RawFlag) -> Flag<'a> {
        let whole = logical.word(self.text, raw.range.clone());
        let written = logical.text.get(raw.range.clone()).unwrap_or("");
        let part = |range: Range<usize>, text: &str| {
            let word = logical.word(self.text, range);
            if word.text == text {
                word
            } else {
                Word { text: Cow::Owned(text.to_owned()), ..word }
            }
        };
        let name_start = raw.range.start + 2;
        let (name, value) = match raw.text.split_once('=') {
            None => (part(name_start..raw.range.end, raw.text.get(2..).unwrap_or("")), None),
            Some((name, value)) => {
                let equals = written.find('=').map_or(raw.range.end, |at| raw.range.start + at);
                let value_start = (equals + 1).min(raw.range.end);
                (
                    part(name_start..equals, name.get(2..).unwrap_or("")),
                    Some(part(value_start..raw.range.end, value)),
                )
            }
        };
        Flag { name, value, span: whole.span }
    }

    fn arguments(
        &mut self,
        logical: &Logical<'a>,
        keyword: Keyword,
        rest: Range<usize>,
        depth: u32,
    ) -> Arguments<'a> {
        let text = logical.text.as_ref();
        if rest.is_empty() {
            return Arguments::Missing;
        }
        let source = self.text;
        let word = |range| logical.word(source, range);
        let blank_words =
            |rest| Arguments::Words(split::blank_words(text, rest).into_iter().map(word).collect());
        match keyword {
            Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Shell => {
                self.command(logical, rest)
            }
            Keyword::Add | Keyword::Copy | Keyword::Volume => match self.exec(logical, &rest) {
                Some(exec) => exec,
                None => blank_words(rest),
            },
            Keyword::From | Keyword::Expose | Keyword::Unknown => blank_words(rest),
            Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => {
                Arguments::Text(word(rest))
            }
            Keyword::Env | Keyword::Label | Keyword::Arg => self.pairs(logical, keyword, rest),
            Keyword::Healthcheck => {
                let (kind, behind) = split::first_word(text, rest);
                let kind = word(kind);
                let command = if behind.is_empty() {
                    Arguments::Missing
                } else {
                    self.command(logical, behind)
                };
                Arguments::Healthcheck { kind, command: Box::new(command) }
            }
            Keyword::Onbuild if depth >= MAX_TRIGGER_DEPTH => blank_words(rest),
            Keyword::Onbuild => {
                let inner = logical.tail(self.text, rest.start);
                let mut inner = self.instruction(inner, depth + 1);
                inner.head = inner.span;
                Arguments::Trigger(Box::new(inner))
            }
        }
    }

    fn command(&mut self, logical: &Logical<'a>, rest: Range<usize>) -> Arguments<'a> {
        match self.exec(logical, &rest) {
            Some(exec) => exec,
            None => Arguments::Shell(logical.word(self.text, rest)),
        }
    }

    fn exec(&mut self, logical: &Logical<'a>, rest: &Range<usize>) -> Option<Arguments<'a>> {
        match json::read(logical.text.get(rest.clone()).unwrap_or("")) {
            Json::Not => None,
            Json::Strings(strings) => {
                let word = |(text, range): (Cow<'_, str>, Range<usize>)| {
                    let quoted =
                        logical.word(self.text, rest.start + range.start..rest.start + range.end);
                    let text = match (text, &quoted.text) {
                        (Cow::Borrowed(text), Cow::Borrowed(whole)) => {
                            Cow::Borrowed(whole.get(1..=text.len()).unwrap_or(""))
                        }
                        (text, _) => Cow::Owned(text.into_owned()),
                    };
                    Word { text, ..quoted }
                };
                Some(Arguments::Exec(strings.into_iter().map(word).collect()))
            }
            Json::OtherArray => {
                let span = logical.map.span(offset(rest.start)..offset(rest.end));
                let message =
                    "when using JSON array syntax, arrays must be comprised of strings only";
                self.errors.push(Error::new(ErrorKind::Arguments, span, message));
                Some(Arguments::Exec(Vec::new()))
            }
        }
    }

    fn pairs(&self, logical: &Logical<'a>, keyword: Keyword, rest: Range<usize>) -> Arguments<'a> {
        let text = logical.text.as_ref();
        let word = |range| logical.word(self.text, range);
        let words = split::quoted_words(text, rest.clone(), self.directives.escape);
        let has_equals = |range: &Range<usize>| text.get(range.clone()).unwrap_or("").contains('=');
        let legacy = keyword != Keyword::Arg && !words.first().is_some_and(has_equals);
        if legacy {
            let (key, value) = split::first_word(text, rest.clone());
            let value = (!value.is_empty()).then(|| word(value));
            let span = word(rest).span;
            return Arguments::Pairs { pairs: vec![Pair { key: word(key), value, span }], legacy };
        }
        let pair = |range: Range<usize>| {
            let span = word(range.clone()).span;
            let at = text.get(range.clone()).unwrap_or("").find('=').map(|at| range.start + at);
            match at {
                Some(at) => {
                    let value = Some(word(at + 1..range.end));
                    Pair { key: word(range.start..at), value, span }
                }
                None => Pair { key: word(range), value: None, span },
            }
        };
        Arguments::Pairs { pairs: words.into_iter().map(pair).collect(), legacy }
    }
}
