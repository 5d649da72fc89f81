use std::fmt::Write as _;

use crate::engine::Report;
use crate::report::escape::{prose, xml};
use crate::report::{positions, shown_path};
use crate::rule::Finding;
use crate::text::{Location, Sources, Span};

/// Lines of an excerpt in front of the place and behind its first line.
const AROUND: u32 = 2;
/// Characters of a line that are shown.
const MOST: usize = 200;

/// The findings, each with its lines.
pub(super) fn write(out: &mut String, report: &Report<'_>, prefix: &str) {
    out.push_str("<section aria-labelledby=\"findings\">\n<h2 id=\"findings\" tabindex=\"-1\">Findings</h2>\n");
    if report.findings.is_empty() {
        out.push_str("<p>There are none.</p>\n");
    }
    for (number, finding) in report.findings.iter().enumerate() {
        article(out, report, (number, finding), prefix);
    }
    out.push_str("</section>\n");
}

fn article(
    out: &mut String,
    report: &Report<'_>,
    (number, finding): (usize, &Finding),
    prefix: &str,
) {
    let _ = write!(
        out,
        "<article class=\"{0}\" id=\"finding-{number}\" tabindex=\"-1\">\n<h3>{0}: {1}</h3>\n<p><code>{2}</code></p>\n",
        finding.severity,
        prose(&finding.message),
        xml(&report.catalog.get(finding.rule).id),
    );
    excerpt(out, report.sources, finding.at, &finding.at_text, prefix);
    if !finding.labels.is_empty() {
        let count = finding.labels.len();
        let plural = if count == 1 { "" } else { "s" };
        let _ = writeln!(out, "<details open><summary>{count} further place{plural}</summary>");
        for label in &finding.labels {
            excerpt(out, report.sources, label.at, &label.text, prefix);
        }
        out.push_str("</details>\n");
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "<p>Help: {}</p>", prose(help));
    }
    out.push_str("</article>\n");
}

fn excerpt(out: &mut String, sources: &Sources, at: Location, text: &str, prefix: &str) {
    let source = sources.get(at.source);
    let (start, _) = positions(sources, at);
    let says = if text.is_empty() { String::new() } else { format!(": {}", prose(text)) };
    let _ = write!(
        out,
        "<p class=\"place\">{}{says}</p>\n<pre tabindex=\"0\" aria-label=\"lines of {}\">",
        xml(&format!("{}:{}", shown_path(prefix, &source.path), start.line)),
        xml(&source.path),
    );
    let index = source.lines();
    let line = index.line(at.span.start);
    let length = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
    for number in line.saturating_sub(AROUND)..=line.saturating_add(AROUND) {
        let Some(from) = index.line_start(number) else { break };
        let to = index.line_start(number + 1).unwrap_or(length);
        let content = source.slice(Span::new(from, to)).trim_end_matches(['\n', '\r']);
        if content.is_empty() && from >= length {
            break;
        }
        let _ = write!(out, "<span class=\"number\">{:>5} </span>", number + 1);
        if number == line {
            // The place may start far to the right and go on below.
            let offset = (at.span.start.saturating_sub(from) as usize).min(content.len());
            let end = (at.span.end.saturating_sub(from) as usize).clamp(offset, content.len());
            let parts = (content.get(..offset), content.get(offset..end), content.get(end..));
            if let (Some(before), Some(inside), Some(behind)) = parts {
                let _ = write!(
                    out,
                    "{}<mark>{}</mark>{}",
                    xml(&last(before)),
                    xml(&first(inside)),
                    xml(&first(behind))
                );
            } else {
                out.push_str(&xml(&first(content)));
            }
        } else {
            out.push_str(&xml(&first(content)));
        }
        out.push('\n');
    }
    out.push_str("</pre>\n");
}

/// The beginning of a long text.
fn first(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}\u{2026}", &text[..at]),
        None => text.to_owned(),
    }
}

/// The end of a long text.
fn last(text: &str) -> String {
    match text.char_indices().rev().nth(MOST) {
        Some((at, _)) => format!("\u{2026}{}", &text[at..]),
        None => text.to_owned(),
    }
}
