use std::collections::HashMap;

use crate::model::gitlab::{IncludedFile, Pipeline};
use crate::rule::{Check, Cx};
use crate::syntax::yaml::{Entry, NodeId};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let mut known: HashMap<&str, Vec<(usize, Entry)>> = HashMap::new();
    for (place, file) in pipeline.files.iter().enumerate() {
        let again = pipeline.files[..place].iter().any(|it| it.source.id == file.source.id);
        let Some(tree) = pipeline.tree(file.source.id).filter(|_| file.certain && !again) else {
            continue;
        };
        let roots: Vec<NodeId> = tree.documents.iter().filter_map(|it| it.root).collect();
        let has_header = roots.first().is_some_and(|it| tree.get(*it, "spec").is_some());
        let root = if has_header { roots.last() } else { roots.first() };
        for entry in root.and_then(|it| tree.mapping(*it)).unwrap_or_default() {
            let Some(name) = tree.scalar(entry.key).map(|key| key.value.as_ref()) else { continue };
            let is_job = pipeline.job(name).is_some() && tree.get(entry.value, "script").is_some();
            // With inputs in it the name is another one each time.
            if !is_job || name.contains("$[[") {
                continue;
            }
            let namesakes = known.entry(name).or_default();
            if let Some((at, first)) =
                namesakes.iter().find(|(at, _)| is_beside(pipeline, *at, place))
            {
                let before: &IncludedFile<'_> = &pipeline.files[*at];
                let message = format!(
                    "job `{name}` is defined in `{}` too, and neither file includes the other: GitLab merges \
                     both into one job",
                    before.source.path
                );
                let Some(tree_before) = pipeline.tree(before.source.id) else { continue };
                cx.report(file.source.at(tree.node(entry.key).span), message)
                    .symbol(format!("job:{name}"))
                    .label(before.source.at(tree_before.node(first.key).span), "its script is lost")
                    .help("rename one of them");
            } else {
                namesakes.push((place, *entry));
            }
        }
    }
}

/// Whether neither of two files includes the other, directly or through others.
fn is_beside(pipeline: &Pipeline<'_>, one: usize, other: usize) -> bool {
    let above = |mut at: usize, wanted: usize| {
        while let Some(parent) = pipeline.files.get(at).and_then(|file| file.parent) {
            if parent == wanted {
                return true;
            }
            at = parent;
        }
        false
    };
    // Within one file the second is a duplicate key.
    one != other && !above(one, other) && !above(other, one)
}
