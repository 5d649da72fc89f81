//! Patterns: the syntax tree of a Cucumber expression as a list of parts.

use cucumber_expressions::parse::Error;
use cucumber_expressions::{Alternative, Expression, SingleExpression, Spanned};

use super::BindingError;
use super::value::ParamKind;
use crate::text::{Span, did_you_mean};

#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Words, folded.
    Text(String),
    /// One of these texts; an empty one if it may be missing.
    OneOf(Vec<String>),
    /// A parameter.
    Param(ParamKind, String),
}

/// Alternatives that one place may have once their optional texts are written out.
const MAX_ALTERNATIVES: usize = 64;

pub(super) fn parse(pattern: &str) -> Result<Vec<Part>, BindingError> {
    let fail =
        |span: Span, reason: String| BindingError { pattern: pattern.to_owned(), span, reason };
    let expression = Expression::parse(pattern).map_err(|error| {
        let (span, reason) = explain(&error, pattern);
        fail(span, reason)
    })?;
    let mut parts: Vec<Part> = Vec::new();
    for single in expression.0 {
        match single {
            SingleExpression::Text(text) => push_text(&mut parts, &unescape(text.fragment())),
            SingleExpression::Whitespaces(_) => push_text(&mut parts, " "),
            SingleExpression::Optional(optional) => {
                let text = folded(&unescape(optional.0.fragment()));
                parts.push(Part::OneOf(vec![text, String::new()]));
            }
            SingleExpression::Alternation(alternation) => {
                let mut all = Vec::new();
                for single in &alternation.0 {
                    let mut texts = vec![String::new()];
                    for alternative in single {
                        let (text, may_miss) = match alternative {
                            Alternative::Text(text) => (folded(&unescape(text.fragment())), false),
                            Alternative::Optional(it) => (folded(&unescape(it.0.fragment())), true),
                        };
                        let without = if may_miss { texts.clone() } else { Vec::new() };
                        texts.iter_mut().for_each(|it| it.push_str(&text));
                        texts.extend(without);
                        texts.truncate(MAX_ALTERNATIVES);
                    }
                    all.extend(texts);
                }
                all.truncate(MAX_ALTERNATIVES);
                parts.push(Part::OneOf(all));
            }
            SingleExpression::Parameter(parameter) => {
                let name = *parameter.input.fragment();
                let kind = ParamKind::from_name(name).ok_or_else(|| {
                    let start = parameter.input.location_offset();
                    let known: Vec<&str> = ParamKind::names().collect();
                    let near = known.iter().find(|it| strsim::damerau_levenshtein(it, name) <= 2);
                    let hint = match near {
                        Some(near) => did_you_mean(format_args!("{{{near}}}")),
                        None => format!("there are {}", known.join(", ")),
                    };
                    let span = Span::from_range(start..start + name.len());
                    fail(span, format!("there is no parameter type `{name}`; {hint}"))
                })?;
                parts.push(Part::Param(
                    kind,
                    if name.is_empty() { "text".to_owned() } else { name.to_owned() },
                ));
            }
        }
    }
    // Blanks around the whole pattern are none of the words.
    if let Some(Part::Text(first)) = parts.first_mut() {
        *first = first.trim_start().to_owned();
    }
    if let Some(Part::Text(last)) = parts.last_mut() {
        *last = last.trim_end().trim_end_matches(['.', ':']).to_owned();
    }
    let says_nothing = |part: &Part| match part {
        Part::Text(text) => text.is_empty(),
        Part::OneOf(texts) => texts.iter().any(String::is_empty),
        Part::Param(kind, _) => *kind == ParamKind::Text,
    };
    if parts.iter().all(says_nothing) {
        let whole = Span::from_range(0..pattern.len());
        return Err(fail(
            whole,
            "it matches every clause; some words of the clause should stand in it".to_owned(),
        ));
    }
    Ok(shall_or_must(parts))
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text(last)) => {
            last.push_str(text);
            *last = folded(last);
        }
        _ => parts.push(Part::Text(folded(text))),
    }
}

