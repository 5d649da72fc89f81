//! GitLab Code Quality: the array that `artifacts:reports:codequality` takes.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use serde::Serialize;

use super::{positions, shown_path};
use crate::engine::Report;
use crate::rule::{Family, Finding, Severity};

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// The findings for the merge request widget. `prefix` leads from the root of the repository to the project.
pub fn render_code_quality(report: &Report<'_>, prefix: &str) -> String {
    let fingerprints = report.fingerprints(&report.findings);
    let issues = report.findings.iter().zip(fingerprints).map(|(finding, fingerprint)| {
        let rule = report.catalog.get(finding.rule);
        let clause = finding.clause.as_ref().map(|it| format!(" (spec: {it})")).unwrap_or_default();
        let (start, end) = positions(report.sources, finding.at);
        Issue {
            // The widget does not show `check_name`.
            description: format!("{}: {}{clause}", rule.id, finding.message),
            check_name: &rule.id,
            fingerprint,
            severity: severity(finding, rule.family),
            location: Place {
                path: shown_path(prefix, &report.sources.get(finding.at.source).path),
                lines: Lines { begin: start.line, end: end.line },
            },
        }
    });
    let issues: Vec<Issue<'_>> = issues.collect();
    let mut text = serde_json::to_string_pretty(&issues).unwrap_or_default();
    text.push('\n');
    text
}

/// What the server refuses stops everything, so it comes first.
const fn severity(finding: &Finding, family: Family) -> &'static str {
    match (finding.severity, family) {
        (Severity::Error, Family::Gitlab) => "critical",
        (Severity::Error, _) => "major",
        (Severity::Warning, _) => "minor",
        (Severity::Note, _) => "info",
    }
}
