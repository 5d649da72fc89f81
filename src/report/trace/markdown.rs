use std::fmt::Write as _;

use super::{rows, totals};
use crate::engine::{Report, Verdict};
use crate::report::escape::cell;
use crate::report::{positions, shown_path};

/// The trace as a table to paste into a merge request. `prefix` leads from the root of the repository to the project.
pub fn render_trace_markdown(report: &Report<'_>, prefix: &str) -> String {
    let mut out = format!("{}\n\n", totals(report));
    out.push_str("| Requirement | Scenario | Clause | Rule | Verdict | Place |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- |\n");
    for row in rows(report) {
        let verdict = match row.clause.verdict {
            Verdict::Violated => "**violated**".to_owned(),
            verdict => verdict.to_string(),
        };
        let mut place = cell(&format!("{}:{}", shown_path(prefix, row.path), row.line));
        for finding in row.findings.iter().map(|at| &report.findings[*at]) {
            let path = &report.sources.get(finding.at.source).path;
            let line = positions(report.sources, finding.at).0.line;
            let _ = write!(place, "<br>{}", cell(&format!("{}:{line}", shown_path(prefix, path))));
        }
        let reason = row.reason();
        let reason = if reason.is_empty() { reason } else { format!(": {}", cell(&reason)) };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {verdict}{reason} | {place} |",
            cell(&row.clause.requirement),
            cell(&row.clause.scenario),
            cell(&row.clause.text),
            row.rule.map(|rule| format!("`{rule}`")).unwrap_or_default(),
        );
    }
    out
}
