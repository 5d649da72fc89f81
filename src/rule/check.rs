use std::borrow::Cow;

use super::{Cx, ScriptOf};
use crate::model::docker::Dockerfile;
use crate::model::gitlab::reach::Condition;
use crate::model::gitlab::{Job, Pipeline};
use crate::model::spec::{Clause, Params};

/// What a rule does: a plain function over one kind of subject. The engine calls it for each.
#[derive(Clone, Debug)]
pub enum Check {
    /// For each pipeline (root configuration with its includes).
    Pipeline(fn(&Pipeline<'_>, &mut Cx<'_, '_>)),
    /// For each resolved job of each pipeline; hidden jobs are not jobs.
    Job(fn(&Job<'_>, &Pipeline<'_>, &mut Cx<'_, '_>)),
    /// For each script of each job and each Dockerfile.
    Script(fn(&ScriptOf<'_, '_>, &mut Cx<'_, '_>)),
    /// For each condition of `rules`, `only` and `except` of each pipeline.
    Condition(for<'p> fn(&Condition<'_, 'p>, &Pipeline<'p>, &mut Cx<'_, '_>)),
    /// For each Dockerfile.
    Dockerfile(fn(&Dockerfile<'_>, &mut Cx<'_, '_>)),
    /// Once.
    Project(fn(&mut Cx<'_, '_>)),
    /// For each clause that one of the rule's bindings matches.
    Clause(fn(&Bound<'_, '_>, &mut Cx<'_, '_>) -> Judgement),
    /// By the predicates of the front matter, which is read when the rule runs.
    Cel(Cow<'static, str>),
}

/// A clause with what a binding read from it.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a, 'p> {
    /// The clause.
    pub clause: &'a Clause<'p>,
    /// The parameters by name.
    pub params: &'a Params,
}

/// What a clause check came to. Not judged never counts as passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The files prove it.
    Proven,
    /// The files prove it, in a way that deserves a word.
    ProvenWith(Cow<'static, str>),
    /// Evidence shows it; says what was seen.
    Evidenced(Cow<'static, str>),
    /// The files or the evidence refute it; the check has reported where.
    Violated,
    /// Files cannot prove it; says which evidence would.
    NeedsEvidence(Cow<'static, str>),
    /// It could not be judged (a value is unknown offline, a job has no such role); says why.
    Unknown(String),
}

impl Bound<'_, '_> {
    /// The roles that the clause speaks of: `setup` of `{job}`, `lint` and `test` of `{jobs}` in
    /// `lint or test`.
    pub fn roles(&self) -> Vec<String> {
        let text = match self.params.get("job") {
            Some(job) => job.text.clone(),
            None => self.params.text("jobs").to_owned(),
        };
        let separated = text.replace([',', '/'], " or ");
        let words = separated.split_whitespace();
        words
            .filter(|word| !["or", "and", "the", "any", "a"].contains(word))
            .map(str::to_owned)
            .collect()
    }
}
