//! JSON for scripts: one object, lines and columns from 1, paths below the project root.

use serde::Serialize;

use super::positions;
use crate::engine::Report;
use crate::rule::{Catalog, Finding, Safety};
use crate::text::{Location, Position, Sources};

/// The version of the format. It grows when a field changes its meaning or goes away.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    findings: Vec<JsonFinding<'r>>,
    clauses: Vec<JsonClause<'r>>,
    suppressed: Vec<JsonSuppressed<'r>>,
    errors: Vec<JsonError<'r>>,
}

#[derive(Serialize)]
struct JsonFinding<'r> {
    rule: &'r str,
    aliases: Vec<&'r str>,
    family: &'static str,
    severity: &'static str,
    message: &'r str,
    path: &'r str,
    start: Place,
    end: Place,
    labels: Vec<JsonLabel<'r>>,
    help: Option<&'r str>,
    fix: Option<JsonFix<'r>>,
    clause: Option<&'r str>,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct JsonLabel<'r> {
    path: &'r str,
    start: Place,
    end: Place,
    text: &'r str,
}

#[derive(Serialize)]
struct JsonFix<'r> {
    title: &'r str,
    safe: bool,
    edits: Vec<JsonEdit<'r>>,
}

#[derive(Serialize)]
struct JsonEdit<'r> {
    path: &'r str,
    start: Place,
    end: Place,
    text: &'r str,
}

#[derive(Serialize)]
struct JsonClause<'r> {
    id: &'r str,
    requirement: &'r str,
    scenario: &'r str,
    text: &'r str,
    path: &'r str,
    line: u32,
    verdict: &'static str,
    rule: Option<&'r str>,
    note: &'r str,
}

#[derive(Serialize)]
struct JsonSuppressed<'r> {
    #[serde(flatten)]
    finding: JsonFinding<'r>,
    reason: &'r str,
}

#[derive(Serialize)]
struct JsonError<'r> {
    path: &'r str,
    message: &'r str,
}

/// The report as one JSON object with a final line feed.
pub fn render_json(report: &Report<'_>) -> String {
    let finding = |finding| json_finding(report.sources, report.catalog, finding);
    let document = Document {
        version: VERSION,
        findings: report.findings.iter().map(finding).collect(),
        clauses: report
            .clauses
            .iter()
            .map(|clause| JsonClause {
                id: &clause.id,
                requirement: &clause.requirement,
                scenario: &clause.scenario,
                text: &clause.text,
                path: &report.sources.get(clause.at.source).path,
                line: positions(report.sources, clause.at).0.line,
                verdict: clause.verdict.as_str(),
                rule: clause.rule.map(|rule| report.catalog.get(rule).id.as_ref()),
                note: &clause.note,
            })
            .collect(),
        suppressed: report
            .suppressed
            .iter()
            .map(|it| JsonSuppressed { finding: finding(&it.finding), reason: &it.reason })
            .collect(),
        errors: report
            .failures
            .iter()
            .map(|failure| JsonError { path: &failure.path, message: &failure.reason })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn json_finding<'r>(
    sources: &'r Sources,
    catalog: &'r Catalog,
    finding: &'r Finding,
) -> JsonFinding<'r> {
    let rule = catalog.get(finding.rule);
    let (path, start, end) = place(sources, finding.at);
    let aliases = match finding.alias {
        Some(alias) => vec![alias],
        None => rule.aliases.iter().map(AsRef::as_ref).collect(),
    };
    let label = |label: &'r crate::rule::Label| {
        let (path, start, end) = place(sources, label.at);
        JsonLabel { path, start, end, text: &label.text }
    };
    let fix = finding.fix.as_ref().map(|fix| JsonFix {
        title: &fix.title,
        safe: fix.safety == Safety::Safe,
        edits: fix
            .edits
            .iter()
            .map(|(source, edit)| {
                let (path, start, end) = place(sources, Location::new(*source, edit.span));
                JsonEdit { path, start, end, text: &edit.text }
            })
            .collect(),
    });
    JsonFinding {
        rule: &rule.id,
        aliases,
        family: rule.family.as_str(),
        severity: finding.severity.as_str(),
        message: &finding.message,
        path,
        start,
        end,
        labels: finding.labels.iter().map(label).collect(),
        help: finding.help.as_deref(),
        fix,
        clause: finding.clause.as_deref(),
    }
}

fn place(sources: &Sources, at: Location) -> (&str, Place, Place) {
    let (start, end) = positions(sources, at);
    let shown = |position: Position| Place { line: position.line, column: position.column };
    (&sources.get(at.source).path, shown(start), shown(end))
}
