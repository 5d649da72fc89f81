use std::ops::Range;

use super::Word;
use super::expand::Expander;
use crate::text::Span;

/// A here-document of `RUN`, `COPY` or `ADD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc<'a> {
    /// `<<WORD` with the file descriptor in front of it.
    pub marker: Word<'a>,
    /// The delimiter without its quotes.
    pub name: String,
    /// Whether variables in the body are expanded; not if any part of the delimiter is quoted.
    pub expand: bool,
    /// Whether it is `<<-`: tabs at the start of each line fall away.
    pub strip_tabs: bool,
    /// The file descriptor in front of `<<`.
    pub descriptor: Option<u32>,
    /// The raw lines, with the line break of the last one; everything up to the end of the file
    /// if the terminator is missing.
    pub body: Span,
    /// The line that ends it, without its line break; empty if it is missing.
    pub terminator: Span,
}

impl Heredoc<'_> {
    /// Whether its end was found.
    pub fn is_terminated(&self) -> bool {
        !self.terminator.is_empty()
    }
}

/// A heredoc that a line announces.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) range: Range<usize>,
    pub(super) name: String,
    pub(super) expand: bool,
    pub(super) strip_tabs: bool,
    pub(super) descriptor: Option<u32>,
}

/// The heredocs of a line, found on its words as a shell would split them.
pub(super) fn markers(line: &str) -> Vec<Marker> {
    if !line.contains("<<") {
        return Vec::new();
    }
    let lexer = Expander::new('\\').raw_quotes().raw_escapes().keep_unset();
    // BuildKit drops the words when they do not lex; such a line announces nothing.
    let Ok(words) = lexer.words(line) else { return Vec::new() };
    let mut markers = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some((word, mut range)) = words.next() {
        let Some((descriptor, strip_tabs, rest)) = split_marker(&word) else { continue };
        let mut delimiter = rest.to_owned();
        if delimiter.is_empty() {
            // Blanks may stand between `<<` and the delimiter.
            let Some((next, next_range)) = words.next_if(|(next, _)| !next.contains('<')) else {
                continue;
            };
            delimiter = next;
            range.end = next_range.end;
        }
        if let Some((name, expand)) = unquote(&delimiter) {
            markers.push(Marker { range, name, expand, strip_tabs, descriptor });
        }
    }
    markers
}

/// `3<<-EOF` as descriptor, tabs, delimiter.
fn split_marker(word: &str) -> Option<(Option<u32>, bool, &str)> {
    let (digits, rest) = word.split_once("<<")?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || rest.contains('<') {
        return None;
    }
    let (strip_tabs, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    Some((digits.parse().ok(), strip_tabs, rest.trim_start()))
}

/// The delimiter without quotes, and whether the body expands.
fn unquote(delimiter: &str) -> Option<(String, bool)> {
    let plain = Expander::new('\\').keep_unset().words(delimiter).ok()?;
    let quoted = Expander::new('\\').keep_unset().raw_quotes().words(delimiter).ok()?;
    match (plain.as_slice(), quoted.as_slice()) {
        ([(name, _)], [(raw, _)]) => Some((name.clone(), name == raw)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<(String, bool, bool)> {
        let all = markers(line).into_iter();
        all.map(|it| (it.name, it.expand, it.strip_tabs)).collect()
    }

    fn one(name: &str, expand: bool, tabs: bool) -> Vec<(String, bool, bool)> {
        vec![(name.to_owned(), expand, tabs)]
    }

    #[test]
    fn delimiters_may_be_quoted_and_may_hold_blanks_or_variables() {
        assert_eq!(names("RUN <<EOF"), one("EOF", true, false));
        assert_eq!(names("RUN <<-'EOF'"), one("EOF", false, true));
        assert_eq!(names("COPY <<\"one two\" /x"), one("one two", false, false));
        assert_eq!(names("COPY <<$EOF /x"), one("$EOF", true, false));
        assert_eq!(names("RUN << EOF"), one("EOF", true, false));
        assert_eq!(names("RUN cat <<A 3<<B").len(), 2);
        assert_eq!(markers("RUN cat 3<<B")[0].descriptor, Some(3));
    }

    #[test]
    fn arithmetic_quotes_and_here_strings_announce_nothing() {
        for line in ["RUN echo \"<<EOF\"", "RUN cat <<<EOF", "RUN echo $((1<<3))", "RUN cat <<"] {
            assert_eq!(names(line), [], "{line}");
        }
    }
}
