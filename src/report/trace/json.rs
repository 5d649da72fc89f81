use serde_json::{Map, json};

use super::rows;
use crate::engine::{Report, Verdict};
use crate::report::positions;

/// The version of the format. It grows when a field changes its meaning or goes away.
const VERSION: u32 = 1;

/// The trace as one JSON object; lines and columns count from 1, paths are those below the project's root.
pub fn render_trace_json(report: &Report<'_>) -> String {
    let clauses: Vec<_> = rows(report)
        .into_iter()
        .map(|row| {
            let findings = row.findings.iter().map(|at| &report.findings[*at]).map(|finding| {
                let at = positions(report.sources, finding.at).0;
                json!({
                    "rule": report.catalog.get(finding.rule).id,
                    "severity": finding.severity.as_str(),
                    "message": finding.message,
                    "path": report.sources.get(finding.at.source).path,
                    "line": at.line,
                    "column": at.column,
                })
            });
            json!({
                "id": row.clause.id,
                "requirement": row.clause.requirement,
                "scenario": row.clause.scenario,
                "text": row.clause.text,
                "path": row.path,
                "line": row.line,
                "rule": row.rule,
                "verdict": row.clause.verdict.as_str(),
                "reason": row.reason(),
                "decidable": row.clause.decidable,
                "findings": findings.collect::<Vec<_>>(),
            })
        })
        .collect();
    let counts: Map<String, serde_json::Value> = Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict.as_str().to_owned(), report.count(verdict).into()))
        .collect();
    let document = json!({"version": VERSION, "counts": counts, "clauses": clauses});
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
