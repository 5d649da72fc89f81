use crate::model::gitlab::{Job, Pipeline, Value};
use crate::rule::{Check, Cx};
use crate::syntax::yaml::{NodeKind, Style};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for item in job.scripts.iter().flat_map(|script| &script.items) {
        let Some((line, lost)) = commented_out(pipeline, item) else { continue };
        let at = crate::text::Location::new(item.at().source, line);
        let origin = crate::model::Origin { at, last: item.origin.last.clone() };
        let message = "`>` joins the lines, so this comment reaches to the end of the paragraph and \
                       switches off what follows; use `|`";
        cx.report(&origin, message)
            .symbol(format!("job:{}/script", job.name))
            .label(crate::text::Location::new(item.at().source, lost), "never run")
            .help("begin the block with `|`, which keeps the lines, or move the comment out of it");
    }
}

/// A line of a folded text that begins with `#`, and the line behind it that is folded into it.
fn commented_out(pipeline: &Pipeline<'_>, item: &Value<'_>) -> Option<(Span, Span)> {
    let text = item.as_str()?;
    let file = pipeline.files.iter().find(|it| it.source.id == item.at().source)?;
    let tree = pipeline.tree(file.source.id)?;
    let node = tree.node(tree.follow(item.node?));
    let NodeKind::Scalar(scalar) = &node.kind else { return None };
    if scalar.style != Style::Folded || !text.contains('#') {
        return None;
    }
    let source = file.source.slice(node.span);
    let lines = || {
        source.split_inclusive('\n').scan(node.span.start, |at, line| {
            let start = *at;
            *at += u32::try_from(line.len()).unwrap_or(0);
            Some((start, line))
        })
    };
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut open: Option<Span> = None;
    let mut before = String::new();
    let base =
        lines().skip(1).find(|(_, line)| !line.trim().is_empty()).map(|(_, it)| indent(it))?;
    for (start, line) in lines().skip(1) {
        let trimmed = line.trim();
        // Empty and further indented lines keep their breaks.
        if trimmed.is_empty() || indent(line) != base {
            open = None;
            before.clear();
            continue;
        }
        let from = start + u32::try_from(base).unwrap_or(0);
        let span = Span::new(from, from + u32::try_from(trimmed.len()).unwrap_or(0));
        if let (Some(comment), false) = (open, trimmed.starts_with('#')) {
            return Some((comment, span));
        }
        let quoted = before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1;
        if trimmed.starts_with('#') && !quoted && open.is_none() {
            open = Some(span);
        }
        before.push_str(trimmed);
    }
    None
}
