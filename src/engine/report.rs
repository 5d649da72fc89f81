use std::fmt;

use super::ReadFailure;
use crate::rule::{Catalog, Facts, Finding, RuleIndex, Severity};
use crate::text::{Location, Sources};

/// What `analyze` came to.
pub struct Report<'p> {
    /// Every source that was read.
    pub sources: &'p Sources,
    /// The rules of the run.
    pub catalog: &'p Catalog,
    /// What was found, ordered by path, offset and rule.
    pub findings: Vec<Finding>,
    /// Findings that are accepted.
    pub suppressed: Vec<Suppressed>,
    /// Every clause of the spec, in the order of the spec.
    pub clauses: Vec<Judged>,
    /// Files that are there and could not be read.
    pub failures: Vec<ReadFailure>,
    /// How many files were judged: configurations, Dockerfiles, specs.
    pub judged_files: usize,
    /// What was read and made sense of.
    pub facts: Facts<'p>,
}

/// A finding that is accepted, in place or by an exception for its clause.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The reason that is given.
    pub reason: String,
    /// The comment, or the exception in the configuration.
    pub by: Location,
}

/// A clause with its verdict.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The clause's id, stable under line moves.
    pub id: String,
    /// The name of its requirement.
    pub requirement: String,
    /// The name of its scenario; empty for a sentence of the requirement itself.
    pub scenario: String,
    /// Its words.
    pub text: String,
    /// Where it stands.
    pub at: Location,
    /// Its state.
    pub verdict: Verdict,
    /// The rule that decided.
    pub rule: Option<RuleIndex>,
    /// Why, where the verdict does not say it all.
    pub note: String,
    /// Whether files alone could decide it; not so for one that only evidence can show. No one knows of a clause
    /// that no rule knows; it counts as one that they could.
    pub decidable: bool,
}

/// The state of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The files prove it.
    Proven,
    /// Evidence shows it.
    Evidenced,
    /// The files or the evidence refute it.
    Violated,
    /// Files cannot prove it, and there is no evidence.
    NeedsEvidence,
    /// No rule knows it.
    Undefined,
    /// The team accepts that it is not met, with a reason and an end.
    Excepted,
}

impl Verdict {
    /// All verdicts, in the order in which they are counted for the user.
    pub const ALL: [Verdict; 6] = [
        Verdict::Proven,
        Verdict::Evidenced,
        Verdict::Violated,
        Verdict::NeedsEvidence,
        Verdict::Undefined,
        Verdict::Excepted,
    ];

    /// `proven`, `needs-evidence` and so on.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Proven => "proven",
            Verdict::Evidenced => "evidenced",
            Verdict::Violated => "violated",
            Verdict::NeedsEvidence => "needs-evidence",
            Verdict::Undefined => "undefined",
            Verdict::Excepted => "excepted",
        }
    }

    /// Whether the clause was judged at all; one that was not never counts as passed.
    pub const fn is_judged(self) -> bool {
        matches!(self, Verdict::Proven | Verdict::Evidenced | Verdict::Violated)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Report<'_> {
    /// How many clauses have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.clauses.iter().filter(|clause| clause.verdict == verdict).count()
    }

    /// How many findings weigh this much.
    pub fn count_findings(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether there was nothing that could be judged.
    pub fn is_empty(&self) -> bool {
        self.judged_files == 0 && self.clauses.is_empty()
    }
}