/// Each `shall` and `must` of the texts as one of the two.
fn shall_or_must(parts: Vec<Part>) -> Vec<Part> {
    let mut out = Vec::new();
    for part in parts {
        let Part::Text(text) = part else {
            out.push(part);
            continue;
        };
        let mut plain = String::new();
        for (at, word) in text.split(' ').enumerate() {
            if at > 0 {
                plain.push(' ');
            }
            if word == "shall" || word == "must" {
                if !plain.is_empty() {
                    out.push(Part::Text(std::mem::take(&mut plain)));
                }
                out.push(Part::OneOf(vec!["shall".to_owned(), "must".to_owned()]));
            } else {
                plain.push_str(word);
            }
        }
        if !plain.is_empty() {
            out.push(Part::Text(plain));
        }
    }
    out
}

/// The words up to the first blank that any match starts with.
pub(super) fn lead(parts: &[Part]) -> String {
    match parts.first() {
        Some(Part::Text(text)) => match text.split_once(' ') {
            Some((first, _)) => first.to_owned(),
            None => text.clone(),
        },
        _ => String::new(),
    }
}

/// The longest text that any match has in it.
pub(super) fn rarest(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        Part::Text(text) => Some(text),
        _ => None,
    });
    texts.max_by_key(|text| text.len()).cloned().unwrap_or_default()
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut escaped = false;
    for ch in text.chars() {
        if ch == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(ch);
            escaped = false;
        }
    }
    out
}

fn explain(error: &Error<Spanned<'_>>, pattern: &str) -> (Span, String) {
    let (input, reason) = match error {
        Error::NestedParameter(at) => (at, "a parameter holds no other parameter"),
        Error::OptionalInParameter(at) => (at, "a parameter holds no optional text"),
        Error::UnfinishedParameter(at) => {
            (at, "`{` has no `}`; a brace that is meant as such is written `\\{`")
        }
        Error::NestedOptional(at) => (at, "an optional text holds no other one"),
        Error::ParameterInOptional(at) => (
            at,
            "an optional text holds no parameter; a parenthesis that is meant as such is written `\\(`",
        ),
        Error::EmptyOptional(at) => (at, "the optional text is empty"),
        Error::AlternationInOptional(at) => (
            at,
            "an optional text holds no alternatives; a slash that is meant as such is written `\\/`",
        ),
        Error::UnfinishedOptional(at) => {
            (at, "`(` has no `)`; a parenthesis that is meant as such is written `\\(`")
        }
        Error::EmptyAlternation(at) => {
            (at, "an alternative is empty; a slash that is meant as such is written `\\/`")
        }
        Error::OnlyOptionalInAlternation(at) => {
            (at, "an alternative needs a text that is not optional")
        }
        Error::UnescapedReservedCharacter(at) => {
            (at, "this character is written with `\\` in front if it is meant as such")
        }
        Error::EscapedNonReservedCharacter(at) => {
            (at, "only `{`, `}`, `(`, `)`, `/`, `\\` and blanks are written with `\\` in front")
        }
        Error::EscapedEndOfLine(at) => (at, "nothing stands behind the last `\\`"),
        Error::Other(at, _) => (at, "it cannot be read from here on"),
        _ => return (Span::from_range(0..pattern.len()), "it cannot be read".to_owned()),
    };
    let start = input.location_offset().min(pattern.len());
    let end = (start + input.fragment().len()).min(pattern.len());
    (Span::from_range(start..end), reason.to_owned())
}

/// A text of a pattern in the form in which it is compared.
fn folded(text: &str) -> String {
    let mut out = String::new();
    for ch in text.chars() {
        if ch.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if ch != '`' {
            let mut lower = ch.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(lower), None) if lower.len_utf8() == ch.len_utf8() => out.push(lower),
                _ => out.push(ch),
            }
        }
    }
    out
}
