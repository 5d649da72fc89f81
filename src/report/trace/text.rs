use std::fmt::Write as _;

use super::{rows, totals};
use crate::engine::{Report, Verdict};
use crate::report::style::{BOLD, RESET, visible};
use crate::report::{positions, shown_path};

/// The trace for a terminal, by requirement and scenario. `prefix` stands before each path.
pub fn render_trace_text(report: &Report<'_>, prefix: &str, color: bool) -> String {
    let rows = rows(report);
    let width = rows.iter().filter_map(|row| row.rule).map(str::len).max().unwrap_or(1);
    let bold = |text: &str| {
        if color { format!("{BOLD}{}{RESET}", visible(text)) } else { visible(text) }
    };
    let mut out = String::new();
    let mut last: Option<(&str, &str)> = None;
    for row in &rows {
        let (requirement, scenario) =
            (row.clause.requirement.as_str(), row.clause.scenario.as_str());
        // The id of a clause is that of the heading with its number.
        let id = visible(&row.clause.id);
        let (id, number) = id.split_at(id.rfind('#').unwrap_or(id.len()));
        if last.is_none_or(|(it, _)| it != requirement) {
            let gap = if last.is_some() { "\n" } else { "" };
            let shown = if scenario.is_empty() { format!("  [{id}]") } else { String::new() };
            let _ = writeln!(out, "{gap}{}{shown}", bold(requirement));
        }
        if last != Some((requirement, scenario)) && !scenario.is_empty() {
            let _ = writeln!(out, "  {}  [{id}]", visible(scenario));
        }
        last = Some((requirement, scenario));
        let verdict = format!("{:<14}", row.clause.verdict.as_str());
        let _ = writeln!(
            out,
            "    {}  {:<width$}  {:<3} {}:{}: {}",
            if color { format!("{}{verdict}{RESET}", colour(row.clause.verdict)) } else { verdict },
            row.rule.unwrap_or("-"),
            number,
            visible(&shown_path(prefix, row.path)),
            row.line,
            visible(&row.clause.text),
        );
        for finding in row.findings.iter().map(|at| &report.findings[*at]) {
            let path = shown_path(prefix, &report.sources.get(finding.at.source).path);
            let line = positions(report.sources, finding.at).0.line;
            let message = visible(&finding.message);
            let _ = writeln!(out, "        {}:{line}: {message}", visible(&path));
        }
        let reason = row.reason();
        if !reason.is_empty() {
            let _ = writeln!(out, "        {}", visible(&reason));
        }
    }
    let _ = writeln!(out, "\n{}", bold(&totals(report)));
    out
}

const fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proven | Verdict::Evidenced => "\u{1b}[32m",
        Verdict::Violated => "\u{1b}[1;31m",
        Verdict::NeedsEvidence | Verdict::Undefined => "\u{1b}[33m",
        Verdict::Excepted => "\u{1b}[36m",
    }
}
