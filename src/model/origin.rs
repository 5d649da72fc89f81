use std::sync::Arc;

use crate::text::Location;

/// Where a resolved value was written, and the steps by which it came to where it is used.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Where it was written: the place that must change.
    pub at: Location,
    /// The last step of its way, if it was not written where it is used.
    pub last: Option<Arc<Step>>,
}

/// One step of a value's way to its job.
#[derive(Clone, Debug)]
pub struct Step {
    /// How it came.
    pub kind: StepKind,
    /// What made it come: the `extends` entry, the alias, the `!reference`, the `include` entry.
    pub at: Location,
    /// The step before.
    pub before: Option<Arc<Step>>,
}

/// How a value came from one place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// The file was included.
    Include,
    /// The job extends this one.
    Extends(String),
    /// `!reference [...]`
    Reference,
    /// A YAML alias `*name`.
    Anchor,
    /// A YAML merge key `<<`.
    Merge,
    /// `default:` or a deprecated global keyword.
    Default,
    /// `$[[ inputs.name ]]`
    Input(String),
    /// `parallel:matrix`
    Matrix,
}

impl Origin {
    /// A value that is used where it was written.
    pub const fn here(at: Location) -> Self {
        Self { at, last: None }
    }

    /// The same value after one more step.
    #[must_use]
    pub fn then(&self, kind: StepKind, at: Location) -> Self {
        let step = Step { kind, at, before: self.last.clone() };
        Self { at: self.at, last: Some(Arc::new(step)) }
    }

    /// The steps, the last one (nearest to the job) first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        std::iter::successors(self.last.as_deref(), |step| step.before.as_deref())
    }
}
