//! For a clause that nothing binds: the binding that comes closest, and where the clause departs from it.

use rustc_hash::FxHashMap;

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

/// Bindings made ready to be compared with many clauses.
pub struct Nearest<'b> {
    all: Vec<(&'b Binding, Vec<Wanted>)>,
    /// A number for each word of the patterns.
    words: FxHashMap<&'b str, u32>,
}

/// What a pattern wants next: the word of a number, or what a parameter takes.
type Wanted = Option<u32>;

impl<'b> Nearest<'b> {
    /// Makes bindings ready.
    pub fn new(bindings: impl IntoIterator<Item = &'b Binding>) -> Self {
        let mut words = FxHashMap::default();
        let all = bindings.into_iter().map(|it| (it, wanted(&it.then.parts, &mut words)));
        Self { all: all.collect(), words }
    }

    /// The number of the binding that comes closest to a clause, if one comes close.
    pub fn of(&self, clause: &Clause<'_>) -> Option<(usize, Departure)> {
        let words = &clause.words;
        let number = |word: &str| self.words.get(one_of_two(word)).copied();
        let have: Vec<Option<u32>> = words.folded.split(' ').take(MOST_WORDS).map(number).collect();
        let telling = words.folded.split(' ').filter(|it| tells(it)).filter_map(number);
        let telling: Vec<u32> = telling.collect();
        let mut row = Vec::new();
        let mut best: Option<(usize, f64)> = None;
        for (at, (_, wanted)) in self.all.iter().enumerate() {
            let least = best.map_or(LEAST_LIKENESS, |(_, best)| best);
            if !wanted.iter().flatten().any(|word| telling.contains(word)) {
                continue;
            }
            // No more can be in common than the shorter of the two has.
            let most = 2 * wanted.len().min(have.len());
            if (most as f64) < least * (wanted.len() + have.len()) as f64 {
                continue;
            }
            let likeness = likeness(wanted, &have, &mut row);
            if likeness > least || (best.is_none() && likeness >= least) {
                best = Some((at, likeness));
            }
        }
        let (at, likeness) = best?;
        Some((at, departure(self.all.get(at)?.0, clause, words, likeness)))
    }
}

/// `shall` and `must` stand for one another.
fn one_of_two(word: &str) -> &str {
    if word == "must" { "shall" } else { word }
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

/// Words of a pattern or a clause that are compared.
const MOST_WORDS: usize = 64;

/// Whether a word says what a clause is about: these are in most of them.
fn tells(word: &str) -> bool {
    !["shall", "must", "not", "be"].contains(&word)
}

/// The words of a pattern.
fn wanted<'b>(parts: &'b [Part], words: &mut FxHashMap<&'b str, u32>) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut number = |word: &'b str| {
        let next = u32::try_from(words.len()).unwrap_or(u32::MAX);
        Some(*words.entry(one_of_two(word)).or_insert(next))
    };
    for part in parts {
        match part {
            Part::Text(text) => wanted.extend(text.split_whitespace().map(&mut number)),
            Part::OneOf(texts) => wanted.extend(texts.first().map(|it| number(it.trim()))),
            Part::Param(..) => wanted.push(None),
        }
    }
    wanted.truncate(MOST_WORDS);
    wanted
}

/// How many words a pattern and a clause have in common, in order, of all that both have; a parameter is a word that
/// any other may stand for. `row` is room to work in.
fn likeness(wanted: &[Wanted], have: &[Option<u32>], row: &mut Vec<u16>) -> f64 {
    // The longest common subsequence, in halves of a word: a parameter counts for one half.
    row.clear();
    row.resize(have.len() + 1, 0);
    for want in wanted {
        let mut diagonal = 0;
        for at in 0..have.len() {
            let above = row[at + 1];
            let same = match want {
                Some(_) => 2 * u16::from(*want == have[at]),
                None => 1,
            };
            row[at + 1] = above.max(row[at]).max(diagonal + same);
            diagonal = above;
        }
    }
    f64::from(row.last().copied().unwrap_or_default()) / (wanted.len() + have.len()) as f64
}
