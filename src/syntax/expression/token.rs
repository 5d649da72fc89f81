use crate::text::Span;

/// A piece of an expression with its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'s> {
    pub(super) span: Span,
    pub(super) kind: TokenKind<'s>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind<'s> {
    Open,
    Close,
    Variable(&'s str),
    Text(&'s str),
    Pattern { source: &'s str, flags: &'s str },
    Null,
    Bool(bool),
    Not,
    Operator(super::Operator),
}

/// The token at the start of `rest`; nothing if there is none. White space must be skipped.
pub(super) fn token(rest: &str) -> Option<(TokenKind<'_>, usize)> {
    let operator = |text: &str, operator| Some((TokenKind::Operator(operator), text.len()));
    match rest.as_bytes() {
        [b'(', ..] => Some((TokenKind::Open, 1)),
        [b')', ..] => Some((TokenKind::Close, 1)),
        [b'$', ..] => {
            let name = rest[1..].bytes().take_while(|it| it.is_ascii_alphanumeric() || *it == b'_');
            let length = name.count();
            (length > 0).then(|| (TokenKind::Variable(&rest[1..=length]), length + 1))
        }
        [quote @ (b'"' | b'\''), ..] => {
            let end = rest[1..].find([char::from(*quote), '\n'])? + 1;
            (rest.as_bytes().get(end) == Some(quote))
                .then(|| (TokenKind::Text(&rest[1..end]), end + 1))
        }
        [b'/', ..] => pattern(rest),
        [b'=', b'=', ..] => operator("==", super::Operator::Equals),
        [b'=', b'~', ..] => operator("=~", super::Operator::Matches),
        [b'!', b'=', ..] => operator("!=", super::Operator::Differs),
        [b'!', b'~', ..] => operator("!~", super::Operator::DoesNotMatch),
        [b'!', ..] => Some((TokenKind::Not, 1)),
        [b'&', b'&', ..] => operator("&&", super::Operator::And),
        [b'|', b'|', ..] => operator("||", super::Operator::Or),
        _ if rest.starts_with("null") => Some((TokenKind::Null, 4)),
        _ => [("true", true), ("false", false)].into_iter().find_map(|(word, value)| {
            let behind = rest.strip_prefix(word)?;
            let ends = !behind.starts_with(|ch: char| ch.is_alphanumeric() || ch == '_');
            ends.then_some((TokenKind::Bool(value), word.len()))
        }),
    }
}

/// `/.../flags`: at least two characters, slashes only behind a backslash, no backslash at the end.
fn pattern(rest: &str) -> Option<(TokenKind<'_>, usize)> {
    let bytes = rest.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'/' if bytes[at - 1] != b'\\' => break,
            _ => at += 1,
        }
    }
    // A slash may be the last character, right before the slash that ends the pattern.
    let end = if bytes.get(at + 1) == Some(&b'/') && at >= 2 { at + 1 } else { at };
    let source = &rest[1..end];
    if source.chars().count() < 2 {
        return None;
    }
    let flags = bytes[end + 1..].iter().take_while(|it| b"ismU".contains(it)).count();
    let length = end + 1 + flags;
    Some((TokenKind::Pattern { source, flags: &rest[end + 1..length] }, length))
}
