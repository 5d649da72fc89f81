//! A report as the editor shows it.

use std::collections::BTreeMap;
use std::path::Path;

use gen_lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message, Range,
    Uri,
};

use super::position::Encoding;
use super::uri;
use crate::engine::{ConfigError, Report, fixed_text};
use crate::rule::{Finding, Safety, Severity};
use crate::text::{LineIndex, Source};

pub(super) const SOURCE: &str = "pipespec";

/// A finding in a file.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) diagnostic: Diagnostic,
    pub(super) fix: Option<FoundFix>,
}

/// A way to mend a finding.
#[derive(Clone, Debug)]
pub(super) struct FoundFix {
    pub(super) title: String,
    pub(super) is_safe: bool,
    /// Path, place and new text.
    pub(super) edits: Vec<(String, Range, String)>,
}

/// A clause with its verdict.
#[derive(Clone, Debug)]
pub(super) struct FoundClause {
    pub(super) range: Range,
    /// Markdown.
    pub(super) text: String,
}

/// All that a report says, by paths.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) files: BTreeMap<String, Vec<Found>>,
    pub(super) clauses: BTreeMap<String, Vec<FoundClause>>,
    /// The texts of open files after one round of safe fixes, where that changes them.
    pub(super) fixed: BTreeMap<String, String>,
    /// What could not be read, as messages.
    pub(super) failures: Vec<String>,
}

impl Findings {
    /// What `report` says; `open` are the paths of files that are open.
    pub(super) fn new(
        report: &Report<'_>,
        root: &Path,
        open: &[String],
        encoding: Encoding,
    ) -> Self {
        let mut findings = Self::default();
        let shown = Shown { report, root, encoding };
        for finding in &report.findings {
            let path = report.sources.get(finding.at.source).path.clone();
            findings.files.entry(path).or_default().push(shown.found(finding));
        }
        for clause in &report.clauses {
            let source = report.sources.get(clause.at.source);
            let mut text = format!("**{}** `{}`", clause.verdict, clause.id);
            if let Some(rule) = clause.rule.map(|rule| report.catalog.get(rule)) {
                text = format!("{text}\n\njudged by `{}`: {}", rule.id, rule.title);
            }
            if !clause.note.is_empty() {
                text = format!("{text}\n\n{}", clause.note);
            }
            let range = encoding.range_in(source, clause.at.span);
            let found = FoundClause { range, text };
            findings.clauses.entry(source.path.clone()).or_default().push(found);
        }
        let fixed = open.iter().filter_map(|path| Some((path.clone(), fixed_text(report, path)?)));
        findings.fixed = fixed.collect();
        let failures = report.failures.iter();
        findings.failures = failures.map(|it| format!("`{}` {}", it.path, it.reason)).collect();
        findings
    }

    /// A fault in the configuration, in place of all findings.
    pub(super) fn of_config(error: &ConfigError, encoding: Encoding) -> Self {
        let lines = LineIndex::new(error.text());
        let diagnostic = Diagnostic {
            range: encoding.range(error.text(), &lines, error.span()),
            severity: Some(DiagnosticSeverity::Error),
            code: Some(Code::String("config".to_owned())),
            source: Some(SOURCE.to_owned()),
            message: Message::String(with_help(&error.to_string(), error.advice())),
            code_description: None,
            tags: None,
            related_information: None,
            data: None,
        };
        let found = vec![Found { diagnostic, fix: None }];
        Self { files: [(error.path().to_owned(), found)].into(), ..Self::default() }
    }

    pub(super) fn diagnostics(&self, path: &str) -> Vec<Diagnostic> {
        let found = self.files.get(path).into_iter().flatten();
        found.map(|it| it.diagnostic.clone()).collect()
    }
}

fn with_help(message: &str, help: Option<&str>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message}\n{help}"))
}

struct Shown<'a, 'p> {
    report: &'a Report<'p>,
    root: &'a Path,
    encoding: Encoding,
}

impl Shown<'_, '_> {
    fn uri(&self, source: &Source) -> Uri {
        uri::of_path(&self.root.join(&source.path))
    }

    fn found(&self, finding: &Finding) -> Found {
        let rule = self.report.catalog.get(finding.rule);
        let source = |id| self.report.sources.get(id);
        let place = |at: crate::text::Location| self.encoding.range_in(source(at.source), at.span);
        let labels = finding.labels.iter().map(|label| DiagnosticRelatedInformation {
            location: Location::new(self.uri(source(label.at.source)), place(label.at)),
            message: label.text.clone(),
        });
        let diagnostic = Diagnostic {
            range: place(finding.at),
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::Error,
                Severity::Warning => DiagnosticSeverity::Warning,
                Severity::Note => DiagnosticSeverity::Information,
            }),
            code: Some(Code::String(rule.id.to_string())),
            code_description: None,
            source: Some(SOURCE.to_owned()),
            message: Message::String(with_help(&finding.message, finding.help.as_deref())),
            tags: None,
            related_information: Some(labels.collect()).filter(|it: &Vec<_>| !it.is_empty()),
            data: None,
        };
        let fix = finding.fix.as_ref().map(|fix| FoundFix {
            title: fix.title.clone(),
            is_safe: fix.safety == Safety::Safe,
            edits: fix
                .edits
                .iter()
                .map(|(id, edit)| {
                    let source = source(*id);
                    let range = self.encoding.range_in(source, edit.span);
                    (source.path.clone(), range, edit.text.clone())
                })
                .collect(),
        });
        Found { diagnostic, fix }
    }
}
