//! The trace: every clause with its rule, its verdict and its place, in one file per format.

mod html;
mod json;
mod markdown;
mod text;

pub use html::render_trace_html;
pub use json::render_trace_json;
pub use markdown::render_trace_markdown;
pub use text::render_trace_text;

use std::collections::BTreeMap;

use super::positions;
use crate::engine::{Judged, NEAREST, Report, Verdict};

/// A line of the trace.
pub(super) struct Row<'r> {
    pub(super) clause: &'r Judged,
    pub(super) rule: Option<&'r str>,
    /// Where the clause stands.
    pub(super) path: &'r str,
    pub(super) line: u32,
    /// The numbers of the findings that say how it is violated.
    pub(super) findings: Vec<usize>,
}

impl Row<'_> {
    /// Why the verdict is what it is; empty where it says it all.
    pub(super) fn reason(&self) -> String {
        let note = &self.clause.note;
        match (self.clause.verdict, note.as_str()) {
            (Verdict::Undefined, "") => "no rule knows this clause".to_owned(),
            (Verdict::Undefined, note) if note.starts_with(NEAREST) => {
                format!("no rule knows this clause; {note}")
            }
            (Verdict::Violated, "") if self.findings.is_empty() => {
                format!("`{}` finds it violated; the finding is left out", self.rule.unwrap_or("-"))
            }
            (Verdict::NeedsEvidence, "") => "files cannot prove it".to_owned(),
            _ => note.clone(),
        }
    }
}

/// The clauses in the order of the spec.
pub(super) fn rows<'r>(report: &'r Report<'_>) -> Vec<Row<'r>> {
    let mut findings: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, finding) in report.findings.iter().enumerate() {
        if let Some(clause) = &finding.clause {
            findings.entry(clause).or_default().push(at);
        }
    }
    let row = |clause: &'r Judged| Row {
        clause,
        rule: clause.rule.map(|rule| report.catalog.get(rule).id.as_ref()),
        path: &report.sources.get(clause.at.source).path,
        line: positions(report.sources, clause.at).0.line,
        findings: findings.remove(clause.id.as_str()).unwrap_or_default(),
    };
    report.clauses.iter().map(row).collect()
}

/// `3 clauses: 2 proven, 1 undefined`
pub(super) fn totals(report: &Report<'_>) -> String {
    let counts = Verdict::ALL.into_iter().map(|verdict| (report.count(verdict), verdict));
    let counts = counts.filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, verdict)| format!("{count} {verdict}")).collect();
    let all = report.clauses.len();
    format!("{all} clause{}: {}", if all == 1 { "" } else { "s" }, counts.join(", "))
}
