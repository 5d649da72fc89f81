//! How a rule recognises a clause: Cucumber expressions over its words, with typed parameters.
//!
//! Letters match without regard to case, blanks are folded, marks of emphasis and code and a full stop at the end
//! are not looked at. `SHALL` and `MUST` in a pattern stand for one another.

mod matching;
mod nearest;
mod pattern;
mod stub;
mod value;

pub use nearest::{Departure, Nearest};
pub use stub::{pattern_for, stub};
pub use value::{parse_percent, relation_before};

use self::matching::{Found, find};
use self::pattern::{Part, lead, parse, rarest};
use super::BindingSource;
use crate::model::spec::{Clause, Param, Params, Words};
use crate::text::{Location, Span};

/// A binding, ready to be matched.
#[derive(Clone, Debug)]
pub struct Binding {
    given: Option<Pattern>,
    then: Pattern,
}

#[derive(Clone, Debug)]
struct Pattern {
    parts: Vec<Part>,
    /// The words that any match starts with, folded, up to the first blank.
    lead: String,
    /// The longest words that any match has.
    rarest: String,
}

/// Why a pattern is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no Cucumber expression: {reason}")]
pub struct BindingError {
    /// The pattern.
    pub pattern: String,
    /// The bytes of the pattern that are wrong.
    pub span: Span,
    /// What is wrong with them.
    pub reason: String,
}

impl Binding {
    /// Reads the patterns of a binding.
    ///
    /// # Errors
    /// Fails on a pattern that is no Cucumber expression, and on a parameter type that is not known.
    pub fn compile(source: &BindingSource) -> Result<Self, BindingError> {
        let compile = |pattern: &str| {
            let parts = parse(pattern)?;
            let (lead, rarest) = (lead(&parts), rarest(&parts));
            Ok(Pattern { parts, lead, rarest })
        };
        let given = source.given.as_ref().map(|pattern| compile(pattern)).transpose()?;
        Ok(Self { given, then: compile(&source.then)? })
    }

    /// The names of the parameters that it reads.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        let patterns = self.given.iter().chain([&self.then]);
        patterns.flat_map(|pattern| &pattern.parts).filter_map(|part| match part {
            Part::Param(_, name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Sentences that it matches, for the Given step, if it has a pattern for one, and for the clause.
    pub fn sentences(&self) -> (Option<String>, String) {
        let sentence = |pattern: &Pattern| {
            let mut out = String::new();
            for part in &pattern.parts {
                match part {
                    Part::Text(text) => out.push_str(text),
                    Part::OneOf(texts) => match texts.first().map(String::as_str) {
                        Some("shall") => out.push_str("SHALL"),
                        Some(text) => out.push_str(text),
                        None => {}
                    },
                    Part::Param(kind, _) => out.push_str(kind.example()),
                }
            }
            out
        };
        (self.given.as_ref().map(sentence), sentence(&self.then))
    }

    /// What the binding reads from a clause; nothing if it does not speak of it. The pattern for `given`
    /// may match any of the scenario's Given and When steps.
    pub fn matches(&self, clause: &Clause<'_>) -> Option<Params> {
        let mut params = Params::default();
        params.all.extend(read(&self.then, &clause.words, (&clause.text, clause.at), clause)?);
        if let Some(given) = &self.given {
            let steps = clause.context.iter();
            let mut read =
                steps.filter_map(|(step, at)| read(given, &Words::new(step), (step, *at), clause));
            params.all.extend(read.next()?);
        }
        Some(params)
    }
}

/// Matches the words of `text`, which stands at `at`.
fn read(
    pattern: &Pattern,
    words: &Words,
    (text, at): (&str, Location),
    clause: &Clause<'_>,
) -> Option<Vec<Param>> {
    // Nearly all clauses are told apart by these.
    if !words.folded.starts_with(&pattern.lead) || !words.folded.contains(&pattern.rarest) {
        return None;
    }
    let found = find(&pattern.parts, words)?;
    let mut from = at.span.start;
    let params = found.into_iter().map(|found| {
        let place = place(&found, words, text, at, &mut from, clause);
        param(&found, words, place)
    });
    Some(params.collect())
}

fn param(found: &Found<'_>, words: &Words, at: Location) -> Param {
    let written = &words.written[found.start..found.end];
    let (relation, bare) = value::relation_of(found.kind, written);
    let relation = relation.or_else(|| value::relation_before(&words.written[..found.start]));
    let text = bare.trim_matches('"').trim().to_owned();
    let number = value::number(found.kind, bare);
    let relation = if number.is_some() { relation } else { None };
    Param { name: found.name.to_owned(), number, relation, text, at }
}

/// Where the words of a parameter stand in the file. `from` is where the one before it ended.
fn place(
    found: &Found<'_>,
    words: &Words,
    text: &str,
    at: Location,
    from: &mut u32,
    clause: &Clause<'_>,
) -> Location {
    let offset = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    let (_, bare) = value::relation_of(found.kind, &words.written[found.start..found.end]);
    let bare = bare.trim_matches('"').trim();
    // The written words are a part of the text, so their distance to its start is known.
    let lead = words.written[found.start..found.end].find(bare).unwrap_or(0);
    let start = words.offset_in(text, found.start + lead);
    if clause.source.slice(at.span) == text {
        let end = at.span.start + offset(words.offset_in(text, found.start + lead + bare.len()));
        let start = at.span.start + offset(start);
        *from = end;
        return clause.source.at(Span::new(start, end.max(start)));
    }
    let rest = clause.source.slice(Span::new(*from, at.span.end));
    match rest.find(bare) {
        Some(found) if !bare.is_empty() => {
            let start = *from + offset(found);
            *from = start + offset(bare.len());
            clause.source.at(Span::new(start, *from))
        }
        _ => at,
    }
}

#[cfg(test)]
mod tests;
