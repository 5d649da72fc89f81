use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::file::{Requirement, Scenario};
use super::place::change_of;
use super::reader::body_prose;
use super::sentence::{Keyword, Sentence, normative};
use super::step::StepKind;
use super::words::Words;
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
    /// The same in the form in which patterns are matched.
    pub words: Words,
    /// Where it stands.
    pub at: Location,
    /// The file that it stands in.
    pub source: &'p Source,
    /// In what kind of file it stands.
    pub written: Written<'p>,
    /// SHALL or MUST.
    pub keyword: Keyword,
    /// SHALL NOT.
    pub negated: bool,
    /// The words of the `Given` and `When` steps of its scenario, in order, with their places.
    pub context: Vec<(String, Location)>,
    /// For a bullet: the id of the clause above it.
    pub part_of: Option<String>,
    /// Changes when the wording does: SHA-256 of the words, lower case, single blanks, no full stop at the end, the
    /// first 16 hexadecimal digits.
    pub fingerprint: String,
}

/// In what kind of file a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written<'p> {
    /// In a main spec, or in a file that was named.
    Main,
    /// In the delta of this pending change.
    Pending(&'p str),
    /// In the delta of this archived change.
    Archived(&'p str),
}

impl<'p> Written<'p> {
    pub(super) fn in_source(source: &'p Source) -> Self {
        match change_of(&source.path) {
            Some((change, true)) => Self::Archived(change),
            Some((change, false)) => Self::Pending(change),
            None => Self::Main,
        }
    }
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

/// The fingerprint of a wording; case, blanks, emphasis and a full stop at the end do not count, numbers do.
pub fn fingerprint(text: &str) -> String {
    let normal = text.replace('`', "").to_lowercase();
    let normal = normal.split_whitespace().collect::<Vec<_>>().join(" ");
    let digest = Sha256::digest(normal.trim_end_matches('.').as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The clauses of a requirement, its own sentences first.
pub(super) fn clauses_of<'p>(requirement: &Requirement<'p>, capability: &str) -> Vec<Clause<'p>> {
    let prefix = format!("{capability}/{}", slug(requirement.name));
    let mut list = List { requirement, capability, clauses: Vec::new() };
    list.body(&prefix);
    let mut titles: FxHashMap<String, u32> = FxHashMap::default();
    for scenario in &requirement.scenarios {
        let slug = slug(scenario.title);
        let count = titles.entry(slug.clone()).or_default();
        *count += 1;
        let slug = if *count > 1 { format!("{slug}-{count}") } else { slug };
        list.scenario(scenario, &format!("{prefix}/{slug}"));
    }
    list.clauses
}

struct List<'a, 'p> {
    requirement: &'a Requirement<'p>,
    capability: &'a str,
    clauses: Vec<Clause<'p>>,
}

impl<'p> List<'_, 'p> {
    /// Adds a clause if the sentence is one, or if it is a bullet below the clause `above`.
    fn add(
        &mut self,
        id: String,
        scenario: &'p str,
        words: &Sentence,
        above: Option<&Clause<'p>>,
    ) -> bool {
        let own = normative(&words.text);
        let (keyword, negated) = match (own, above) {
            (Some(own), _) => own,
            (None, Some(above)) => (Keyword::Inherited, above.negated),
            (None, None) => return false,
        };
        let source = self.requirement.source;
        self.clauses.push(Clause {
            id,
            capability: self.capability.to_owned(),
            requirement: self.requirement.name,
            scenario,
            text: words.text.clone(),
            words: Words::new(&words.text),
            at: source.at(words.span),
            source,
            written: Written::in_source(source),
            keyword,
            negated,
            context: Vec::new(),
            part_of: above.map(|above| above.id.clone()),
            fingerprint: fingerprint(&words.text),
        });
        true
    }

    fn body(&mut self, prefix: &str) {
        let mut number = 0;
        // The clause whose list goes on, and its bullets so far.
        let mut open: Option<(usize, u32)> = None;
        for (prose, is_item) in body_prose(self.requirement) {
            if is_item && let Some((at, bullets)) = &mut open {
                *bullets += 1;
                let above = self.clauses[*at].clone();
                let words =
                    Sentence { text: prose.plain(), span: prose.whole().unwrap_or_default() };
                let id = format!("{}.{bullets}", above.id);
                self.add(id, "", &words, Some(&above));
                continue;
            }
            open = None;
            for sentence in prose.sentences() {
                if self.add(format!("{prefix}#{}", number + 1), "", &sentence, None) {
                    number += 1;
                    let at = self.clauses.len() - 1;
                    open = (prose.ends_with_colon() && sentence.text.ends_with(':'))
                        .then_some((at, 0));
                }
            }
        }
    }

    fn scenario(&mut self, scenario: &Scenario<'p>, prefix: &str) {
        let source = self.requirement.source;
        let first = self.clauses.len();
        let mut number = 0;
        for step in &scenario.steps {
            let mut above = None;
            for sentence in &step.sentences {
                if self.add(format!("{prefix}#{}", number + 1), scenario.title, sentence, None) {
                    number += 1;
                    above = self.clauses.last().cloned();
                }
            }
            for (at, bullet) in step.bullets.iter().enumerate() {
                match &above {
                    Some(above) => {
                        self.add(
                            format!("{}.{}", above.id, at + 1),
                            scenario.title,
                            bullet,
                            Some(above),
                        );
                    }
                    None => {
                        let id = format!("{prefix}#{}", number + 1);
                        number += u32::from(self.add(id, scenario.title, bullet, None));
                    }
                }
            }
        }
        let is_context = |kind| matches!(kind, StepKind::Given | StepKind::When);
        let steps = scenario.steps.iter().filter(|step| is_context(step.kind));
        let context: Vec<_> = steps.map(|step| (step.text.clone(), source.at(step.span))).collect();
        for clause in &mut self.clauses[first..] {
            clause.context.clone_from(&context);
        }
    }
}

/// Two names may come to one slug; the later one gets a number.
pub(super) fn make_ids_unique(clauses: &mut [Clause<'_>]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut renamed: BTreeMap<(String, u32), String> = BTreeMap::new();
    for clause in clauses {
        // A bullet follows the clause above it.
        if let Some(above) = &mut clause.part_of
            && let Some(count) = seen.get(above.as_str()).filter(|count| **count > 1)
            && let Some(new) = renamed.get(&(above.clone(), *count))
        {
            clause.id = clause.id.replacen(above.as_str(), new, 1);
            above.clone_from(new);
        }
        let count = seen.entry(clause.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            let new = format!("{}~{count}", clause.id);
            renamed.insert((clause.id.clone(), *count), new.clone());
            clause.id = new;
        }
    }
}

/// What a binding read from a clause.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params {
    /// In the order of the pattern for the clause, then of the one for `Given`.
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
    /// How the thing measured compares with the number, where the words say so.
    pub relation: Option<Relation>,
    /// Where the words stand; the whole clause or step if they cannot be found in it.
    pub at: Location,
}

/// How a measured value compares with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `>5%`, `more than 5%`, `exceeds 5%`
    More,
    /// `>=5%`, `≥5%`, `at least 5%`
    AtLeast,
    /// `<5%`, `less than 5%`
    Less,
    /// `<=5%`, `≤5%`, `at most 5%`, `up to 5%`
    AtMost,
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

/// The places of a word that would be normative in upper case, in a text that has no normative word.
pub fn lower_case_shall(source: &Source, span: Span) -> Option<Span> {
    let text = source.slice(span);
    if normative(text).is_some() {
        return None;
    }
    let words = super::sentence::prose_words(text);
    let word = words.into_iter().find(|word| matches!(*word, "shall" | "Shall"))?;
    let start = word.as_ptr() as usize - text.as_ptr() as usize + span.start as usize;
    Some(Span::from_range(start..start + word.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MemoryFiles;
    use crate::model::spec::Spec;

    fn clauses(text: &str) -> Vec<(String, String)> {
        let files = MemoryFiles::new([("openspec/specs/c/spec.md", text)]);
        let spec = Spec::from_project(&files);
        spec.clauses.iter().map(|clause| (clause.id.clone(), clause.text.clone())).collect()
    }

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("Build reliability >99%"), "build-reliability-99");
        assert_eq!(slug("a/b: `c`"), "a-b-c");
    }

    #[test]
    fn sentences_and_bullets_of_a_body_are_clauses() {
        let found = clauses(
            "## Requirements\n### Requirement: R\nIt SHALL a. It may b. It MUST\nc.\n\nIt SHALL hold:\n- one\n- two\n\n- three MUST too\n",
        );
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["c/r#1", "c/r#2", "c/r#3", "c/r#3.1", "c/r#3.2", "c/r#3.3"]);
        assert_eq!(found[1].1, "It MUST c.");
    }

    #[test]
    fn every_clause_has_an_id_of_its_own() {
        let found = clauses(
            "## Requirements\n### Requirement: R\n#### S\n- THEN a SHALL:\n  - x\n#### S\n- THEN b SHALL\n### Requirement: r!\n#### S\n- THEN a SHALL:\n  - y\n",
        );
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["c/r/s#1", "c/r/s#1.1", "c/r/s-2#1", "c/r/s#1~2", "c/r/s#1~2.1"]);
    }

    #[test]
    fn bullets_below_a_step_that_is_no_clause_may_be_clauses() {
        let found =
            clauses("## Requirements\n### Requirement: R\n#### S\n- THEN:\n  - a SHALL b\n  - c\n");
        assert_eq!(found, [("c/r/s#1".to_owned(), "a SHALL b".to_owned())]);
    }

    #[test]
    fn a_fingerprint_tells_wording_and_not_looks() {
        assert_eq!(
            fingerprint("Key SHALL  include `go.mod`."),
            fingerprint("key shall include go.mod")
        );
        assert_ne!(fingerprint("at most 24 hours"), fingerprint("at most 25 hours"));
    }
}
