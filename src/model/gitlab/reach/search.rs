//! Whether a pipeline is possible in which something holds.

use std::cell::Cell;

use super::Reach;
use super::facts::{Fact, can_come_from, fact, has_no_push};
use super::presence::{Paths, Presence, Test, and};
use super::world::{Kind, World};
use crate::model::gitlab::condition::{Facts, Formula, Pattern, Term, Var, truth};
use crate::syntax::expression::Operator;

/// How many cases are tried at most; what takes more counts as possible.
const CASES: u32 = 4_000;

/// Where child pipelines come from.
const CHILD: &str = "parent_pipeline";

/// What is asked of a pipeline.
type Goal<'g> = &'g dyn Fn(&dyn World) -> Option<bool>;

/// Something that is either so or not, as far as the search knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Atom {
    Equal(Var, Var),
    Fits(Var, Pattern),
    Changes(Paths),
    Exists(Paths),
}

#[derive(Clone, Copy, Debug)]
enum Pending {
    Value(Var),
    Atom(Atom),
}

#[derive(Clone, Copy, Debug)]
enum Choice<'r> {
    Null,
    Text(&'r str),
    /// A text that is not blank and not named.
    Other,
}

struct Search<'r> {
    reach: &'r Reach,
    kind: Kind,
    /// The texts that are named for each variable.
    texts: Vec<(Var, Vec<&'r str>)>,
    values: Vec<(Var, Choice<'r>)>,
    atoms: Vec<(Atom, bool)>,
    pending: Cell<Option<Pending>>,
    left: u32,
    /// Whether what the kind of a pipeline says of predefined variables counts.
    with_facts: bool,
}

impl Reach {
    /// Whether a pipeline is possible in which `goal` holds, which asks for nothing but these tests and
    /// presences.
    pub(super) fn is_possible(&self, tests: &[Test], also: &[&Presence], goal: Goal<'_>) -> bool {
        Kind::ALL.into_iter().any(|kind| self.is_possible_in(kind, tests, also, goal))
    }

    pub(super) fn is_possible_in(
        &self,
        kind: Kind,
        tests: &[Test],
        also: &[&Presence],
        goal: Goal<'_>,
    ) -> bool {
        Search::new(self, kind, tests, also).run(goal, 0)
    }

    /// Whether the condition of a rule can hold in a pipeline that a push or a merge request starts, so that
    /// there are changed files.
    pub(super) fn test_can_follow_push(&self, test: Test) -> bool {
        let no_push = |world: &dyn World| {
            let sources = ["web", "api", "schedule", "trigger", "pipeline", "chat"];
            let from = sources.iter().map(|source| world.comes_from(source).map(|it| !it));
            from.fold(self.all.holds(test, world), and)
        };
        let kinds = [Kind::Branch, Kind::MergeRequest, Kind::ExternalPullRequest];
        kinds.into_iter().any(|kind| self.is_possible_in(kind, &[test], &[], &no_push))
    }

    /// Whether `goal` can hold if every variable could be anything.
    pub(super) fn is_consistent(&self, tests: &[Test], goal: Goal<'_>) -> bool {
        let mut search = Search::new(self, Kind::Branch, tests, &[]);
        search.with_facts = false;
        search.run(goal, 0)
    }

    /// What a variable is called where this kind of pipeline has it under another name.
    fn canonical(&self, kind: Kind, var: Var) -> Var {
        match kind {
            _ if var != self.refs.name => var,
            Kind::Branch => self.refs.branch,
            Kind::Tag => self.refs.tag,
            Kind::MergeRequest => self.refs.merge_source,
            Kind::ExternalPullRequest => var,
        }
    }
}

impl<'r> Search<'r> {
    fn new(reach: &'r Reach, kind: Kind, tests: &[Test], also: &[&'r Presence]) -> Self {
        let mut search = Self {
            reach,
            kind,
            texts: Vec::new(),
            values: Vec::new(),
            atoms: Vec::new(),
            pending: Cell::new(None),
            left: CASES,
            with_facts: true,
        };
        let mut compared = Vec::new();
        let more = also.iter().flat_map(|presence| presence.tests());
        for test in tests.iter().copied().chain(more) {
            let Some(formula) = reach.all.formula(test) else { continue };
            formula.walk(&mut |part| search.note(part, &mut compared));
        }
        for presence in also {
            let (names, sources) = presence.refs();
            names.into_iter().for_each(|name| search.add(reach.refs.name, name));
            sources.into_iter().for_each(|source| search.add(reach.refs.source, source));
        }
        // What one of two compared variables can be, the other can be too.
        for (one, other) in compared {
            let both = [one, other].map(|var| search.named(var).to_vec());
            both[0].iter().for_each(|text| search.add(other, text));
            both[1].iter().for_each(|text| search.add(one, text));
        }
        search
    }

    fn note(&mut self, part: &'r Formula, compared: &mut Vec<(Var, Var)>) {
        match part {
            Formula::Variable(var)
                if self.reach.all.names.name(*var) == "CI_PIPELINE_SCHEDULE_DESCRIPTION" =>
            {
                self.add(self.reach.refs.source, "schedule");
            }
            Formula::Binary { operator: Operator::Equals | Operator::Differs, left, right } => {
                left.values(&mut |one| {
                    right.values(&mut |other| self.note_comparison(one, other, compared));
                });
            }
            _ => {}
        }
    }

    fn note_comparison(
        &mut self,
        one: &'r Formula,
        other: &'r Formula,
        compared: &mut Vec<(Var, Var)>,
    ) {
        match (one, other) {
            (Formula::Variable(one), Formula::Variable(other)) => compared.push((*one, *other)),
            (Formula::Variable(var), other) | (other, Formula::Variable(var)) => match other {
                Formula::Text(text) => self.add(*var, text),
                Formula::Null | Formula::Pattern(_) => {}
                _ => [true, false].into_iter().for_each(|value| self.add(*var, truth(value))),
            },
            _ => {}
        }
    }

    fn add(&mut self, var: Var, text: &'r str) {
        let var = self.reach.canonical(self.kind, var);
        match self.texts.iter_mut().find(|(it, _)| *it == var) {
            Some((_, texts)) if texts.contains(&text) => {}
            Some((_, texts)) => texts.push(text),
            None => self.texts.push((var, vec![text])),
        }
    }

    fn named(&self, var: Var) -> &[&'r str] {
        let var = self.reach.canonical(self.kind, var);
        self.texts.iter().find(|(it, _)| *it == var).map_or(&[], |(_, texts)| texts)
    }

    /// Whether the goal can hold with what is chosen so far.
    fn run(&mut self, goal: Goal<'_>, depth: u32) -> bool {
        if self.left == 0 || depth > 64 {
            return true;
        }
        self.left -= 1;
        self.pending.set(None);
        if let Some(answer) = goal(self) {
            return answer;
        }
        match self.pending.take() {
            None => true,
            Some(Pending::Atom(atom)) => [true, false].into_iter().any(|answer| {
                self.atoms.push((atom, answer));
                let found = self.run(goal, depth + 1);
                self.atoms.pop();
                found
            }),
            Some(Pending::Value(var)) => self.choices(var).into_iter().any(|choice| {
                self.values.push((var, choice));
                let found = self.run(goal, depth + 1);
                self.values.pop();
                found
            }),
        }
    }

    fn choices(&self, var: Var) -> Vec<Choice<'r>> {
        let named = self.named(var).iter().copied();
        let is_source = var == self.reach.refs.source;
        // Who starts a child pipeline may hand any variable on, predefined ones too.
        let given = self.reach.is_child && !is_source || self.reach.set_here.contains(&var);
        if !self.with_facts || given {
            let free = [Choice::Null, Choice::Text(""), Choice::Other];
            return free.into_iter().chain(named.map(Choice::Text)).collect();
        }
        if is_source {
            if self.reach.is_child {
                return vec![Choice::Text(CHILD)];
            }
            let texts = named.filter(|text| can_come_from(self.kind, text)).map(Choice::Text);
            return texts.chain([Choice::Other]).collect();
        }
        match fact(self.kind, self.source(), self.reach.all.names.name(var)) {
            Fact::Unset => vec![Choice::Null],
            Fact::OneOf(values) => values.iter().copied().map(Choice::Text).collect(),
            Fact::Set => {
                let texts = named.filter(|text| !text.trim().is_empty()).map(Choice::Text);
                [Choice::Other].into_iter().chain(texts).collect()
            }
            Fact::Open => [Choice::Other, Choice::Null, Choice::Text("")]
                .into_iter()
                .chain(named.map(Choice::Text))
                .collect(),
        }
    }

    fn chosen(&self, var: Var) -> Option<Choice<'r>> {
        self.values.iter().find(|(it, _)| *it == var).map(|(_, choice)| *choice)
    }

    fn source(&self) -> Option<&'r str> {
        match self.chosen(self.reach.refs.source) {
            Some(Choice::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn wait(&self, pending: Pending) {
        if self.pending.get().is_none() {
            self.pending.set(Some(pending));
        }
    }

    fn atom(&self, atom: Atom) -> Option<bool> {
        let known = self.atoms.iter().find(|(it, _)| *it == atom).map(|(_, answer)| *answer);
        if known.is_none() {
            self.wait(Pending::Atom(atom));
        }
        known
    }
}

impl Facts for Search<'_> {
    fn value(&self, var: Var) -> Term<'_> {
        let var = self.reach.canonical(self.kind, var);
        let source = self.reach.refs.source;
        // What is known of these depends on the source.
        let by_source = || {
            let name = self.reach.all.names.name(var);
            name.starts_with("CI_MERGE_REQUEST_") || name == "CI_PIPELINE_SCHEDULE_DESCRIPTION"
        };
        let waits = self.chosen(source).is_none() && !self.named(source).is_empty();
        if self.with_facts && waits && by_source() {
            self.wait(Pending::Value(source));
            return Term::Unknown;
        }
        match self.chosen(var) {
            Some(Choice::Null) => Term::Null,
            Some(Choice::Text(text)) => Term::Text(text),
            Some(Choice::Other) => Term::Some(var),
            None => {
                self.wait(Pending::Value(var));
                Term::Unknown
            }
        }
    }

    fn equal(&self, one: Var, other: Var) -> Option<bool> {
        let [one, other] = [one, other].map(|var| self.reach.canonical(self.kind, var));
        if one == other {
            return Some(true);
        }
        match (self.value(one), self.value(other)) {
            (Term::Some(_), Term::Some(_)) => self.atom(if one < other {
                Atom::Equal(one, other)
            } else {
                Atom::Equal(other, one)
            }),
            (Term::Unknown, _) | (_, Term::Unknown) => None,
            // The texts that one of them can be are named for the other too.
            _ => Some(false),
        }
    }

    fn equals_text(&self, _: Var, _: &str) -> Option<bool> {
        Some(false)
    }

    fn fits(&self, var: Var, pattern: Pattern) -> Option<bool> {
        self.atom(Atom::Fits(var, pattern))
    }
}

