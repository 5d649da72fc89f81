//! For a clause that nothing binds: the binding that comes closest, and where the clause departs from it.

use super::matching::{find, furthest};
use super::pattern::Part;
use super::{Binding, Pattern};
use crate::model::spec::Clause;
use crate::model::spec::Words;

/// How a clause departs from a binding.
#[derive(Clone, Debug, PartialEq)]
pub struct Departure {
    /// Whether the words of the clause match and none of its Given and When steps does.
    pub in_given: bool,
    /// The word at which it departs; empty at the end of the clause.
    pub found: String,
    /// What the pattern wants there; empty at the end of the pattern.
    pub expected: String,
    /// How much the words have in common, from 0 to 1.
    pub likeness: f64,
}

/// Clauses that have less in common with every pattern are not near to any.
const LEAST_LIKENESS: f64 = 0.5;

/// The number of the binding that comes closest to a clause, if one comes close.
pub fn nearest<'b>(
    clause: &Clause<'_>,
    bindings: impl IntoIterator<Item = &'b Binding>,
) -> Option<(usize, Departure)> {
    let words = &clause.words;
    let mut best: Option<(usize, Departure)> = None;
    for (at, binding) in bindings.into_iter().enumerate() {
        let likeness = likeness(&binding.then.parts, words);
        let better = best.as_ref().is_none_or(|(_, best)| likeness > best.likeness);
        if likeness >= LEAST_LIKENESS && better {
            best = Some((at, departure(binding, clause, words, likeness)));
        }
    }
    best
}

fn departure(binding: &Binding, clause: &Clause<'_>, words: &Words, likeness: f64) -> Departure {
    if find(&binding.then.parts, words).is_none() {
        return depart(&binding.then, words, likeness, false);
    }
    let Some(given) = &binding.given else { return depart(&binding.then, words, likeness, false) };
    // The step that gets furthest.
    let steps = clause.context.iter().map(|(step, _)| Words::new(step));
    let step = steps.max_by_key(|step| furthest(&given.parts, step).0);
    depart(given, &step.unwrap_or_else(|| Words::new("")), likeness, true)
}

fn depart(pattern: &Pattern, words: &Words, likeness: f64, in_given: bool) -> Departure {
    let (mut at, part) = furthest(&pattern.parts, words);
    let mut expected = String::new();
    match pattern.parts.get(part) {
        Some(Part::Text(text)) => {
            // Words of the text that do match are passed over.
            let mut same = 0;
            for (a, b) in text.char_indices().zip(words.folded[at..].chars()) {
                if a.1 != b {
                    break;
                }
                same = a.0 + a.1.len_utf8();
            }
            let word = text[..same].rfind(' ').map_or(0, |blank| blank + 1);
            at += word;
            text[word..].split(' ').next().unwrap_or_default().clone_into(&mut expected);
        }
        Some(Part::OneOf(texts)) => {
            let shown: Vec<&str> =
                texts.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
            expected = shown.join("/");
        }
        Some(Part::Param(_, name)) => expected = format!("{{{name}}}"),
        None => {}
    }
    let found = words.written[at..].split_whitespace().next().unwrap_or_default().to_owned();
    Departure { in_given, found, expected, likeness }
}

/// How many words a pattern and a clause have in common, in order, of all that both have; a parameter is a word that
/// any other may stand for.
fn likeness(parts: &[Part], words: &Words) -> f64 {
    const MOST_WORDS: usize = 64;
    let mut wanted: Vec<Option<&str>> = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => wanted.extend(text.split_whitespace().map(Some)),
            Part::OneOf(texts) => wanted.extend(texts.first().map(|it| Some(it.trim()))),
            Part::Param(..) => wanted.push(None),
        }
    }
    wanted.truncate(MOST_WORDS);
    let have: Vec<&str> = words.folded.split(' ').take(MOST_WORDS).collect();
    // The longest common subsequence; a parameter counts for half a word.
    let mut row = vec![0.0_f64; have.len() + 1];
    for want in &wanted {
        let mut diagonal = 0.0;
        for (at, word) in have.iter().enumerate() {
            let above = row[at + 1];
            let same = match want {
                Some(want) if want == word || (*want == "shall" && *word == "must") => 1.0,
                Some(_) => 0.0,
                None => 0.5,
            };
            row[at + 1] = above.max(row[at]).max(diagonal + same);
            diagonal = above;
        }
    }
    let common = row.last().copied().unwrap_or_default();
    2.0 * common / (wanted.len() + have.len()) as f64
}
