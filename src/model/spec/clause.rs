use sha2::{Digest, Sha256};

use super::reader::{Requirement, Scenario, Step, StepKind};
use crate::text::{Location, Source, Span};

/// One SHALL or SHALL NOT statement.
#[derive(Clone, Debug)]
pub struct Clause<'p> {
    /// `<capability>/<requirement>/<scenario>#<n>`, for a sentence of the requirement itself without
    /// the scenario, for a bullet below a clause `#<n>.<m>`. Survives line moves.
    pub id: String,
    /// The capability whose spec it is in.
    pub capability: String,
    /// The name of the requirement.
    pub requirement: &'p str,
    /// The title of the scenario; empty for a sentence of the requirement.
    pub scenario: &'p str,
    /// Its words on one line, without step keyword and emphasis.
    pub text: String,
    /// Where it stands.
    pub at: Location,
    /// The words in the file.
    pub source: &'p Source,
    /// SHALL or MUST.
    pub keyword: Keyword,
    /// SHALL NOT.
    pub negated: bool,
    /// The words of the `Given` and `When` steps of its scenario, in order, with their places.
    pub context: Vec<(String, Location)>,
    /// For a bullet: the id of the clause above it.
    pub part_of: Option<String>,
    /// Changes when the wording does: SHA-256 of the words, lower case, single blanks, the first 16
    /// hexadecimal digits.
    pub fingerprint: String,
}

/// The word that makes a statement normative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// SHALL
    Shall,
    /// MUST
    Must,
    /// None of its own: a bullet below a clause.
    Inherited,
}

/// What a binding read from a clause.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// In the order of the pattern.
    pub all: Vec<Param>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name in the pattern: `image`, `percent`.
    pub name: String,
    /// The words that it stands for.
    pub text: String,
    /// Its value where the words stand for a number: seconds, bytes, percent, a count.
    pub number: Option<f64>,
    /// Where the words stand; the whole clause or step if they cannot be found in it.
    pub at: Location,
}

impl Params {
    /// The first parameter of this name.
    pub fn get(&self, name: &str) -> Option<&Param> {
        self.all.iter().find(|param| param.name == name)
    }

    /// The words of the first parameter of this name; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).map_or("", |param| param.text.as_str())
    }

    /// The number of the first parameter of this name.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(|param| param.number)
    }
}

