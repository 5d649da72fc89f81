//! Shows our own errors, which are miette diagnostics, in the frame of the findings.

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;

use crate::report::visible;

fn visible_line(line: &str) -> String {
    match line.strip_suffix('\r') {
        Some(line) => visible(line) + "\r",
        None => visible(line),
    }
}

/// The error as text for a terminal, without colours.
pub(super) fn render_error(error: &dyn miette::Diagnostic) -> String {
    let mut files = SimpleFiles::new();
    let mut labels = Vec::new();
    for label in error.labels().into_iter().flatten() {
        let Some(code) = error.source_code() else { break };
        let Ok(contents) = code.read_span(label.inner(), usize::MAX, usize::MAX) else { continue };
        let text = String::from_utf8_lossy(contents.data());
        // Nothing here changes its length in bytes, so the label keeps its place.
        let lines: Vec<String> = text.split('\n').map(visible_line).collect();
        let text = lines.join("\n");
        let file = files.add(visible(contents.name().unwrap_or_default()), text);
        let range = label.offset()..label.offset() + label.len();
        labels.push(Label::primary(file, range).with_message(visible(label.label().unwrap_or(""))));
    }
    let help = error.help().map(|help| format!("help: {help}"));
    let code = error.code().map(|code| code.to_string()).unwrap_or_default();
    let mut diagnostic = Diagnostic::error()
        .with_message(visible(&error.to_string()))
        .with_labels(labels)
        .with_notes(help.into_iter().collect());
    if !code.is_empty() {
        diagnostic = diagnostic.with_code(code);
    }
    term::emit_into_string(&term::Config::default(), &files, &diagnostic)
        .unwrap_or_else(|_| format!("error: {error}\n"))
}
