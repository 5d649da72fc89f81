//! Rich diagnostics for a terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use codespan_reporting::diagnostic::{self, Diagnostic, LabelStyle};
use codespan_reporting::term::{self, Chars, Config, DisplayStyle};

use super::excerpt::Excerpts;
use super::style::{Ansi, BOLD, RESET, visible};
use crate::engine::{Judged, Report, Verdict};
use crate::rule::{Catalog, Finding, Safety, Severity};
use crate::text::{Location, Sources};

/// How findings are shown to a person.
#[derive(Clone, Debug, Default)]
pub struct TextOptions {
    /// One line per finding, without the source.
    pub short: bool,
    /// ANSI colours.
    pub color: bool,
    /// Only ASCII for frames.
    pub ascii: bool,
    /// Each clause with its verdict, not only their numbers.
    pub clauses: bool,
    /// What stands before each path, such as the folder that was named on the command line.
    pub prefix: String,
}

/// The whole report: findings, clauses that were not judged, the summary.
pub fn render_text(report: &Report<'_>, options: &TextOptions) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        out.push_str(&render_finding(report.sources, report.catalog, finding, options));
    }
    if options.clauses || !options.short {
        render_clauses(report, options, &mut out);
    }
    if !options.short {
        out.push_str(&summary(report, options));
    }
    out
}

/// One finding.
pub fn render_finding(
    sources: &Sources,
    catalog: &Catalog,
    finding: &Finding,
    options: &TextOptions,
) -> String {
    let mut places: Vec<Location> = vec![finding.at];
    places.extend(finding.labels.iter().map(|label| label.at));
    let excerpts = Excerpts::new(sources, &options.prefix, &places);
    let label = |style, at: Location, text: &str| {
        let (file, range) = excerpts.place(sources, at);
        diagnostic::Label::new(style, file, range).with_message(visible(text))
    };
    let mut labels = vec![label(LabelStyle::Primary, finding.at, &finding.at_text)];
    labels.extend(finding.labels.iter().map(|it| label(LabelStyle::Secondary, it.at, &it.text)));
    let mut notes = Vec::new();
    if let Some(help) = &finding.help {
        notes.push(format!("help: {}", visible_lines(help)));
    }
    if let Some(fix) = &finding.fix {
        let how = match fix.safety {
            Safety::Safe => "--fix",
            Safety::Unsafe => "--fix --unsafe-fixes",
        };
        notes.push(format!("fix: {} (`{how}`)", visible(&fix.title)));
    }
    let diagnostic = Diagnostic::new(level(finding.severity))
        .with_code(catalog.get(finding.rule).id.to_string())
        .with_message(visible(&finding.message))
        .with_labels(labels)
        .with_notes(notes);
    let config = Config {
        display_style: if options.short { DisplayStyle::Short } else { DisplayStyle::Rich },
        chars: if options.ascii { Chars::ascii() } else { Chars::default() },
        ..Config::default()
    };
    let mut bytes = Vec::new();
    let result = if options.color {
        term::emit_to_write_style(&mut Ansi(&mut bytes), &config, &excerpts, &diagnostic)
    } else {
        term::emit_to_io_write(&mut bytes, &config, &excerpts, &diagnostic)
    };
    if let Err(error) = result {
        // The excerpts hold every place of the finding, so this is a fault of ours; say the finding.
        return format!("{}: {} ({error})\n", finding.severity, visible(&finding.message));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

const fn level(severity: Severity) -> diagnostic::Severity {
    match severity {
        Severity::Error => diagnostic::Severity::Error,
        Severity::Warning => diagnostic::Severity::Warning,
        Severity::Note => diagnostic::Severity::Note,
    }
}

/// The clauses that were not judged, or all of them.
fn render_clauses(report: &Report<'_>, options: &TextOptions, out: &mut String) {
    let all = report.findings.iter().chain(report.suppressed.iter().map(|it| &it.finding));
    let told: BTreeSet<&str> = all.filter_map(|it| it.clause.as_deref()).collect();
    let untold =
        |clause: &Judged| clause.verdict == Verdict::Violated && !told.contains(&*clause.id);
    let shown = |clause: &&Judged| {
        options.clauses || clause.verdict == Verdict::Undefined || untold(clause)
    };
    let mut any = false;
    for clause in report.clauses.iter().filter(shown) {
        let (start, _) = super::positions(report.sources, clause.at);
        let path = &report.sources.get(clause.at.source).path;
        let _ = write!(
            out,
            "{:<14} {}:{}: {}",
            clause.verdict.as_str(),
            visible(&super::shown_path(&options.prefix, path)),
            start.line,
            visible(&clause.text)
        );
        if !clause.note.is_empty() {
            let _ = write!(out, " ({})", visible(&clause.note));
        }
        if let Some(rule) = clause.rule.filter(|_| untold(clause)) {
            let rule = &report.catalog.get(rule).id;
            let _ = write!(out, " (`{rule}` finds it violated; the finding is left out)");
        }
        out.push('\n');
        any = true;
    }
    if any {
        out.push('\n');
    }
}

/// One line: clauses by verdict, findings by severity.
pub fn summary(report: &Report<'_>, options: &TextOptions) -> String {
    let mut parts = Vec::new();
    if !report.clauses.is_empty() {
        let counts = Verdict::ALL.into_iter().map(|verdict| (report.count(verdict), verdict));
        let counts = counts.filter(|(count, _)| *count > 0);
        let counts: Vec<String> =
            counts.map(|(count, verdict)| format!("{count} {verdict}")).collect();
        parts.push(format!("{}: {}", counted(report.clauses.len(), "clause"), counts.join(", ")));
    }
    let counts = Severity::ALL.into_iter().rev();
    let counts = counts.map(|severity| (report.count_findings(severity), severity));
    let counts: Vec<String> = counts
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| counted(count, severity.as_str()))
        .collect();
    parts.push(if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") });
    if !report.suppressed.is_empty() {
        parts.push(format!("{} suppressed", report.suppressed.len()));
    }
    let line = parts.join("; ");
    if options.color { format!("{BOLD}{line}{RESET}\n") } else { format!("{line}\n") }
}

fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