/// The keyword of a statement and whether it is negated; nothing if it is not normative. What stands in
/// inline code or in quotation marks is not looked at.
pub(super) fn normative(text: &str) -> Option<(Keyword, bool)> {
    let mut quote = None;
    let mut words = Vec::new();
    let mut word = String::new();
    for ch in text.chars() {
        match quote {
            Some(close) => {
                if ch == close {
                    quote = None;
                }
                continue;
            }
            None if matches!(ch, '`' | '"' | '“') => {
                quote = Some(if ch == '“' { '”' } else { ch });
            }
            None => {}
        }
        if ch.is_alphanumeric() || ch == '_' {
            word.push(ch);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    words.push(word);
    let at = words.iter().position(|word| word == "SHALL" || word == "MUST")?;
    let keyword = if words[at] == "SHALL" { Keyword::Shall } else { Keyword::Must };
    let negated = words.get(at + 1).is_some_and(|word| word.eq_ignore_ascii_case("not"));
    Some((keyword, negated))
}

/// `Fast image startup` becomes `fast-image-startup`.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for ch in name.chars() {
        if ch.is_alphanumeric() {
            slug.extend(ch.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

fn fingerprint(text: &str) -> String {
    let normal = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let digest = Sha256::digest(normal.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The clauses of a requirement, its own sentences first.
pub(super) fn clauses_of<'p>(requirement: &Requirement<'p>, capability: &str) -> Vec<Clause<'p>> {
    let mut clauses = Vec::new();
    let prefix = format!("{capability}/{}", slug(requirement.name));
    let text = requirement.source.text();
    let mut lines: Vec<(String, Span)> = Vec::new();
    for range in &requirement.body {
        let line = &text[range.clone()];
        let span = Span::from_range(range.clone());
        let is_item = line.starts_with(['-', '*', '+']);
        match lines.last_mut() {
            // A sentence may go on over several lines.
            Some((last, at)) if !is_item && !last.ends_with(['.', ':']) => {
                last.push(' ');
                last.push_str(line);
                at.end = span.end;
            }
            _ => lines
                .push((line.trim_start_matches(['-', '*', '+']).trim().replace("**", ""), span)),
        }
    }
    let mut number = 0;
    for (line, span) in lines {
        if let Some((keyword, negated)) = normative(&line) {
            number += 1;
            clauses.push(Clause {
                id: format!("{prefix}#{number}"),
                capability: capability.to_owned(),
                requirement: requirement.name,
                scenario: "",
                fingerprint: fingerprint(&line),
                text: line,
                at: requirement.source.at(span),
                source: requirement.source,
                keyword,
                negated,
                context: Vec::new(),
                part_of: None,
            });
        }
    }
    let mut titles: Vec<String> = Vec::new();
    for scenario in &requirement.scenarios {
        let slug = slug(scenario.title);
        let again = titles.iter().filter(|title| **title == slug).count();
        titles.push(slug.clone());
        let slug = if again > 0 { format!("{slug}-{}", again + 1) } else { slug };
        scenario_clauses(
            requirement,
            scenario,
            &format!("{prefix}/{slug}"),
            capability,
            &mut clauses,
        );
    }
    clauses
}

fn scenario_clauses<'p>(
    requirement: &Requirement<'p>,
    scenario: &Scenario<'p>,
    prefix: &str,
    capability: &str,
    clauses: &mut Vec<Clause<'p>>,
) {
    let context = |step: &&Step| matches!(step.kind, StepKind::Given | StepKind::When);
    let place = |step: &Step| (step.text.clone(), requirement.source.at(step.span));
    let context: Vec<_> = scenario.steps.iter().filter(context).map(place).collect();
    let mut number = 0;
    for step in &scenario.steps {
        let Some((keyword, negated)) = normative(&step.text) else { continue };
        number += 1;
        let id = format!("{prefix}#{number}");
        let clause = Clause {
            id: id.clone(),
            capability: capability.to_owned(),
            requirement: requirement.name,
            scenario: scenario.title,
            text: step.text.clone(),
            at: requirement.source.at(step.span),
            source: requirement.source,
            keyword,
            negated,
            context: context.clone(),
            part_of: None,
            fingerprint: fingerprint(&step.text),
        };
        for (at, (bullet, span)) in step.bullets.iter().enumerate() {
            let own = normative(bullet);
            clauses.push(Clause {
                id: format!("{id}.{}", at + 1),
                text: bullet.clone(),
                at: requirement.source.at(*span),
                keyword: own.map_or(Keyword::Inherited, |(keyword, _)| keyword),
                negated: own.map_or(negated, |(_, negated)| negated),
                part_of: Some(id.clone()),
                fingerprint: fingerprint(bullet),
                ..clause.clone()
            });
        }
        let before = clauses.len() - step.bullets.len();
        clauses.insert(before, clause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_upper_case_words_outside_of_quotes_are_normative() {
        assert_eq!(normative("x SHALL y"), Some((Keyword::Shall, false)));
        assert_eq!(normative("x SHALL not y"), Some((Keyword::Shall, true)));
        assert_eq!(normative("x MUST NOT y"), Some((Keyword::Must, true)));
        assert_eq!(normative("x shall y"), None);
        assert_eq!(normative("the word `SHALL` and \"MUST\""), None);
        assert_eq!(normative("MARSHALL"), None);
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("Build reliability >99%"), "build-reliability-99");
        assert_eq!(slug("a/b: `c`"), "a-b-c");
    }
}
