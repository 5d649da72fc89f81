//! Findings that are accepted in place.
//!
//! `# pipespec: ignore[rule, other-rule] reason` at the end of a line accepts findings on that line;
//! on a line of its own, findings on the next line that is neither blank nor a comment. In Markdown
//! the same stands in `<!-- ... -->`. hadolint's `# hadolint ignore=CODE,CODE` (also `global` and
//! `stage`) work as they do there, on whole instructions.

use crate::model::docker::{Dockerfile, Pragma, PragmaScope, Tool};
use crate::text::{Source, Span};

/// One comment that accepts findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The comment, without the white space around it.
    pub span: Span,
    /// The rules, families or aliases that it names, each with its place.
    pub names: Vec<(String, Span)>,
    /// Why; empty if no reason is given.
    pub reason: String,
    /// Where it holds.
    pub scope: Scope,
    /// Whose comment it is.
    pub dialect: Dialect,
}

/// Where a suppression holds. Lines count from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Findings that start on these lines.
    Lines(u32, u32),
    /// The whole file.
    File,
}

/// Whose comment a suppression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Ours: a reason is required, unused ones are reported.
    Pipespec,
    /// hadolint's: neither.
    Hadolint,
}

const MARK: &str = "pipespec:";

/// The suppressions of one source: ours in the order of the text, then hadolint's.
///
/// In a Dockerfile a comment above an instruction covers all of it.
pub fn suppressions(source: &Source, dockerfile: Option<&Dockerfile<'_>>) -> Vec<Suppression> {
    let pragmas = dockerfile.map_or(&[][..], |it| &it.pragmas);
    let theirs = pragmas.iter().filter(|it| it.tool == Tool::Hadolint);
    let theirs = theirs.filter_map(|pragma| hadolint(pragma, source));
    let mut found = Vec::new();
    if source.text().contains(MARK) {
        let instructions = dockerfile.map_or(&[][..], |it| it.instructions());
        let instructions: Vec<Span> = instructions.iter().map(|it| it.span).collect();
        let mut offset = 0;
        for line in source.text().split_inclusive('\n') {
            let comment = comment(line, offset);
            found.extend(comment.and_then(|comment| ours(&comment, source, &instructions)));
            offset += line.len();
        }
    }
    found.extend(theirs);
    found
}

/// A comment of one line.
struct Comment<'t> {
    /// Behind `#` or `<!--`, up to the end of the line or `-->`.
    text: &'t str,
    /// Offset of `text`.
    start: usize,
    span: Span,
    own_line: bool,
}

fn comment(line: &str, offset: usize) -> Option<Comment<'_>> {
    let content = line.trim_end();
    let at = |mark: &str| {
        let from = content.find(mark)?;
        let (open, close) = [("<!--", "-->"), ("#", ""), ("//", "")]
            .into_iter()
            .filter_map(|(open, close)| Some((content[..from].rfind(open)?, open, close)))
            .max_by_key(|(position, ..)| *position)
            .filter(|(position, open, _)| content[position + open.len()..from].trim().is_empty())
            .map(|(position, open, close)| ((position, open), close))?;
        Some((open, close))
    };
    let ((start, open), close) = at(MARK)?;
    let body = &content[start + open.len()..];
    let body = if close.is_empty() { body } else { body.split(close).next().unwrap_or(body) };
    let own_line = content[..start].trim().is_empty();
    let text_start = offset + start + open.len();
    let span = Span::from_range(offset + start..offset + content.len());
    Some(Comment { text: body, start: text_start, span, own_line })
}

