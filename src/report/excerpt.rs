//! The lines of a source that one finding shows, made fit for a terminal.

use codespan_reporting::files::{Error, Files};

use super::style::visible_char;
use crate::text::{Location, Source, SourceId, Sources, Span};

/// A line that is longer is cropped around its labels, in bytes.
const MAX_LINE: usize = 240;
/// What stays on either side of a label in a cropped line, in bytes.
const AROUND: usize = 80;

/// The excerpts of all sources that one finding points into.
pub(super) struct Excerpts {
    all: Vec<Excerpt>,
}

struct Excerpt {
    source: SourceId,
    name: String,
    text: String,
    lines: Vec<Line>,
    /// Number, from 0, of the first line in the source.
    first: u32,
}

struct Line {
    /// Offset of the line in the excerpt.
    at: usize,
    /// Length in the excerpt, with its line feed.
    len: usize,
    /// The part of the source that is shown.
    shown: Span,
    /// What stands in front of that part, in bytes of the excerpt.
    lead: usize,
    /// Offset of the line in the source.
    start: u32,
}

impl Excerpts {
    /// Cuts out what `places` need; `prefix` stands before each path.
    pub(super) fn new(sources: &Sources, prefix: &str, places: &[Location]) -> Self {
        let mut all: Vec<Excerpt> = Vec::new();
        let places: Vec<Location> =
            places.iter().map(|place| first_line(sources, *place)).collect();
        for place in &places {
            if all.iter().any(|excerpt| excerpt.source == place.source) {
                continue;
            }
            let spans = places.iter().filter(|other| other.source == place.source);
            let spans: Vec<Span> = spans.map(|other| other.span).collect();
            all.push(Excerpt::new(sources.get(place.source), prefix, &spans));
        }
        Self { all }
    }

    /// The number of a source among the excerpts, and where the first line of a span is shown.
    pub(super) fn place(&self, sources: &Sources, at: Location) -> (usize, std::ops::Range<usize>) {
        let at = first_line(sources, at);
        let found = self.all.iter().position(|excerpt| excerpt.source == at.source);
        let number = found.unwrap_or(0);
        match self.all.get(number) {
            Some(excerpt) => {
                let start = excerpt.shown_at(at.span.start);
                (number, start..excerpt.shown_at(at.span.end).max(start))
            }
            None => (number, 0..0),
        }
    }
}

/// A place cut off at the end of its first line: where a finding stands is told by its beginning, and a
/// frame around many lines hides it.
fn first_line(sources: &Sources, at: Location) -> Location {
    let source = sources.get(at.source);
    let text = source.slice(at.span);
    let len = text.find(['\n', '\r']).unwrap_or(text.len());
    let end = at.span.start.saturating_add(u32::try_from(len).unwrap_or(u32::MAX));
    Location::new(at.source, Span::new(at.span.start, end.min(at.span.end)))
}

impl Excerpt {
    fn new(source: &Source, prefix: &str, spans: &[Span]) -> Self {
        let index = source.lines();
        let length = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
        // A span that ends behind a line feed does not show the line below.
        let last_byte =
            |span: &Span| span.end.saturating_sub(1).clamp(span.start.min(length), length);
        let first = spans.iter().map(|span| index.line(span.start.min(length))).min().unwrap_or(0);
        let last = spans.iter().map(|span| index.line(last_byte(span))).max().unwrap_or(first);
        let mut excerpt = Self {
            source: source.id,
            name: super::visible(&super::shown_path(prefix, &source.path)),
            text: String::new(),
            lines: Vec::new(),
            first,
        };
        for number in first..=last {
            let start = index.line_start(number).unwrap_or(length);
            let end = index.line_start(number + 1).unwrap_or(length);
            let line = source.slice(Span::new(start, end));
            let content = line.trim_end_matches(['\n', '\r']);
            excerpt.push(source, start, content.len(), spans);
        }
        excerpt
    }

    fn push(&mut self, source: &Source, start: u32, len: usize, spans: &[Span]) {
        let at = self.text.len();
        let whole = Span::new(start, start + u32::try_from(len).unwrap_or(u32::MAX));
        let shown = if len <= MAX_LINE { whole } else { cropped(source, whole, spans) };
        if shown.start > whole.start {
            self.text.push('…');
        }
        let lead = self.text.len() - at;
        // A byte order mark is not shown; everything else keeps its width in bytes.
        self.text.extend(source.slice(shown).chars().map(visible_char));
        if shown.end < whole.end {
            self.text.push('…');
        }
        self.text.push('\n');
        self.lines.push(Line { at, len: self.text.len() - at, shown, lead, start });
    }

    /// Where the byte at `offset` of the source stands in the excerpt.
    fn shown_at(&self, offset: u32) -> usize {
        let after = self.lines.partition_point(|line| line.start <= offset);
        let Some(line) = self.lines.get(after.saturating_sub(1)) else { return 0 };
        let inside = offset.clamp(line.shown.start, line.shown.end) - line.shown.start;
        let mut at = line.at + line.lead + inside as usize;
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// The part of a long line that is worth showing: around its labels, or its beginning.
fn cropped(source: &Source, line: Span, spans: &[Span]) -> Span {
    let here = |span: &&Span| span.start <= line.end && span.end >= line.start;
    let start = spans.iter().filter(here).map(|span| span.start.max(line.start)).min();
    let end = spans.iter().filter(here).map(|span| span.end.min(line.end)).max();
    let (start, end) = (start.unwrap_or(line.start), end.unwrap_or(line.start));
    let mut from = start.saturating_sub(AROUND as u32).max(line.start);
    let mut to = end.saturating_add(AROUND as u32).min(line.end).min(from + MAX_LINE as u32 * 2);
    while !source.text().is_char_boundary(from as usize) {
        from -= 1;
    }
    while !source.text().is_char_boundary(to as usize) {
        to -= 1;
    }
    Span::new(from, to.max(from))
}

impl<'a> Files<'a> for Excerpts {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.all.get(id).ok_or(Error::FileMissing)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.all.get(id).ok_or(Error::FileMissing)?.text)
    }

    fn line_index(&'a self, id: usize, at: usize) -> Result<usize, Error> {
        let excerpt = self.all.get(id).ok_or(Error::FileMissing)?;
        let after = excerpt.lines.partition_point(|line| line.at <= at);
        Ok(after.saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, line: usize) -> Result<usize, Error> {
        let excerpt = self.all.get(id).ok_or(Error::FileMissing)?;
        Ok(excerpt.first as usize + line + 1)
    }

    fn column_number(&'a self, id: usize, line: usize, at: usize) -> Result<usize, Error> {
        let excerpt = self.all.get(id).ok_or(Error::FileMissing)?;
        let line = excerpt.lines.get(line).ok_or(Error::FileMissing)?;
        let shown = excerpt.text.get(line.at + line.lead..at).unwrap_or("").chars().count();
        // Characters in front of a cropped line are counted by their bytes; such lines are rarely
        // anything but ASCII, and the exact column is in the machine formats.
        let hidden = (line.shown.start - line.start) as usize;
        Ok(hidden + shown + 1)
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<std::ops::Range<usize>, Error> {
        let excerpt = self.all.get(id).ok_or(Error::FileMissing)?;
        let line = excerpt.lines.get(line).ok_or(Error::LineTooLarge {
            given: line,
            max: excerpt.lines.len().saturating_sub(1),
        })?;
        Ok(line.at..line.at + line.len)
    }
}