impl World for Search<'_> {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn changes(&self, paths: Paths) -> Option<bool> {
        let compares = self.reach.all.list(paths).is_none_or(|list| list.compares);
        if self.with_facts && !compares {
            if self.kind == Kind::Tag {
                return Some(true);
            }
            let source = self.reach.refs.source;
            if self.named(source).iter().any(|text| has_no_push(text)) && self.kind == Kind::Branch
            {
                match self.value(source) {
                    Term::Text(text) if has_no_push(text) => return Some(true),
                    Term::Unknown => return None,
                    _ => {}
                }
            }
        }
        self.atom(Atom::Changes(paths))
    }

    fn exists(&self, paths: Paths) -> Option<bool> {
        self.atom(Atom::Exists(paths))
    }

    fn comes_from(&self, source: &str) -> Option<bool> {
        match self.value(self.reach.refs.source) {
            Term::Text(text) => Some(text == source),
            Term::Unknown => None,
            _ => Some(false),
        }
    }

    fn is_ref(&self, name: &str) -> Option<bool> {
        match self.value(self.reach.refs.name) {
            Term::Text(text) => Some(text == name),
            Term::Unknown => None,
            _ => Some(false),
        }
    }

    fn ref_fits(&self, pattern: Pattern) -> Option<bool> {
        match self.value(self.reach.refs.name) {
            Term::Text(text) => self.reach.all.names.fits(pattern, text),
            Term::Some(var) => self.fits(var, pattern),
            Term::Unknown => None,
            _ => Some(false),
        }
    }
}

impl Reach {
    /// Whether the rules of the whole pipeline let it be.
    pub(super) fn is_admitted(&self, world: &dyn World) -> Option<bool> {
        self.workflow.as_ref().map_or(Some(true), |rules| rules.holds(world, &self.all))
    }

    /// Whether a pipeline is possible that has all of these.
    pub(super) fn is_possible_together(&self, presences: &[&Presence]) -> bool {
        let mut all: Vec<&Presence> = presences.to_vec();
        all.extend(&self.workflow);
        self.is_possible(&[], &all, &|world| {
            let mut answer = Some(true);
            for presence in &all {
                answer = and(answer, self.present(presence, world));
                if answer == Some(false) {
                    break;
                }
            }
            answer
        })
    }

    /// Whether a job is in; not known where a file that was not read decides.
    pub(super) fn present(&self, presence: &Presence, world: &dyn World) -> Option<bool> {
        let held = presence.holds(world, &self.all);
        let decided_elsewhere = self.open && matches!(presence, Presence::Implicit);
        held.filter(|answer| *answer || !decided_elsewhere)
    }
}
