//! Matching the parts of a pattern against words, with a bound on the work.

use super::pattern::Part;
use super::value::{ParamKind, number_lengths};
use crate::model::spec::Words;

/// A parameter that was found: its words are `start..end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'b> {
    pub(super) kind: ParamKind,
    pub(super) name: &'b str,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Steps that one match may take; patterns with several free texts could take very many.
const MAX_STEPS: u32 = 4_000;

/// The parameters, if the whole of the words matches.
pub(super) fn find<'b>(parts: &'b [Part], words: &Words) -> Option<Vec<Found<'b>>> {
    let mut search = Search { words, found: Vec::new(), steps: 0, furthest: (0, 0) };
    search.run(parts, 0, 0).then_some(search.found)
}

/// How far a match gets: the offset in the words and the part of the pattern that is wanted there.
pub(super) fn furthest(parts: &[Part], words: &Words) -> (usize, usize) {
    let mut search = Search { words, found: Vec::new(), steps: 0, furthest: (0, 0) };
    search.run(parts, 0, 0);
    search.furthest
}

struct Search<'b, 'w> {
    words: &'w Words,
    found: Vec<Found<'b>>,
    steps: u32,
    furthest: (usize, usize),
}

impl<'b> Search<'b, '_> {
    /// Whether the parts from `part` on match the words from `at` to the end.
    fn run(&mut self, parts: &'b [Part], part: usize, at: usize) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return false;
        }
        if at > self.furthest.0 || (at == self.furthest.0 && part > self.furthest.1) {
            self.furthest = (at, part);
        }
        let folded = self.words.folded.as_str();
        match parts.get(part) {
            None => at == folded.len(),
            Some(Part::Text(text)) => {
                folded[at..].starts_with(text.as_str())
                    && self.run(parts, part + 1, at + text.len())
            }
            Some(Part::OneOf(texts)) => texts.iter().any(|text| {
                folded[at..].starts_with(text.as_str())
                    && self.run(parts, part + 1, at + text.len())
            }),
            Some(Part::Param(kind, name)) => {
                let count = self.found.len();
                for end in self.ends(*kind, parts.get(part + 1), at) {
                    self.found.push(Found { kind: *kind, name, start: at, end });
                    if self.run(parts, part + 1, end) {
                        return true;
                    }
                    self.found.truncate(count);
                    if self.steps > MAX_STEPS {
                        return false;
                    }
                }
                false
            }
        }
    }

    /// Where the words of a parameter that starts at `at` may end, in the order in which it is tried.
    fn ends(&mut self, kind: ParamKind, next: Option<&Part>, at: usize) -> Vec<usize> {
        let (folded, written) = (&self.words.folded, &self.words.written);
        if kind.is_number() {
            return number_lengths(kind, &written[at..]).into_iter().map(|len| at + len).collect();
        }
        let rest = &written[at..];
        let limit = at + rest.find(|ch| !kind.takes(ch)).unwrap_or(rest.len());
        let fits = |end: &usize| *end > at && kind.fits(&written[at..*end]);
        let mut ends: Vec<usize> = match next {
            None => [limit].into_iter().filter(|end| *end == folded.len()).filter(fits).collect(),
            Some(Part::Text(text)) => {
                let behind =
                    folded[at..].match_indices(text.as_str()).map(|(offset, _)| at + offset);
                behind.take_while(|end| *end <= limit).filter(fits).take(64).collect()
            }
            Some(_) => {
                let boundaries = folded[at..].char_indices().map(|(offset, _)| at + offset);
                let boundaries = boundaries.chain([folded.len()]).take_while(|end| *end <= limit);
                boundaries.filter(fits).take(256).collect()
            }
        };
        self.steps += u32::try_from(ends.len() / 16).unwrap_or(0);
        // The longest first, but for free text.
        if !matches!(kind, ParamKind::Text | ParamKind::Jobs) {
            ends.reverse();
        }
        ends
    }
}
