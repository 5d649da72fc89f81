//! Markdown to paste into a merge request.

use std::fmt::Write as _;

use super::escape::cell;
use super::{TextOptions, positions, shown_path, summary};
use crate::engine::Report;

/// The findings as a table. `prefix` leads from the root of the repository to the project.
pub fn render_markdown(report: &Report<'_>, prefix: &str) -> String {
    let mut out = format!("{}\n", cell(summary(report, &TextOptions::default()).trim_end()));
    if report.findings.is_empty() {
        return out;
    }
    out.push_str("\n| Severity | Rule | Place | Finding |\n| --- | --- | --- | --- |\n");
    for finding in &report.findings {
        let path = &report.sources.get(finding.at.source).path;
        let line = positions(report.sources, finding.at).0.line;
        let clause = finding.clause.as_ref().map(|it| format!(" (spec: {it})")).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {} | `{}` | {} | {} |",
            finding.severity,
            report.catalog.get(finding.rule).id,
            cell(&format!("{}:{line}", shown_path(prefix, path))),
            cell(&format!("{}{clause}", finding.message)),
        );
    }
    out
}
