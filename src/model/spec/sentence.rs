//! Prose in a spec: lines joined, sentences with their places, the words that make them normative.

use crate::text::Span;

/// Lines of a source joined with single blanks; knows where each byte came from.
#[derive(Clone, Debug, Default)]
pub(super) struct Prose {
    text: String,
    /// Where a line starts in `text` and in the source, and its length.
    lines: Vec<(usize, usize, usize)>,
}

impl Prose {
    /// The prose of one line that starts at `offset` of the source.
    pub(super) fn new(line: &str, offset: usize) -> Self {
        let mut prose = Self::default();
        prose.push(line, offset);
        prose
    }

    pub(super) fn push(&mut self, line: &str, offset: usize) {
        let lead = line.len() - line.trim_start().len();
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.lines.push((self.text.len(), offset + lead, line.len()));
        self.text.push_str(line);
    }

    /// The bytes of the source from the first to the last of `start..end`.
    fn span(&self, start: usize, end: usize) -> Span {
        let place = |at: usize| {
            let line = self.lines.partition_point(|(joined, _, _)| *joined <= at).saturating_sub(1);
            let (joined, source, len) = self.lines.get(line).copied().unwrap_or_default();
            source + (at - joined).min(len)
        };
        Span::from_range(
            place(start)..place(end.saturating_sub(1).max(start)) + usize::from(end > start),
        )
    }

    /// Where the whole of it stands; nothing if it is empty.
    pub(super) fn whole(&self) -> Option<Span> {
        (!self.text.is_empty()).then(|| self.span(0, self.text.len()))
    }

    /// Its words without marks of emphasis.
    pub(super) fn plain(&self) -> String {
        plain(&self.text)
    }

    pub(super) fn ends_with_colon(&self) -> bool {
        plain(&self.text).ends_with(':')
    }

    /// The sentences with their places.
    pub(super) fn sentences(&self) -> Vec<Sentence> {
        let sentence = |start: usize, end: usize| {
            let text = &self.text[start..end];
            let lead = text.len() - text.trim_start().len();
            let (start, end) = (start + lead, start + text.trim_end().len());
            (start < end).then(|| Sentence {
                text: plain(&self.text[start..end]),
                span: self.span(start, end),
            })
        };
        let mut sentences = Vec::new();
        let mut start = 0;
        for end in sentence_ends(&self.text) {
            sentences.extend(sentence(start, end));
            start = end;
        }
        sentences.extend(sentence(start, self.text.len()));
        sentences
    }
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Its words on one line, without marks of emphasis.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// Words that end with a full stop in the middle of a sentence.
const ABBREVIATIONS: [&str; 9] =
    ["e.g.", "i.e.", "etc.", "vs.", "cf.", "approx.", "incl.", "no.", "resp."];

/// Offsets behind the full stops that end a sentence before another one.
fn sentence_ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut code = false;
    let mut chars = text.char_indices().peekable();
    let mut word = 0;
    while let Some((at, ch)) = chars.next() {
        match ch {
            '`' => code = !code,
            ' ' => word = at + 1,
            '.' | '!' | '?' if !code => {
                let mut end = at + 1;
                while let Some((next, '*' | '_' | ')' | '"' | '”')) = chars.peek().copied() {
                    end = next + 1;
                    chars.next();
                }
                while !text.is_char_boundary(end) {
                    end += 1;
                }
                let rest = &text[end..];
                let next =
                    rest.trim_start_matches([' ', '*', '_', '(', '"', '“', '`']).chars().next();
                let apart = rest.starts_with(' ')
                    && next.is_some_and(|ch| ch.is_uppercase() || ch.is_numeric());
                let word = text[word..at + 1].trim_start_matches('(');
                let initial =
                    word.len() == 2 && word.starts_with(|ch: char| ch.is_ascii_uppercase());
                if apart && !initial && !ABBREVIATIONS.contains(&word.to_lowercase().as_str()) {
                    ends.push(end);
                }
            }
            _ => {}
        }
    }
    ends
}

