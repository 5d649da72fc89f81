//! Splitting of an instruction's text, each kind as BuildKit does it.

use std::ops::Range;

/// The blanks that part a keyword from the rest, and words of a list.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c | b'\r')
}

/// `range` without the white space at its ends.
pub(super) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or("");
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// The first word and what is behind it.
pub(super) fn first_word(text: &str, range: Range<usize>) -> (Range<usize>, Range<usize>) {
    let range = trim(text, range);
    let part = text.get(range.clone()).unwrap_or("");
    match part.bytes().position(is_blank) {
        None => (range.clone(), range.end..range.end),
        Some(at) => (range.start..range.start + at, trim(text, range.start + at..range.end)),
    }
}

/// Words that blanks part, whatever their quotes.
pub(super) fn blank_words(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, byte) in text.bytes().enumerate().take(range.end).skip(range.start) {
        match (is_blank(byte), start) {
            (true, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| from..range.end));
    words
}

/// Words that white space parts, quotes and the escape character honoured; both stay in the
/// words. An open quote runs to the end.
pub(super) fn quoted_words(text: &str, range: Range<usize>, escape: char) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start: Option<usize> = None;
    let mut quote = None;
    let mut chars = text.get(range.clone()).unwrap_or("").char_indices();
    while let Some((at, ch)) = chars.next() {
        let at = range.start + at;
        match quote {
            None if ch.is_whitespace() => {
                words.extend(start.take().map(|from| from..at));
                continue;
            }
            None if ch == escape => {
                start.get_or_insert(at);
                chars.next();
                continue;
            }
            None if ch == '"' || ch == '\'' => quote = Some(ch),
            Some(open) if ch == open => quote = None,
            Some('"') if ch == escape => {
                chars.next();
            }
            _ => {}
        }
        start.get_or_insert(at);
    }
    words.extend(start.map(|from| from..range.end));
    words
}

/// A builder flag: its range and its text with quotes and escapes taken off.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawFlag {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// The leading words that start with `--`, and where the rest starts.
pub(super) fn flags(text: &str, range: Range<usize>) -> (Vec<RawFlag>, usize) {
    let mut flags = Vec::new();
    let mut at = range.start;
    loop {
        let rest = text.get(at..range.end).unwrap_or("");
        at += rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        if !rest.starts_with("--") {
            return (flags, at);
        }
        let (word, length) = flag_word(rest);
        let end = at + length;
        if word == "--" {
            return (flags, end);
        }
        flags.push(RawFlag { range: at..end, text: word });
        at = end;
    }
}

/// The first word of `rest`, unquoted, and its length as written.
fn flag_word(rest: &str) -> (String, usize) {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = rest.char_indices();
    while let Some((at, ch)) = chars.next() {
        match quote {
            None if ch.is_whitespace() => return (word, at),
            None if ch == '"' || ch == '\'' => quote = Some(ch),
            Some(open) if ch == open => quote = None,
            _ if ch == '\\' => word.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => word.push(ch),
        }
    }
    (word, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> Vec<&str> {
        quoted_words(text, 0..text.len(), '\\').into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn quotes_and_escapes_hold_words_together() {
        assert_eq!(quoted(r#" a="b c" d='e f' g\ h=1"#), [r#"a="b c""#, "d='e f'", r"g\ h=1"]);
        assert_eq!(quoted(r#"a="b \" c" d"#), [r#"a="b \" c""#, "d"]);
        assert_eq!(quoted(r"a='b \' c"), [r"a='b \'", "c"]);
        assert_eq!(quoted("a=\"open b"), ["a=\"open b"]);
    }

    #[test]
    fn flags_end_at_the_first_other_word_or_at_two_dashes() {
        let text = "--from=a  --chown=\"x y\" -- --b";
        let (found, rest) = flags(text, 0..text.len());
        assert_eq!(found[0].text, "--from=a");
        assert_eq!(
            (found[1].text.as_str(), &text[found[1].range.clone()]),
            ("--chown=x y", "--chown=\"x y\"")
        );
        assert_eq!(&text[rest..], " --b");
        assert_eq!(flags("a --b", 0..5), (vec![], 0));
    }

    #[test]
    fn form_feeds_part_words_and_other_white_space_does_not() {
        let text = "FROM\u{c}a\u{a0}b c";
        let (first, rest) = first_word(text, 0..text.len());
        assert_eq!(&text[first], "FROM");
        assert_eq!(blank_words(text, rest).len(), 2);
    }
}
