//! How a rule recognises a clause: Cucumber expressions over its words, with typed parameters.

use cucumber_expressions::{Alternative, Expression, SingleExpression};

use super::BindingSource;
use crate::model::spec::{Clause, Param, Params};
use crate::text::{Location, Span};

/// A binding, ready to be matched.
#[derive(Clone, Debug)]
pub struct Binding {
    given: Option<Vec<Part>>,
    then: Vec<Part>,
}

/// Why a pattern is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no Cucumber expression: {reason}")]
pub struct BindingError {
    /// The pattern.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

#[derive(Clone, Debug)]
enum Part {
    /// Words, in lower case, blanks folded.
    Text(String),
    /// A text that may be missing.
    Optional(String),
    /// One of these texts.
    OneOf(Vec<Vec<Part>>),
    /// A parameter.
    Param(ParamKind, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParamKind {
    /// Without blanks.
    Word,
    /// A reference of an image.
    Image,
    /// A path of a file.
    Path,
    /// A name without blanks.
    Job,
    /// Names, `lint or test`, `lint, test and build`.
    Jobs,
    Policy,
    /// In quotes.
    Quoted,
    Version,
    Integer,
    Float,
    Percent,
    Size,
    Duration,
    /// Anything.
    Text,
}

/// The parameter types by name.
const KINDS: [(&str, ParamKind); 17] = [
    ("word", ParamKind::Word),
    ("name", ParamKind::Word),
    ("image", ParamKind::Image),
    ("path", ParamKind::Path),
    ("job", ParamKind::Job),
    ("jobs", ParamKind::Jobs),
    ("policy", ParamKind::Policy),
    ("string", ParamKind::Quoted),
    ("version", ParamKind::Version),
    ("int", ParamKind::Integer),
    ("count", ParamKind::Integer),
    ("float", ParamKind::Float),
    ("percent", ParamKind::Percent),
    ("size", ParamKind::Size),
    ("duration", ParamKind::Duration),
    ("text", ParamKind::Text),
    ("", ParamKind::Text),
];

impl Binding {
    /// Reads the patterns of a binding.
    ///
    /// # Errors
    /// Fails on a pattern that is no Cucumber expression, and on a parameter type that is not known.
    pub fn compile(source: &BindingSource) -> Result<Self, BindingError> {
        let given = source.given.as_ref().map(|pattern| compile(pattern)).transpose()?;
        Ok(Self { given, then: compile(&source.then)? })
    }

    /// What the binding reads from a clause; nothing if it does not speak of it. The pattern for `given`
    /// may match any of the scenario's Given and When steps.
    pub fn matches(&self, clause: &Clause<'_>) -> Option<Params> {
        let mut params = Params::default();
        params.all.extend(read(&self.then, &clause.text, clause.at, clause)?);
        if let Some(given) = &self.given {
            let steps = clause.context.iter();
            let mut read = steps.filter_map(|(step, at)| read(given, step, *at, clause));
            params.all.extend(read.next()?);
        }
        Some(params)
    }
}

fn compile(pattern: &str) -> Result<Vec<Part>, BindingError> {
    let fail = |reason: String| BindingError { pattern: pattern.to_owned(), reason };
    let expression = Expression::parse(pattern).map_err(|error| fail(error.to_string()))?;
    let mut parts: Vec<Part> = Vec::new();
    for single in expression.0 {
        match single {
            SingleExpression::Text(text) => push_text(&mut parts, &unescape(text.fragment())),
            SingleExpression::Whitespaces(_) => push_text(&mut parts, " "),
            SingleExpression::Optional(optional) => {
                parts.push(Part::Optional(normal(&unescape(optional.0.fragment()))));
            }
            SingleExpression::Alternation(alternation) => {
                let alternatives = alternation.0.iter().map(|alternatives| {
                    alternatives
                        .iter()
                        .map(|alternative| match alternative {
                            Alternative::Text(text) => {
                                Part::Text(normal(&unescape(text.fragment())))
                            }
                            Alternative::Optional(it) => {
                                Part::Optional(normal(&unescape(it.0.fragment())))
                            }
                        })
                        .collect()
                });
                parts.push(Part::OneOf(alternatives.collect()));
            }
            SingleExpression::Parameter(parameter) => {
                let name = *parameter.input.fragment();
                let kind = KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
                let kind = kind.ok_or_else(|| {
                    let known: Vec<&str> =
                        KINDS.iter().map(|(known, _)| *known).filter(|it| !it.is_empty()).collect();
                    fail(format!(
                        "there is no parameter type `{name}`; there are {}",
                        known.join(", ")
                    ))
                })?;
                parts.push(Part::Param(kind, name.to_owned()));
            }
        }
    }
    Ok(parts)
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    let text = normal(text);
    match parts.last_mut() {
        Some(Part::Text(last)) => {
            last.push_str(&text);
            *last = normal(last);
        }
        _ => parts.push(Part::Text(text)),
    }
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

/// Lower case with single blanks; marks of emphasis and code are not words.
fn normal(text: &str) -> String {
    let mut out = String::new();
    for ch in text.chars() {
        if ch.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if ch != '`' {
            out.extend(ch.to_lowercase());
        }
    }
    out
}

/// The words of a clause as they are matched, and as they are written.
struct Words {
    /// Lower case.
    folded: Vec<char>,
    /// The same number of characters, as written.
    written: Vec<char>,
}

impl Words {
    fn new(text: &str) -> Self {
        let text = text.trim().trim_end_matches(['.', ':', ';']).trim_end();
        let mut words = Self { folded: Vec::new(), written: Vec::new() };
        for ch in text.chars().filter(|ch| *ch != '`') {
            let ch = if ch.is_whitespace() { ' ' } else { ch };
            if ch == ' ' && words.written.last() == Some(&' ') {
                continue;
            }
            words.folded.push(ch.to_lowercase().next().unwrap_or(ch));
            words.written.push(ch);
        }
        words
    }
}

fn read(parts: &[Part], text: &str, at: Location, clause: &Clause<'_>) -> Option<Vec<Param>> {
    let words = Words::new(text);
    let mut found = Vec::new();
    if !matches(parts, &words, 0, &mut found, &mut 0) {
        return None;
    }
    let mut params = Vec::new();
    let mut from = at.span.start;
    for (kind, name, start, end) in found {
        let text: String = words.written[start..end].iter().collect();
        let text = text.trim_matches('"').trim().to_owned();
        // The words in the file behind the parameter before.
        let rest = clause.source.slice(Span::new(from, at.span.end));
        let at = match rest.find(&text) {
            Some(offset) => {
                let start = from + u32::try_from(offset).unwrap_or(0);
                let span = Span::new(start, start + u32::try_from(text.len()).unwrap_or(0));
                from = span.end;
                clause.source.at(span)
            }
            None => at,
        };
        params.push(Param { name, number: number(kind, &text), relation: None, text, at });
    }
    Some(params)
}

type Found = (ParamKind, String, usize, usize);

/// Steps that one match may take; patterns with several free texts could take very many.
const MAX_STEPS: u32 = 20_000;

fn matches(
    parts: &[Part],
    words: &Words,
    at: usize,
    found: &mut Vec<Found>,
    steps: &mut u32,
) -> bool {
    *steps += 1;
    if *steps > MAX_STEPS {
        return false;
    }
    let Some((part, rest)) = parts.split_first() else { return at == words.folded.len() };
    match part {
        Part::Text(text) => {
            literal(text, words, at).is_some_and(|end| matches(rest, words, end, found, steps))
        }
        Part::Optional(text) => {
            let with = literal(text, words, at);
            with.is_some_and(|end| matches(rest, words, end, found, steps))
                || matches(rest, words, at, found, steps)
        }
        Part::OneOf(alternatives) => alternatives.iter().any(|alternative| {
            let all: Vec<Part> = alternative.iter().chain(rest).cloned().collect();
            matches(&all, words, at, found, steps)
        }),
        Part::Param(kind, name) => {
            // The longest first, but for free text.
            let mut ends: Vec<usize> =
                (at + 1..=words.folded.len()).filter(|end| fits(*kind, words, at, *end)).collect();
            if !matches!(kind, ParamKind::Text | ParamKind::Jobs) {
                ends.reverse();
            }
            for end in ends {
                found.push((*kind, name.clone(), at, end));
                let count = found.len();
                if matches(rest, words, end, found, steps) {
                    return true;
                }
                found.truncate(count - 1);
            }
            false
        }
    }
}

fn literal(text: &str, words: &Words, at: usize) -> Option<usize> {
    let mut end = at;
    for ch in text.chars() {
        if words.folded.get(end) != Some(&ch) {
            return None;
        }
        end += 1;
    }
    Some(end)
}

fn fits(kind: ParamKind, words: &Words, start: usize, end: usize) -> bool {
    let chars = &words.written[start..end];
    let (Some(first), Some(last)) = (chars.first(), chars.last()) else { return false };
    if *first == ' ' || *last == ' ' {
        return false;
    }
    let blank = chars.contains(&' ');
    let next_is_word = words.written.get(end).is_some_and(|ch| ch.is_alphanumeric());
    let text = || chars.iter().collect::<String>();
    match kind {
        ParamKind::Text => true,
        ParamKind::Quoted => {
            chars.len() >= 2
                && *first == '"'
                && *last == '"'
                && !chars[1..chars.len() - 1].contains(&'"')
        }
        ParamKind::Word | ParamKind::Job => !blank && !",;()".contains(*last),
        ParamKind::Jobs => chars.iter().all(|ch| ch.is_alphanumeric() || " ,-_/:.".contains(*ch)),
        ParamKind::Image | ParamKind::Path => {
            !blank && chars.iter().all(|ch| ch.is_alphanumeric() || "._-/:@$*{}".contains(*ch))
        }
        ParamKind::Policy => {
            ["pull", "push", "pull-push"].contains(&text().to_lowercase().as_str()) && !next_is_word
        }
        ParamKind::Version => {
            first.is_ascii_digit()
                && chars.iter().all(|ch| ch.is_ascii_alphanumeric() || ".-+".contains(*ch))
                && !next_is_word
        }
        ParamKind::Integer => chars.iter().all(char::is_ascii_digit) && !next_is_word,
        ParamKind::Float | ParamKind::Percent | ParamKind::Size | ParamKind::Duration => {
            number(kind, &text()).is_some() && !next_is_word
        }
    }
}

/// The number that the words of a parameter stand for: a count, percent, bytes, seconds.
fn number(kind: ParamKind, text: &str) -> Option<f64> {
    match kind {
        ParamKind::Integer | ParamKind::Float => text.parse().ok(),
        ParamKind::Percent => percent(text),
        ParamKind::Size => size(text),
        ParamKind::Duration => duration(text),
        _ => None,
    }
}

fn leading_number(text: &str) -> Option<(f64, &str)> {
    let len = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, rest) = text.split_at(len);
    Some((number.parse().ok()?, rest.trim_start()))
}

/// `5%`, `5 %`, `5 percent`
pub(super) fn percent(text: &str) -> Option<f64> {
    let (number, unit) = leading_number(text.trim())?;
    matches!(unit, "%" | "percent").then_some(number)
}

/// `215MB` in bytes; `MiB` counts in powers of two.
fn size(text: &str) -> Option<f64> {
    let (number, unit) = leading_number(text.trim())?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "b" | "bytes" | "byte" => 1.0,
        "kb" | "k" => 1e3,
        "mb" | "m" => 1e6,
        "gb" | "g" => 1e9,
        "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some(number * factor)
}

/// `24 hours`, `1 day`, `90 minutes`, in seconds.
fn duration(text: &str) -> Option<f64> {
    let (number, unit) = leading_number(text.trim())?;
    let unit = unit.to_ascii_lowercase();
    let factor = match unit.strip_suffix('s').filter(|it| !it.is_empty()).unwrap_or(&unit) {
        "s" | "sec" | "second" => 1.0,
        "m" | "min" | "minute" => 60.0,
        "h" | "hr" | "hour" => 3600.0,
        "d" | "day" => 86_400.0,
        "w" | "week" => 604_800.0,
        "month" => 2_592_000.0,
        _ => return None,
    };
    Some(number * factor)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::model::MemoryFiles;
    use crate::model::spec::Spec;

    fn bind(
        given: Option<&'static str>,
        then: &'static str,
        steps: &str,
    ) -> Option<Vec<(String, String, Option<f64>)>> {
        let text =
            format!("## ADDED Requirements\n### Requirement: R\n#### Scenario: S\n{steps}\n");
        let files = MemoryFiles::new([("spec.md", text)]);
        let spec = Spec::from_files(files.sources().iter());
        let source = BindingSource { given: given.map(Cow::Borrowed), then: Cow::Borrowed(then) };
        let binding = Binding::compile(&source).unwrap();
        let params = binding.matches(spec.clauses.last().unwrap())?;
        for param in &params.all {
            assert_eq!(files.sources().get(param.at.source).slice(param.at.span), param.text);
        }
        Some(params.all.into_iter().map(|it| (it.name, it.text, it.number)).collect())
    }

    #[test]
    fn parameters_are_read_from_the_words() {
        let image = bind(
            None,
            "image SHALL use {image} as base",
            "**Then** Image SHALL use `golang:1.25.5-alpine3.23` as base.",
        );
        assert_eq!(image.unwrap()[0].1, "golang:1.25.5-alpine3.23");
        let plain = bind(
            None,
            "image SHALL use {image} as base",
            "**Then** image SHALL use golang:1.25 as base",
        );
        assert_eq!(plain.unwrap()[0].1, "golang:1.25");
        let size = bind(
            None,
            "size reduction SHALL be at least {percent} compared to {word} {size}",
            "**And** size reduction SHALL be at least 70% compared to Debian 807MB",
        )
        .unwrap();
        assert_eq!(size[0].2, Some(70.0));
        assert_eq!(size[2].2, Some(807e6));
        assert_eq!(
            bind(None, "expiration SHALL be {duration}", "Then expiration SHALL be 24 hours")
                .unwrap()[0]
                .2,
            Some(86_400.0)
        );
    }

    #[test]
    fn the_given_step_must_match_as_well() {
        let steps =
            "**Given** lint or test job runs\n**When** x\n**Then** cache policy SHALL be pull only";
        assert!(
            bind(Some("setup job runs"), "cache policy SHALL be {policy} only", steps).is_none()
        );
        let found =
            bind(Some("{jobs} job runs"), "cache policy SHALL be {policy} only", steps).unwrap();
        assert_eq!((found[0].1.as_str(), found[1].1.as_str()), ("pull", "lint or test"));
    }

    #[test]
    fn a_pattern_that_is_none_is_told() {
        let source = BindingSource { given: None, then: Cow::Borrowed("x {nonsense}") };
        assert!(Binding::compile(&source).unwrap_err().reason.contains("nonsense"));
    }
}
