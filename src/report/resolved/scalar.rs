use crate::model::gitlab::{Entry, KeyKind, Value, ValueKind};
use crate::report::style::visible_char;
use crate::syntax::yaml::is_text;

/// A scalar as YAML.
pub(super) enum Scalar {
    /// It stands on the line of its key.
    Line(String),
    /// `|` with what stands behind it, and the lines.
    Block(String, Vec<String>),
}

/// The scalar of a value; nothing for a collection that is not empty.
pub(super) fn scalar(value: &Value<'_>) -> Option<Scalar> {
    Some(Scalar::Line(match &value.kind {
        ValueKind::Null | ValueKind::Unknown(_) | ValueKind::Reference(_) => "null".to_owned(),
        ValueKind::Float(number) if number.is_nan() => ".nan".to_owned(),
        ValueKind::Float(number) if number.is_infinite() => {
            if *number > 0.0 { ".inf" } else { "-.inf" }.to_owned()
        }
        ValueKind::Bool(_) | ValueKind::Int(_) | ValueKind::BigInt(_) | ValueKind::Float(_) => {
            value.to_text().unwrap_or_default().into_owned()
        }
        ValueKind::Symbol(name) => symbol(name),
        ValueKind::Str(text) => match block(text) {
            Some((header, lines)) => return Some(Scalar::Block(header, lines)),
            None => quoted(text),
        },
        ValueKind::Seq(items) if items.is_empty() => "[]".to_owned(),
        ValueKind::Map(map) if map.is_empty() => "{}".to_owned(),
        ValueKind::Seq(_) | ValueKind::Map(_) => return None,
    }))
}

/// The key of an entry.
pub(super) fn key(entry: &Entry<'_>) -> String {
    match entry.key_kind {
        KeyKind::Str | KeyKind::Collection => quoted(&entry.key),
        KeyKind::Null => "null".to_owned(),
        KeyKind::Number | KeyKind::Bool => entry.key.to_string(),
    }
}

/// A text of several lines as a block; nothing if it cannot be one or need not. Empty lines at its end
/// would run into those between entries.
fn block(text: &str) -> Option<(String, Vec<String>)> {
    let content = text.strip_suffix('\n').unwrap_or(text);
    let fits = |ch: char| ch == '\n' || visible_char(ch) == ch;
    let is_block = text.contains('\n') && !content.ends_with('\n') && !content.trim().is_empty();
    if !is_block || !text.chars().all(fits) {
        return None;
    }
    // Where the first line starts with a blank, the indentation could not be told from it.
    let indent = if text.starts_with([' ', '\t', '\n']) { "2" } else { "" };
    let chomp = if content.len() == text.len() { "-" } else { "" };
    let lines = content.split('\n').map(str::to_owned).collect();
    Some((format!("|{indent}{chomp}"), lines))
}

/// A text on one line, quoted where it has to be.
pub(in crate::report) fn quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let visible = text.chars().all(|ch| ch != '\t' && visible_char(ch) == ch);
    if !visible || text.contains('\'') && !text.contains(['"', '\\']) {
        return escaped(text);
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether a text needs no quotes, neither for the loader nor for other readers of YAML.
fn is_plain(text: &str) -> bool {
    let starts_well = text
        .starts_with(|ch: char| ch.is_alphanumeric() || matches!(ch, '$' | '_' | '/' | '.' | '('));
    let like_number = || {
        let number = |ch: char| {
            ch.is_ascii_digit() || "+-.,:_".contains(ch) || "xXoOeEabcdefABCDEF".contains(ch)
        };
        text.starts_with(|ch: char| ch.is_ascii_digit() || ch == '.') && text.chars().all(number)
    };
    let like_word = || matches!(text, "y" | "Y" | "n" | "N" | "=" | "...");
    let seems_safe = starts_well
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(|ch| ch != '\t' && visible_char(ch) == ch);
    seems_safe && !like_number() && !like_word() && is_text(text)
}

fn escaped(text: &str) -> String {
    let mut all = String::with_capacity(text.len() + 2);
    all.push('"');
    for ch in text.chars() {
        match ch {
            '"' => all.push_str("\\\""),
            '\\' => all.push_str("\\\\"),
            '\n' => all.push_str("\\n"),
            '\t' => all.push_str("\\t"),
            '\r' => all.push_str("\\r"),
            _ if visible_char(ch) == ch => all.push(ch),
            _ => match u32::from(ch) {
                code @ 0..=0xff => all.push_str(&format!("\\x{code:02x}")),
                code @ 0x100..=0xffff => all.push_str(&format!("\\u{code:04x}")),
                code => all.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    all.push('"');
    all
}

fn symbol(name: &str) -> String {
    let wordy = name.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == '_');
    if wordy && name.starts_with(|ch: char| ch.is_ascii_alphabetic()) {
        format!(":{name}")
    } else {
        format!("!ruby/symbol {}", escaped(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_read_as_something_else_are_quoted() {
        for text in [
            "",
            "yes",
            "No",
            "on",
            "null",
            "~",
            "0755",
            "1.10",
            "1_000",
            "12:30",
            "1e3",
            "0o17",
            "2024-01-01",
            ":a",
            "- a",
            "a: b",
            "a #b",
            "a:",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "#a",
            "{a",
            "[a",
            "|",
            ">",
            "'a",
            "\"a",
            " a",
            "a ",
            "...",
            "y",
            "=",
        ] {
            assert_ne!(quoted(text), text, "{text}");
        }
        for text in
            ["make", "$A", "a:b", "golang:1.25.5-alpine3.23", "./x && y", "a#b", "it's", "v1.0"]
        {
            assert_eq!(quoted(text), text);
        }
    }

    #[test]
    fn lines_become_blocks_that_keep_their_ends() {
        let header = |text: &str| block(text).map(|(header, _)| header);
        assert_eq!(header("a\nb").as_deref(), Some("|-"));
        assert_eq!(header("a\nb\n").as_deref(), Some("|"));
        assert_eq!(header("a\n\n"), None);
        assert_eq!(header("  a\nb\n").as_deref(), Some("|2"));
        assert_eq!(header("a\r\nb"), None);
        assert_eq!(header("\n"), None);
        assert_eq!(quoted("a\r\nb"), "\"a\\r\\nb\"");
    }
}