/// Words without the marks of strong emphasis and without struck text; inline code keeps its backticks, which
/// tell it from prose.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        if at % 2 == 1 {
            out.push_str(part);
            continue;
        }
        let mut rest = part;
        while let Some(open) = rest.find("~~") {
            let Some(close) = rest[open + 2..].find("~~") else { break };
            out.push_str(&rest[..open].replace("**", ""));
            rest = &rest[open + 2 + close + 2..];
        }
        out.push_str(&rest.replace("**", ""));
    }
    let mut words = String::with_capacity(out.len());
    for word in out.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        let strong = word.trim_start_matches("__");
        let strong = if strong.contains("__") && strong.ends_with("__") { strong } else { word };
        words.push_str(if word.starts_with("__") { strong.trim_end_matches("__") } else { word });
    }
    words
}

/// The word that makes a statement normative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// SHALL
    Shall,
    /// MUST
    Must,
    /// None of its own: a bullet below a clause.
    Inherited,
}

/// The words of a text that stand neither in inline code nor in quotation marks.
pub(super) fn prose_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        let open = rest.find(['`', '"', '“']);
        let prose = &rest[..open.unwrap_or(rest.len())];
        words.extend(
            prose
                .split(|ch: char| !ch.is_alphanumeric() && ch != '_')
                .filter(|word| !word.is_empty()),
        );
        let Some(open) = open else { return words };
        let mark = rest[open..].chars().next().unwrap_or('`');
        let behind = &rest[open + mark.len_utf8()..];
        let close = if mark == '“' { '”' } else { mark };
        // A mark without its counterpart quotes nothing.
        rest = match behind.find(close) {
            Some(at) => &behind[at + close.len_utf8()..],
            None => behind,
        };
    }
}

/// The keyword of a statement and whether it is negated; nothing if it is not normative.
pub(super) fn normative(text: &str) -> Option<(Keyword, bool)> {
    let words = prose_words(text);
    let at = words.iter().position(|word| *word == "SHALL" || *word == "MUST")?;
    let keyword = if words[at] == "SHALL" { Keyword::Shall } else { Keyword::Must };
    let negated = words.get(at + 1).is_some_and(|word| word.eq_ignore_ascii_case("not"));
    Some((keyword, negated))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_upper_case_words_outside_of_quotes_are_normative() {
        assert_eq!(normative("x SHALL y"), Some((Keyword::Shall, false)));
        assert_eq!(normative("x SHALL not y"), Some((Keyword::Shall, true)));
        assert_eq!(normative("x MUST NOT y"), Some((Keyword::Must, true)));
        assert_eq!(normative("x shall y"), None);
        assert_eq!(normative("the word `SHALL` and \"MUST\""), None);
        assert_eq!(normative("MARSHALL"), None);
        assert_eq!(normative("a 5\" pipe SHALL fit"), Some((Keyword::Shall, false)));
    }

    #[test]
    fn sentences_end_at_full_stops_and_nowhere_else() {
        let mut prose = Prose::new("  It SHALL use `a. B` and", 0);
        prose.push("golang:1.25.5, e.g. Alpine. **Then** it MUST", 30);
        prose.push("stop.", 80);
        let sentences = prose.sentences();
        let texts: Vec<&str> = sentences.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(
            texts,
            ["It SHALL use `a. B` and golang:1.25.5, e.g. Alpine.", "Then it MUST stop."]
        );
        assert_eq!(sentences[0].span, Span::new(2, 57));
        assert_eq!(sentences[1].span, Span::new(58, 85));
    }

    #[test]
    fn struck_words_are_gone_and_code_stays() {
        assert_eq!(plain("**a** ~~x SHALL y~~ `**/b` __c__ __init__.py"), "a `**/b` c __init__.py");
    }
}
