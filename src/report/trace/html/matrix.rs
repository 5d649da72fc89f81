use std::fmt::Write as _;

use crate::engine::{Report, Verdict};
use crate::report::escape::{prose, xml};
use crate::report::shown_path;
use crate::report::trace::{Row, rows};

/// The clauses as a table, with what filters it.
pub(super) fn write(out: &mut String, report: &Report<'_>, prefix: &str) {
    out.push_str(
        "<section aria-labelledby=\"clauses\">\n<h2 id=\"clauses\" tabindex=\"-1\">Clauses</h2>\n",
    );
    if report.clauses.is_empty() {
        out.push_str("<p>The spec has no clauses.</p>\n</section>\n");
        return;
    }
    controls(out, report);
    out.push_str(
        "<div class=\"scroll\">\n<table id=\"matrix\">\n<caption>Every clause with its rule, its verdict and its place</caption>\n\
         <thead><tr><th scope=\"col\">Scenario</th><th scope=\"col\">Clause</th><th scope=\"col\">Rule</th>\
         <th scope=\"col\">Verdict</th><th scope=\"col\">Place</th></tr></thead>\n",
    );
    let mut requirement: Option<&str> = None;
    for row in &rows(report) {
        let name = row.clause.requirement.as_str();
        if requirement != Some(name) {
            if requirement.is_some() {
                out.push_str("</tbody>\n");
            }
            let _ = writeln!(
                out,
                "<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"5\">{}</th></tr>",
                xml(name)
            );
            requirement = Some(name);
        }
        line(out, report, row, prefix);
    }
    out.push_str("</tbody>\n</table>\n</div>\n</section>\n");
}

fn controls(out: &mut String, report: &Report<'_>) {
    out.push_str(
        "<div class=\"controls\" id=\"controls\" hidden>\n<fieldset><legend>Verdict</legend>\n",
    );
    for verdict in Verdict::ALL {
        let count = report.count(verdict);
        if count > 0 {
            let _ = writeln!(
                out,
                "<label><input type=\"checkbox\" value=\"{verdict}\" checked> {verdict} ({count})</label>"
            );
        }
    }
    out.push_str(
        "</fieldset>\n<p><label>Words <input type=\"search\" id=\"words\"></label></p>\n\
         <p id=\"shown\" role=\"status\"></p>\n</div>\n",
    );
}

fn line(out: &mut String, report: &Report<'_>, row: &Row<'_>, prefix: &str) {
    let clause = row.clause;
    let verdict = clause.verdict;
    let _ = write!(
        out,
        "<tr data-verdict=\"{verdict}\" id=\"{}\"><td>{}</td><td><details><summary>{}</summary>\n<p><code>{}</code></p>\n",
        xml(&format!("clause-{}", clause.id)),
        xml(&clause.scenario),
        prose(&clause.text),
        xml(&clause.id),
    );
    let reason = row.reason();
    if !reason.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", prose(&reason));
    }
    for at in &row.findings {
        let message = prose(&report.findings[*at].message);
        let _ = writeln!(out, "<p><a href=\"#finding-{at}\">{message}</a></p>");
    }
    let _ = writeln!(
        out,
        "</details></td><td>{}</td><td class=\"verdict {verdict}\">{} {verdict}</td><td class=\"place\">{}</td></tr>",
        row.rule.map(|rule| format!("<code>{}</code>", xml(rule))).unwrap_or_default(),
        sign(verdict),
        xml(&format!("{}:{}", shown_path(prefix, row.path), row.line)),
    );
}

/// A verdict is told by more than its colour.
const fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proven => "<span aria-hidden=\"true\">\u{2713}</span>",
        Verdict::Evidenced => "<span aria-hidden=\"true\">\u{25c9}</span>",
        Verdict::Violated => "<span aria-hidden=\"true\">\u{2717}</span>",
        Verdict::NeedsEvidence => "<span aria-hidden=\"true\">\u{25cb}</span>",
        Verdict::Undefined => "<span aria-hidden=\"true\">?</span>",
        Verdict::Excepted => "<span aria-hidden=\"true\">\u{2013}</span>",
    }
}
