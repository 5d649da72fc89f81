use super::truth::together;
use super::{Cause, Truth};
use crate::model::gitlab::{Need, Rule, Value};
use crate::text::Location;

/// How it may turn out for a job, or for the pipeline by its `workflow`: one way if that is known,
/// else all that are possible, in the order of the rules.
#[derive(Clone, Debug)]
pub struct Verdict<'p> {
    /// The ways; never empty.
    pub ways: Vec<Possibility<'p>>,
}

/// One way in which it may turn out.
#[derive(Clone, Debug)]
pub struct Possibility<'p> {
    /// What decides.
    pub decider: Decider<'p>,
    /// When the job runs; [`When::Never`] if it is left out.
    pub when: When,
    /// Whether the pipeline goes on when the job fails; nothing if that is not known.
    pub allow_failure: Option<bool>,
    /// What would have to be known to tell whether it turns out so; empty if it does.
    pub open: Vec<Cause>,
}

/// What decides whether a job is in a pipeline.
#[derive(Clone, Debug)]
pub enum Decider<'p> {
    /// Nothing restricts it.
    Free,
    /// This rule matches.
    Rule(Box<Rule<'p>>),
    /// None of the rules at this place matches.
    NoRule(Location),
    /// Something in the place of a rule that is not known.
    UnknownRule(Location),
    /// This part of `only` (its key and value) lets it in, or does not.
    Only(&'static str, Value<'p>),
    /// This part of `except` holds.
    Except(&'static str, Value<'p>),
    /// A job without `rules` and `only` runs for branches and tags.
    BranchesAndTags,
    /// The file that it stands in, by the place of the job, is not included.
    NotIncluded(Location),
    /// Its template or the rules themselves are not known.
    Unknown,
}

/// When a job of a pipeline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum When {
    /// When those before it succeeded.
    OnSuccess,
    /// When one before it failed.
    OnFailure,
    /// Whatever came before.
    Always,
    /// When somebody starts it.
    Manual,
    /// After a while.
    Delayed,
    /// It is not in the pipeline.
    Never,
    /// It is in the pipeline, but what its `when` says is not known.
    Unknown,
}

impl When {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnSuccess => "on_success",
            Self::OnFailure => "on_failure",
            Self::Always => "always",
            Self::Manual => "manual",
            Self::Delayed => "delayed",
            Self::Never => "never",
            Self::Unknown => "unknown",
        }
    }

    pub(super) fn of(value: Option<&Value<'_>>) -> Self {
        let Some(value) = value else { return Self::OnSuccess };
        match value.as_str() {
            Some("on_success") => Self::OnSuccess,
            Some("on_failure") => Self::OnFailure,
            Some("always") => Self::Always,
            Some("manual") => Self::Manual,
            Some("delayed") => Self::Delayed,
            Some("never") => Self::Never,
            _ => Self::Unknown,
        }
    }
}

impl<'p> Decider<'p> {
    /// The place that decides; nothing if nothing is written that does.
    pub const fn at(&self) -> Option<Location> {
        match self {
            Self::Rule(rule) => Some(rule.value.origin.at),
            Self::NoRule(at) | Self::UnknownRule(at) | Self::NotIncluded(at) => Some(*at),
            Self::Only(_, value) | Self::Except(_, value) => Some(value.origin.at),
            Self::Free | Self::BranchesAndTags | Self::Unknown => None,
        }
    }

    /// The needs that replace those of the job.
    pub fn needs(&self) -> Option<&[Need<'p>]> {
        match self {
            Self::Rule(rule) => rule.needs.as_deref(),
            _ => None,
        }
    }
}

impl<'p> Verdict<'p> {
    /// A verdict that is known.
    pub(super) fn certain(decider: Decider<'p>, when: When) -> Self {
        Self { ways: vec![Possibility { decider, when, allow_failure: None, open: Vec::new() }] }
    }

    /// Nothing is known but the reasons for that.
    pub(super) fn unknown(open: Vec<Cause>) -> Self {
        let way = |when| Possibility {
            decider: Decider::Unknown,
            when,
            allow_failure: None,
            open: open.clone(),
        };
        Self { ways: vec![way(When::Unknown), way(When::Never)] }
    }

    /// By a truth: one thing where it holds, another where it does not.
    pub(super) fn by(truth: Truth, yes: (Decider<'p>, When), no: (Decider<'p>, When)) -> Self {
        let way = |(decider, when), open| Possibility { decider, when, allow_failure: None, open };
        let ways = match truth {
            Truth::Yes => vec![way(yes, Vec::new())],
            Truth::No => vec![way(no, Vec::new())],
            Truth::Open(open) => vec![way(yes, open.clone()), way(no, open)],
        };
        Self { ways }
    }

    /// The same for something that is there only if these things decide so.
    #[must_use]
    pub(super) fn only_if(mut self, causes: &[Cause], otherwise: Decider<'p>) -> Self {
        if self.present() == Some(false) {
            return self;
        }
        for way in &mut self.ways {
            way.open = together(causes.to_vec(), std::mem::take(&mut way.open));
        }
        let open = causes.to_vec();
        let when = When::Never;
        self.ways.push(Possibility { decider: otherwise, when, allow_failure: None, open });
        self
    }

    /// The way that tells most: what decides, or the first thing written that leaves it open.
    pub fn telling(&self) -> Option<&Possibility<'p>> {
        let placed = self.ways.iter().find(|way| way.decider.at().is_some());
        if self.ways.len() > 1 { placed.or(self.ways.first()) } else { self.ways.first() }
    }

    /// Whether the job is in the pipeline, or the pipeline is created; nothing if that is not known.
    pub fn present(&self) -> Option<bool> {
        let first = self.ways.first().map(|way| way.when != When::Never)?;
        self.ways.iter().all(|way| (way.when != When::Never) == first).then_some(first)
    }

    /// When the job runs; nothing if that is not known.
    pub fn when(&self) -> Option<When> {
        let first = self.ways.first()?.when;
        self.ways.iter().all(|way| way.when == first).then_some(first)
    }

    /// Whether the pipeline goes on when the job fails; nothing if that is not known.
    pub fn allow_failure(&self) -> Option<bool> {
        let mut ways = self.ways.iter().filter(|way| way.when != When::Never);
        let first = ways.next()?.allow_failure?;
        ways.all(|way| way.allow_failure == Some(first)).then_some(first)
    }

    /// The only way in which it can turn out.
    pub fn decided(&self) -> Option<&Possibility<'p>> {
        match &self.ways[..] {
            [only] => Some(only),
            _ => None,
        }
    }

    /// What would have to be known to decide it, each thing once; empty if it is decided.
    pub fn open(&self) -> Vec<Cause> {
        self.ways.iter().fold(Vec::new(), |all, way| together(all, way.open.clone()))
    }
}
