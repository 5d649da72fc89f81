//! Variables in texts, as GitLab itself expands them (not the runner, not the shell).

use std::fmt::Write as _;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Anything else, `$$` and `%%` included: they stay.
    Text(&'t str),
    /// `$NAME`, `${NAME}` or `%NAME%`.
    Variable {
        /// As written.
        written: &'t str,
        /// The name alone.
        name: &'t str,
    },
}

/// The text with its variables filled in: `known` gives the value of each, or nothing to leave it
/// as it is written. Values are not looked into again.
pub fn expand(text: &str, known: impl Fn(&str) -> Option<String>) -> String {
    let mut all = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => all.push_str(text),
            Piece::Variable { written, name } => match known(name) {
                Some(value) => all.push_str(&value),
                None => {
                    let _ = write!(all, "{written}");
                }
            },
        }
    }
    all
}

/// The names of the variables in a text.
pub fn variables(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Variable { name, .. } => Some(name),
        Piece::Text(_) => None,
    })
}

/// The text in pieces.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        if !matches!(byte, b'$' | b'%') {
            at += 1;
            continue;
        }
        if bytes.get(at + 1) == Some(byte) {
            at += 2;
            continue;
        }
        let braced = *byte == b'$' && bytes.get(at + 1) == Some(&b'{');
        let start = at + 1 + usize::from(braced);
        let end = start + name_length(&bytes[start..]);
        let close = match byte {
            b'%' => Some(b'%'),
            _ if braced => Some(b'}'),
            _ => None,
        };
        if end == start || close.is_some_and(|close| bytes.get(end) != Some(&close)) {
            at += 1;
            continue;
        }
        let after = end + usize::from(close.is_some());
        if from < at {
            pieces.push(Piece::Text(&text[from..at]));
        }
        pieces.push(Piece::Variable { written: &text[at..after], name: &text[start..end] });
        (from, at) = (after, after);
    }
    if from < text.len() {
        pieces.push(Piece::Text(&text[from..]));
    }
    pieces
}

fn name_length(bytes: &[u8]) -> usize {
    if bytes.first().is_none_or(u8::is_ascii_digit) {
        return 0;
    }
    bytes.iter().take_while(|it| it.is_ascii_alphanumeric() || **it == b'_').count()
}
