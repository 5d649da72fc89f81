use super::{RuleIndex, Severity};
use crate::text::{Edit, Location, SourceId};

/// A rule's report.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleIndex,
    /// How much it weighs; the engine sets it.
    pub severity: Severity,
    /// The thing, what is wrong, what would be right: one sentence, no final full stop.
    pub message: String,
    /// Where the line must change.
    pub at: Location,
    /// What stands beside that place; may be empty.
    pub at_text: String,
    /// Further places: the way by which the value came, the counterpart.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// A way to mend it.
    pub fix: Option<Fix>,
    /// The id of the clause that is violated.
    pub clause: Option<String>,
    /// The alias under which another tool reports just this, where a rule has several.
    pub alias: Option<&'static str>,
    /// A short name of the thing judged (such as `job:lint/cache[0]`), stable under line moves.
    pub symbol: String,
}

/// A further place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub at: Location,
    /// What is to be seen there.
    pub text: String,
}

/// Edits that mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// The edits, each in its source.
    pub edits: Vec<(SourceId, Edit)>,
}

/// Whether a fix may be applied unseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// It keeps the meaning, or makes it the one that was meant.
    Safe,
    /// A person has to look at it.
    Unsafe,
}
