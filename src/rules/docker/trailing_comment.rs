use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx, Safety};
use crate::syntax::dockerfile::Keyword;
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps() {
        let instruction = step.instruction;
        let makes = match instruction.keyword {
            Keyword::Arg => "each word of it becomes an argument",
            Keyword::User => "it becomes part of the user's name",
            Keyword::Workdir => "it becomes part of the folder's name",
            Keyword::Copy | Keyword::Add => {
                "its words become files, and the last one the destination"
            }
            Keyword::Volume => "each word of it becomes a volume",
            Keyword::Stopsignal => "it becomes part of the signal",
            _ => continue,
        };
        let text = instruction.rest_text();
        let Some(at) = comment_start(text) else { continue };
        let end = u32::try_from(text.len()).unwrap_or(0);
        let from = instruction.rest.start + u32::try_from(at).unwrap_or(0);
        let span = instruction.logical.map.span(from..instruction.rest.start + end);
        let name = instruction.keyword.as_str();
        let message = format!("what stands behind `{name}` here is no comment: {makes}");
        let report = cx
            .report(file.at(span), message)
            .help("put the comment on a line of its own; only a line that begins with `#` is one")
            .symbol(step.symbol());
        if !instruction.is_continued() && instruction.heredocs.is_empty() {
            let comment = file.source.slice(span).to_owned();
            let kept = file.source.slice(Span::new(instruction.span.start, span.start)).trim_end();
            let start = instruction.span.start + u32::try_from(kept.len()).unwrap_or(0);
            let newline = if file.source.text().contains("\r\n") { "\r\n" } else { "\n" };
            let edits = vec![
                (
                    file.source.id,
                    Edit {
                        span: Span::empty(instruction.span.start),
                        text: format!("{comment}{newline}"),
                    },
                ),
                (file.source.id, Edit { span: Span::new(start, span.end), text: String::new() }),
            ];
            report.fix("Put the comment on a line of its own", Safety::Safe, edits);
        }
    }
}

/// Where a `#` stands as a word of its own, with words behind it, outside of quotes.
fn comment_start(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut before = ' ';
    for (at, ch) in text.char_indices() {
        match quote {
            Some(open) if ch == open => quote = None,
            Some(_) => {}
            None if matches!(ch, '"' | '\'') => quote = Some(ch),
            None if ch == '#' && before.is_whitespace() && at > 0 => {
                let behind = text[at + 1..].chars().next();
                return (behind == Some(' ') || behind == Some('#')).then_some(at);
            }
            None => {}
        }
        before = ch;
    }
    None
}
