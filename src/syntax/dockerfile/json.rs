//! JSON arrays of strings with the place of each string.

use std::borrow::Cow;
use std::ops::Range;

/// What a text is that may be a JSON array of strings.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Json<'t> {
    /// An array of strings: each decoded, with its range (quotes included).
    Strings(Vec<(Cow<'t, str>, Range<usize>)>),
    /// A JSON array in which something is no string.
    OtherArray,
    /// No JSON array.
    Not,
}

/// Reads `text` as one JSON array, with nothing but blanks around it.
pub(super) fn read(text: &str) -> Json<'_> {
    if !text.starts_with('[') {
        return Json::Not;
    }
    match strings(text) {
        Some(strings) => Json::Strings(strings),
        None if serde_json::from_str::<Vec<serde::de::IgnoredAny>>(text).is_ok() => {
            Json::OtherArray
        }
        None => Json::Not,
    }
}

fn strings(text: &str) -> Option<Vec<(Cow<'_, str>, Range<usize>)>> {
    let bytes = text.as_bytes();
    let blank = |mut at: usize| {
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        at
    };
    let mut found = Vec::new();
    let mut at = blank(1);
    if bytes.get(at) == Some(&b']') {
        return (blank(at + 1) == bytes.len()).then_some(found);
    }
    loop {
        let end = string_end(bytes, at)?;
        found.push((decode(text.get(at + 1..end - 1)?)?, at..end));
        at = blank(end);
        match bytes.get(at)? {
            b',' => at = blank(at + 1),
            b']' => return (blank(at + 1) == bytes.len()).then_some(found),
            _ => return None,
        }
    }
}

/// The end of the JSON string that starts at `at`, past its closing quote.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            0..=0x1f => return None,
            _ => at += 1,
        }
    }
}

fn decode(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains('\\') {
        return Some(Cow::Borrowed(raw));
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at)?);
        let code = rest[at + 1..].chars().next()?;
        rest = rest.get(at + 1 + code.len_utf8()..)?;
        match code {
            '"' | '\\' | '/' => out.push(code),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let unit = hex(rest)?;
                rest = rest.get(4..)?;
                let low = rest.strip_prefix("\\u").and_then(hex);
                match (unit, low) {
                    (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                        let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        rest = rest.get(6..)?;
                    }
                    // Go's decoder puts the replacement character for half a pair.
                    _ => out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
                }
            }
            _ => return None,
        }
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}

fn hex(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    let all_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if all_hex { u32::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        match read(text) {
            Json::Strings(strings) => strings.into_iter().map(|it| it.0.into_owned()).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn strings_are_decoded_and_placed() {
        assert_eq!(texts(r#"[ "a" , "b\"c\u00e9\ud83d\ude80\ud800" ]"#), ["a", "b\"cé🚀\u{fffd}"]);
        let Json::Strings(strings) = read(r#"["a", "é"]"#) else { panic!() };
        assert_eq!(strings[1].1, 6..10);
        assert!(texts("[]").is_empty());
    }

    #[test]
    fn near_misses_are_no_arrays() {
        for text in ["", "['a']", "[\"a\",]", "[\"a\"", "[\"a\"] # c", "[\"c:\\d\"]", "[\"a\nb\"]"]
        {
            assert_eq!(read(text), Json::Not, "{text}");
        }
        assert_eq!(read("[\"a\", 1]"), Json::OtherArray);
    }
}
