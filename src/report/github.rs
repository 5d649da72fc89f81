//! Workflow commands of GitHub: one annotation for each finding.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::fmt::Write as _;

use super::{positions, shown_path};
use crate::engine::Report;
use crate::rule::Severity;

/// The findings as workflow commands. `prefix` leads from the root of the repository to the project.
pub fn render_github(report: &Report<'_>, prefix: &str) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        let (start, end) = positions(report.sources, finding.at);
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let path = shown_path(prefix, &report.sources.get(finding.at.source).path);
        let _ = write!(out, "::{level} file={},line={}", property(&path), start.line);
        if end.line > start.line {
            let _ = write!(out, ",endLine={}", end.line);
        } else {
            // Columns count only where both lines are the same.
            let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
        }
        let title = &report.catalog.get(finding.rule).id;
        let _ = writeln!(out, ",title={}::{}", property(title), data(&finding.message));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