fn ours(comment: &Comment<'_>, source: &Source, instructions: &[Span]) -> Option<Suppression> {
    let rest = comment.text.trim_start().strip_prefix(MARK)?.trim_start();
    let rest = rest.strip_prefix("ignore")?;
    let (file, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (names, reason) = rest.strip_prefix('[')?.split_once(']')?;
    let names_at = comment.start + comment.text.len() - rest.len() + 1;
    let names = split_names(names, names_at);
    let scope = if file { Scope::File } else { scope(comment, source, instructions) };
    Some(Suppression {
        span: comment.span,
        names,
        reason: reason.trim().trim_start_matches([':', '-']).trim().to_owned(),
        scope,
        dialect: Dialect::Pipespec,
    })
}

fn hadolint(pragma: &Pragma<'_>, source: &Source) -> Option<Suppression> {
    let lines = source.lines();
    let scope = match pragma.scope {
        PragmaScope::File => Scope::File,
        PragmaScope::Within(span) | PragmaScope::Stage(span) if !span.is_empty() => {
            Scope::Lines(lines.line(span.start), lines.line(span.end))
        }
        PragmaScope::Within(_) | PragmaScope::Stage(_) => return None,
    };
    Some(Suppression {
        span: pragma.span,
        names: pragma.skip.iter().map(|name| (name.to_string(), pragma.span)).collect(),
        reason: pragma.reason.to_owned(),
        scope,
        dialect: Dialect::Hadolint,
    })
}

fn split_names(names: &str, at: usize) -> Vec<(String, Span)> {
    let mut start = at;
    let mut result = Vec::new();
    for name in names.split(',') {
        let trimmed = name.trim();
        if !trimmed.is_empty() {
            let from = start + (name.len() - name.trim_start().len());
            result.push((trimmed.to_owned(), Span::from_range(from..from + trimmed.len())));
        }
        start += name.len() + 1;
    }
    result
}

/// The lines that a comment speaks of: its own, or those of what stands below it.
fn scope(comment: &Comment<'_>, source: &Source, instructions: &[Span]) -> Scope {
    let lines = source.lines();
    let own = lines.line(comment.span.start);
    let covered = |line: u32| {
        let of_line = |it: &&Span| {
            lines.line(it.start) <= line
                && line <= lines.line(it.end.saturating_sub(1).max(it.start))
        };
        instructions.iter().find(of_line)
    };
    if !comment.own_line {
        return Scope::Lines(own, own);
    }
    let mut line = own + 1;
    while let Some(start) = lines.line_start(line) {
        let end = lines.line_start(line + 1).unwrap_or(u32::MAX);
        let text = source.slice(Span::new(start, end)).trim();
        if !text.is_empty() && !text.starts_with('#') {
            break;
        }
        line += 1;
    }
    match covered(line) {
        Some(span) if lines.line(span.start) == line => Scope::Lines(line, lines.line(span.end)),
        _ => Scope::Lines(line, line),
    }
}

impl Suppression {
    /// Whether a finding that starts on `line` (from 0) lies in its scope.
    pub fn covers(&self, line: u32) -> bool {
        match self.scope {
            Scope::Lines(first, last) => (first..=last).contains(&line),
            Scope::File => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceId;

    fn of(text: &str) -> Vec<Suppression> {
        suppressions(&Source::new(SourceId(0), "f", text), None)
    }

    #[test]
    fn a_trailing_comment_covers_its_line() {
        let text = "a: 1\nb: 2 # pipespec: ignore[x, fam] because of y\n";
        let [found] = &of(text)[..] else { panic!("one expected") };
        assert_eq!(found.reason, "because of y");
        assert_eq!(found.scope, Scope::Lines(1, 1));
        let names: Vec<_> = found.names.iter().map(|(_, at)| &text[at.range()]).collect();
        assert_eq!(names, ["x", "fam"]);
    }

    #[test]
    fn a_comment_of_its_own_covers_the_next_line_with_content() {
        let found = of("# pipespec: ignore[x] r\n\n# more\nb: 2\n");
        assert_eq!(found[0].scope, Scope::Lines(3, 3));
    }

    #[test]
    fn markdown_uses_html_comments() {
        let found = of("<!-- pipespec: ignore[x] reason -->\ntext\n");
        assert_eq!((found[0].reason.as_str(), found[0].scope), ("reason", Scope::Lines(1, 1)));
    }

    #[test]
    fn a_missing_reason_is_kept_as_missing() {
        assert_eq!(of("b: 2 # pipespec: ignore[x]\n")[0].reason, "");
    }

    #[test]
    fn words_that_only_mention_it_are_no_suppression() {
        assert!(of("echo pipespec: ignore[x] y\n# see pipespec: ignore[x]\n").is_empty());
    }
}
