//! The steps of a scenario. To OpenSpec a scenario is opaque; this is the form that people write.

use super::sentence::{Prose, Sentence};
use crate::text::Span;

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is, `And` and `But` taken for what stands before them.
    pub kind: StepKind,
    /// Its words, without the keyword, on one line.
    pub text: String,
    /// Its words in the file.
    pub span: Span,
    /// The same, sentence by sentence.
    pub sentences: Vec<Sentence>,
    /// The bullets below it.
    pub bullets: Vec<Sentence>,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Given.
    Given,
    /// When.
    When,
    /// Then.
    Then,
}

/// A step whose lines are still coming.
#[derive(Debug)]
pub(super) struct OpenStep {
    kind: StepKind,
    prose: Prose,
    bullets: Vec<Prose>,
}

impl OpenStep {
    pub(super) fn close(self) -> Step {
        let span = self.prose.whole().unwrap_or_default();
        let bullet = |it: &Prose| Some(Sentence { text: it.plain(), span: it.whole()? });
        Step {
            kind: self.kind,
            text: self.prose.plain(),
            span,
            sentences: self.prose.sentences(),
            bullets: self.bullets.iter().filter_map(bullet).collect(),
        }
    }
}

/// What stands behind the mark of a bullet or of a numbered item.
pub(super) fn item(text: &str) -> Option<&str> {
    let rest = match text.strip_prefix(['-', '*', '+']) {
        Some(rest) => rest,
        None => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 9 {
                return None;
            }
            text[digits..].strip_prefix(['.', ')'])?
        }
    };
    rest.starts_with([' ', '\t']).then(|| rest.trim_start())
}

/// Adds a line of a scenario that starts at `offset`. A line that is neither a step nor goes on with one, such as
/// free prose before the first step, is let go.
pub(super) fn step_line(steps: &mut Vec<OpenStep>, line: &str, offset: usize) {
    let text = line.trim();
    if text.is_empty() {
        return;
    }
    let indent = line.len() - line.trim_start().len();
    let bare = item(text);
    let lead = text.len() - bare.unwrap_or(text).len();
    let start = offset + indent + lead;
    if let Some((kind, skip)) = step_keyword(&text[lead..]) {
        let kind = kind.or_else(|| steps.last().map(|step| step.kind));
        let prose = Prose::new(&text[lead + skip..], start + skip);
        let kind = kind.unwrap_or(StepKind::Given);
        steps.push(OpenStep { kind, prose, bullets: Vec::new() });
        return;
    }
    let Some(step) = steps.last_mut() else { return };
    if bare.is_some() {
        step.bullets.push(Prose::new(&text[lead..], start));
    } else {
        let last = step.bullets.last_mut().unwrap_or(&mut step.prose);
        last.push(text, offset + indent);
    }
}

/// What stands behind `word`, which is matched without regard to case.
pub(super) fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// The keyword that a step starts with, `None` inside for `And` and `But`, and its length with the
/// marks around it.
fn step_keyword(text: &str) -> Option<(Option<StepKind>, usize)> {
    let bare = text.trim_start_matches(['*', '_']);
    let marks = text.len() - bare.len();
    let words = [
        ("Given", Some(StepKind::Given)),
        ("When", Some(StepKind::When)),
        ("Then", Some(StepKind::Then)),
        ("And", None),
        ("But", None),
    ];
    let (rest, kind) =
        words.into_iter().find_map(|(word, kind)| Some((strip_word(bare, word)?, kind)))?;
    let closed = rest.trim_start_matches(['*', '_', ':']);
    let behind = rest.len() - closed.len();
    // A word that merely starts like a keyword is none, and neither is one in the middle of a sentence
    // that no mark sets apart; upper case or title case is wanted without marks.
    let apart = closed.is_empty() || closed.starts_with([' ', '\t']);
    let first_upper = bare.starts_with(|ch: char| ch.is_uppercase());
    (apart && (marks > 0 || behind > 0 || first_upper)).then(|| (kind, text.len() - closed.len()))
}
