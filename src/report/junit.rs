//! JUnit XML as GitLab's `artifacts:reports:junit` reads it: one test case for each clause, and for `check` one for
//! each further finding. What was not judged is skipped, with the reason; it never counts as passed.
//!
//! <https://docs.gitlab.com/ci/testing/unit_test_reports/>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::escape::xml;
use super::trace::{Row, rows};
use super::{positions, shown_path};
use crate::engine::{Report, Verdict};
use crate::rule::Finding;

#[derive(Default)]
struct Suite {
    name: String,
    cases: String,
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Suite {
    fn add(&mut self, (class, name, file): (&str, &str, &str), outcome: &Outcome) {
        self.tests += 1;
        let _ = write!(
            self.cases,
            "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"0\"",
            xml(class),
            xml(name),
            xml(file)
        );
        match outcome {
            Outcome::Passed => self.cases.push_str("/>\n"),
            // GitLab shows the text of these elements; others show the message.
            Outcome::Skipped(why) => {
                self.skipped += 1;
                let why = xml(why);
                let _ =
                    writeln!(self.cases, "><skipped message=\"{why}\">{why}</skipped></testcase>");
            }
            Outcome::Failed(message, text) => {
                self.failures += 1;
                let _ = writeln!(
                    self.cases,
                    "><failure type=\"violated\" message=\"{}\">{}</failure></testcase>",
                    xml(message),
                    xml(text)
                );
            }
        }
    }
}

enum Outcome {
    Passed,
    Skipped(String),
    /// The message, and the same with the places.
    Failed(String, String),
}

/// The clauses as test cases. `prefix` leads from the root of the repository to the project.
pub fn render_trace_junit(report: &Report<'_>, prefix: &str) -> String {
    document(&clause_suites(report, prefix))
}

/// The clauses and the findings beside them as test cases. `prefix` leads from the root of the repository to the
/// project.
pub fn render_junit(report: &Report<'_>, prefix: &str) -> String {
    let mut suites = clause_suites(report, prefix);
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let beside = report.findings.iter().filter(|finding| finding.clause.is_none());
    for finding in beside {
        files.entry(&report.sources.get(finding.at.source).path).or_default().push(finding);
    }
    for (path, findings) in files {
        let path = shown_path(prefix, path);
        let mut suite = Suite { name: path.clone(), ..Suite::default() };
        for finding in findings {
            let rule = &report.catalog.get(finding.rule).id;
            let name = format!("{rule}: {}", finding.message);
            let (message, text) = told(report, &[finding], prefix);
            suite.add((rule, &name, &path), &Outcome::Failed(message, text));
        }
        suites.push(suite);
    }
    if suites.is_empty() {
        // A report without any case is refused as empty.
        let mut suite = Suite { name: "pipespec".to_owned(), ..Suite::default() };
        suite.add(("pipespec", "no findings", ""), &Outcome::Passed);
        suites.push(suite);
    }
    document(&suites)
}

fn clause_suites(report: &Report<'_>, prefix: &str) -> Vec<Suite> {
    let mut suites: Vec<Suite> = Vec::new();
    for row in rows(report) {
        if suites.last().is_none_or(|suite| suite.name != row.clause.requirement) {
            suites.push(Suite { name: row.clause.requirement.clone(), ..Suite::default() });
        }
        let clause = row.clause;
        let class = match clause.scenario.as_str() {
            "" => clause.requirement.clone(),
            scenario => format!("{}/{scenario}", clause.requirement),
        };
        let file = shown_path(prefix, row.path);
        let outcome = outcome(report, &row, prefix);
        if let Some(suite) = suites.last_mut() {
            suite.add((&class, &clause.text, &file), &outcome);
        }
    }
    suites
}

fn outcome(report: &Report<'_>, row: &Row<'_>, prefix: &str) -> Outcome {
    match row.clause.verdict {
        Verdict::Proven | Verdict::Evidenced => Outcome::Passed,
        Verdict::Violated => {
            let findings: Vec<&Finding> =
                row.findings.iter().map(|at| &report.findings[*at]).collect();
            let (message, text) = told(report, &findings, prefix);
            if message.is_empty() {
                let message = row.reason();
                return Outcome::Failed(message.clone(), message);
            }
            Outcome::Failed(message, text)
        }
        Verdict::NeedsEvidence | Verdict::Undefined | Verdict::Excepted => {
            Outcome::Skipped(row.reason())
        }
    }
}

/// The first message, and all of them with their places.
fn told(report: &Report<'_>, findings: &[&Finding], prefix: &str) -> (String, String) {
    let mut text = String::new();
    for finding in findings {
        let path = shown_path(prefix, &report.sources.get(finding.at.source).path);
        let at = positions(report.sources, finding.at).0;
        let rule = &report.catalog.get(finding.rule).id;
        let _ = writeln!(text, "{path}:{}:{}: {} [{rule}]", at.line, at.column, finding.message);
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
    let message = findings.first().map(|it| it.message.clone()).unwrap_or_default();
    (message, text)
}

fn document(suites: &[Suite]) -> String {
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"pipespec\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\">",
        sum(|it| it.tests),
        sum(|it| it.failures),
        sum(|it| it.skipped)
    );
    for suite in suites {
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\">\n{}  </testsuite>",
            xml(&suite.name),
            suite.tests,
            suite.failures,
            suite.skipped,
            suite.cases
        );
    }
    out.push_str("</testsuites>\n");
    out
}
