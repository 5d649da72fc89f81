use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};
use crate::syntax::yaml::{Entry, Merges, Tree};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for file in &pipeline.files {
        // What stands twice after a fault may be no key at all.
        let tree = pipeline.tree(file.source.id).filter(|tree| tree.errors.is_empty());
        let Some(tree) = tree else { continue };
        let mut merges = Merges::new(tree);
        for mapping in tree.mappings() {
            if !has_equal_keys(tree, tree.mapping(mapping).unwrap_or_default()) {
                continue;
            }
            for (lost, kept) in &merges.merged(mapping).duplicates {
                let Some(key) = tree.scalar(kept.key) else { continue };
                let same = file.source.slice(tree.node(lost.value).span)
                    == file.source.slice(tree.node(kept.value).span);
                let message = match same {
                    true => format!("`{}` is set twice in this mapping, to the same", key.value),
                    false => format!(
                        "`{}` is set twice in this mapping, and what the first one says is lost",
                        key.value
                    ),
                };
                cx.report(file.source.at(tree.node(kept.key).span), message)
                    .symbol(format!("key:{}", key.value))
                    .label(file.source.at(tree.node(lost.key).span), "lost without a word")
                    .help("put both into one, or remove one of them");
            }
        }
    }
}

/// Whether two keys have the same text; quick, since hardly any mapping has such.
fn has_equal_keys(tree: &Tree<'_>, entries: &[Entry]) -> bool {
    const FEW: usize = 12;
    let text = |entry: &Entry| tree.scalar(entry.key).map(|key| key.value.as_ref());
    if entries.len() <= FEW {
        return entries.iter().enumerate().any(|(at, entry)| {
            text(entry).is_some_and(|key| entries[..at].iter().any(|it| text(it) == Some(key)))
        });
    }
    let mut keys: Vec<&str> = entries.iter().filter_map(text).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}
