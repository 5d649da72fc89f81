use crate::model::gitlab::{IncludedFile, Pipeline};
use crate::rule::{Check, Cx, Safety};
use crate::syntax::yaml::{Entry, NodeId, Tree};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Pipeline(check);

const GLOBALS: [&str; 5] = ["image", "services", "cache", "before_script", "after_script"];

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let mut files: Vec<(&IncludedFile<'_>, &Tree<'_>, Vec<Entry>)> = Vec::new();
    for file in &pipeline.files {
        let Some(tree) = pipeline.tree(file.source.id) else { continue };
        let roots: Vec<NodeId> = tree.documents.iter().filter_map(|it| it.root).collect();
        let has_header = roots.first().is_some_and(|it| tree.get(*it, "spec").is_some());
        let root = if has_header { roots.last() } else { roots.first() };
        let entries = root.and_then(|it| tree.mapping(*it)).unwrap_or_default();
        let global =
            |it: &&Entry| tree.scalar(it.key).is_some_and(|it| GLOBALS.contains(&&*it.value));
        let found: Vec<Entry> = entries.iter().filter(global).copied().collect();
        if !found.is_empty() && !files.iter().any(|it| it.0.source.id == file.source.id) {
            files.push((file, tree, found));
        }
    }
    // A default in one file and a global in another would clash.
    let fixable = files.len() == 1
        && pipeline.config.get("default").is_none()
        && pipeline.is_complete()
        && pipeline.kind.is_pipeline();
    for (file, tree, found) in &files {
        let Some((first, more)) = found.split_first() else { continue };
        let names: Vec<String> = found
            .iter()
            .filter_map(|it| Some(format!("`{}`", tree.scalar(it.key)?.value)))
            .collect();
        let verb = if names.len() == 1 { "is" } else { "are" };
        let message = format!(
            "{} {verb} deprecated at the top level; put {} under `default`",
            names.join(", "),
            if names.len() == 1 { "it" } else { "them" }
        );
        let at = |entry: &Entry| file.source.at(tree.node(entry.key).span);
        let mut report =
            cx.report(at(first), message).symbol(format!("global:{}", file.source.path));
        for entry in more {
            report = report.label(at(entry), "this too");
        }
        let report =
            report.help("move what stands there below `default:`, two columns to the right");
        if let Some(edits) = moved(file.source.text(), tree, found).filter(|_| fixable) {
            let edits = edits.into_iter().map(|edit| (file.source.id, edit)).collect();
            report.fix("move it under `default`", Safety::Safe, edits);
        }
    }
}

/// The edits that indent these entries and put `default:` above them; nothing unless they are in
/// block style, with nothing else between them.
fn moved(text: &str, tree: &Tree<'_>, entries: &[Entry]) -> Option<Vec<Edit>> {
    let start = tree.node(entries.first()?.key).span.start as usize;
    let last = entries.last()?;
    let end = tree.node(last.value).span.end.max(tree.node(last.key).span.end) as usize;
    let block = text.get(start..end)?;
    let column_0 = start == 0 || text.as_bytes().get(start - 1) == Some(&b'\n');
    let keys = entries.iter().map(|it| tree.node(it.key).span.start as usize);
    let others = block.split_inclusive('\n').scan(start, |at, line| {
        let here = *at;
        *at += line.len();
        Some((here, line))
    });
    let own: Vec<usize> = keys.collect();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = Vec::new();
    for (at, line) in others {
        let first = line.chars().next()?;
        // Items of a list may stand in the column of their key.
        let foreign = !first.is_whitespace() && !"-#]})".contains(first) && !own.contains(&at);
        if foreign || first == '\t' {
            return None;
        }
        let lead = if at == start { format!("default:{newline}  ") } else { "  ".to_owned() };
        if !line.trim().is_empty() {
            let at = u32::try_from(at).ok()?;
            edits.push(Edit { span: Span::empty(at), text: lead });
        }
    }
    column_0.then_some(edits)
}
