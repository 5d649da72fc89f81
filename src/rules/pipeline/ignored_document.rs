use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};
use crate::syntax::yaml::NodeId;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for file in &pipeline.files {
        let Some(tree) = pipeline.tree(file.source.id).filter(|tree| tree.errors.is_empty()) else {
            continue;
        };
        let filled = |root: &NodeId| tree.mapping(*root).is_some_and(|it| !it.is_empty());
        let roots: Vec<NodeId> =
            tree.documents.iter().filter_map(|it| it.root).filter(filled).collect();
        let Some((first, rest)) = roots.split_first() else { continue };
        let has_header = tree.get(*first, "spec").is_some();
        // With a header the last document is the configuration.
        let ignored = match has_header {
            true => rest.split_last().map_or(&[][..], |(_, between)| between),
            false => rest,
        };
        let counted = if has_header { roots.last().copied() } else { Some(*first) };
        for root in ignored {
            let span = tree.node(*root).span;
            let line = file.source.slice(span).lines().next().unwrap_or_default().len();
            let end = span.start + u32::try_from(line).unwrap_or(0);
            let message = "GitLab ignores this document without a word: a file has one configuration, and \
                           a `spec` header at most in front of it";
            let report = cx.report(file.source.at(Span::new(span.start, end)), message);
            let report = report.symbol(format!("document:{}", file.source.path));
            let report =
                report.help("remove the `---` or `...` above it, or put it into a file of its own");
            if let Some(counted) = counted {
                let start = tree.node(counted).span.start;
                report.label(file.source.at(Span::empty(start)), "the document that counts");
            }
        }
    }
}
