//! SARIF 2.1.0.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::escape::uri;
use super::positions;
use crate::engine::{Report, Suppressed};
use crate::rule::{Finding, Rule, RuleIndex, Safety, Severity};
use crate::text::Location;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The report as one run. `prefix` leads from the root of the repository to the project.
pub fn render_sarif(report: &Report<'_>, prefix: &str) -> String {
    let suppressed = report.suppressed.iter().map(|it| &it.finding);
    let all: Vec<&Finding> = report.findings.iter().chain(suppressed).collect();
    let fingerprints = report.fingerprints(all.iter().copied());
    // The rules that found something, in the order of the catalog.
    let mut rules: BTreeMap<u16, usize> = all.iter().map(|it| (it.rule.0, 0)).collect();
    for (place, index) in rules.values_mut().enumerate() {
        *index = place;
    }
    let run = Run { report, prefix, rules: &rules };
    let mut results = Vec::new();
    for (at, (finding, fingerprint)) in all.iter().zip(fingerprints).enumerate() {
        let accepted =
            at.checked_sub(report.findings.len()).and_then(|it| report.suppressed.get(it));
        results.push(run.result(finding, &fingerprint, accepted));
    }
    let rules: Vec<Json> =
        rules.keys().map(|index| rule(report.catalog.get(RuleIndex(*index)))).collect();
    let failures: Vec<Json> = report
        .failures
        .iter()
        .map(|failure| {
            json!({
                "level": "error",
                "message": {"text": failure.reason},
                "locations": [{"physicalLocation": {"artifactLocation": run.artifact(&failure.path)}}],
            })
        })
        .collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "pipespec",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "automationDetails": {"id": "pipespec/"},
            "invocations": [{
                "executionSuccessful": failures.is_empty(),
                "toolExecutionNotifications": failures,
            }],
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

const fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn rule(rule: &Rule) -> Json {
    let (_, body) = rule.page.trim_start().split_once('\n').unwrap_or((&rule.page, ""));
    let why = body.trim_start().split("\n\n").next().unwrap_or_default().replace('\n', " ");
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": why},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": level(rule.severity), "enabled": rule.enabled},
        "properties": {
            "tags": [rule.family.as_str()],
            "problem.severity": if rule.severity == Severity::Note { "recommendation" } else { rule.severity.as_str() },
        },
    })
}

struct Run<'a, 'r> {
    report: &'a Report<'r>,
    prefix: &'a str,
    rules: &'a BTreeMap<u16, usize>,
}

impl Run<'_, '_> {
    fn artifact(&self, path: &str) -> Json {
        if Path::new(path).is_absolute() {
            return json!({"uri": format!("file://{}", uri(path))});
        }
        json!({"uri": uri(&format!("{}{path}", self.prefix)), "uriBaseId": "%SRCROOT%"})
    }

    fn region(&self, at: Location) -> Json {
        let (start, end) = positions(self.report.sources, at);
        json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        })
    }

    fn physical(&self, at: Location) -> Json {
        let path = &self.report.sources.get(at.source).path;
        json!({"artifactLocation": self.artifact(path), "region": self.region(at)})
    }

    fn result(&self, finding: &Finding, fingerprint: &str, accepted: Option<&Suppressed>) -> Json {
        let mut location = json!({"physicalLocation": self.physical(finding.at)});
        if !finding.symbol.is_empty() {
            location["logicalLocations"] = json!([{"fullyQualifiedName": finding.symbol}]);
        }
        let labels = finding.labels.iter().enumerate().map(|(at, label)| {
            json!({
                "id": at + 1,
                "message": {"text": label.text},
                "physicalLocation": self.physical(label.at),
            })
        });
        let mut text = finding.message.clone();
        if let Some(help) = &finding.help {
            text = format!("{text}\n{help}");
        }
        let mut result = json!({
            "ruleId": self.report.catalog.get(finding.rule).id,
            "ruleIndex": self.rules.get(&finding.rule.0),
            "level": level(finding.severity),
            "message": {"text": text},
            "locations": [location],
            "relatedLocations": labels.collect::<Vec<_>>(),
            "partialFingerprints": {"pipespec/v1": fingerprint},
        });
        if let Some(clause) = &finding.clause {
            result["properties"] = json!({"clause": clause});
        }
        if let Some(fix) = &finding.fix {
            let mut changes: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
            for (source, edit) in &fix.edits {
                changes.entry(&self.report.sources.get(*source).path).or_default().push(json!({
                    "deletedRegion": self.region(Location::new(*source, edit.span)),
                    "insertedContent": {"text": edit.text},
                }));
            }
            let changes: Vec<Json> = changes
                .into_iter()
                .map(|(path, replacements)| {
                    json!({"artifactLocation": self.artifact(path), "replacements": replacements})
                })
                .collect();
            let safe = fix.safety == Safety::Safe;
            result["fixes"] = json!([{
                "description": {"text": fix.title},
                "artifactChanges": changes,
                "properties": {"safe": safe},
            }]);
        }
        if let Some(accepted) = accepted {
            let by = self.report.sources.get(accepted.by.source);
            let in_source = by.id == finding.at.source;
            result["suppressions"] = json!([{
                "kind": if in_source { "inSource" } else { "external" },
                "justification": accepted.reason,
                "location": {"physicalLocation": self.physical(accepted.by)},
            }]);
        }
        result
    }
}
