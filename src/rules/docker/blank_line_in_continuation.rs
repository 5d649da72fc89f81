use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx, Safety};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let text = file.source.text();
    for step in file.steps() {
        let instruction = step.instruction;
        if instruction.blank_lines.is_empty() {
            continue;
        }
        // BuildKit speaks of the line on which the instruction ends.
        let end = instruction.head.end;
        let before = text.get(..end as usize).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let start = u32::try_from(line).unwrap_or(end);
        let name = instruction.name.text.to_ascii_uppercase();
        let message = format!(
            "the continued `{name}` that ends here has a blank line in it; the lines must follow one another"
        );
        let whole_line = |span: &Span| {
            let rest = text.get(span.end as usize..).unwrap_or("");
            let line_break = rest.find('\n').map_or(rest.len(), |at| at + 1);
            Span::new(span.start, span.end + u32::try_from(line_break).unwrap_or(0))
        };
        let edit =
            |span: &Span| (file.source.id, Edit { span: whole_line(span), text: String::new() });
        let edits = instruction.blank_lines.iter().map(edit).collect();
        let mut report = cx.report(file.at(Span::new(start, end)), message).symbol(step.symbol());
        for span in &instruction.blank_lines {
            report = report.label(file.at(*span), "blank line");
        }
        report.help("delete the blank lines, or write `#` on them").fix(
            "Delete the blank lines",
            Safety::Safe,
            edits,
        );
    }
}
