use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};
use crate::syntax::yaml::{Entry, Merges, NodeId, Tree};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for file in &pipeline.files {
        let Some(tree) = pipeline.tree(file.source.id) else { continue };
        let mut merges = Merges::new(tree);
        let text = |id: NodeId| file.source.slice(tree.node(tree.follow(id)).span);
        for mapping in tree.mappings() {
            let entries = tree.mapping(mapping).unwrap_or_default();
            if !entries.iter().any(|entry| is_merge(tree, entry)) {
                continue;
            }
            for entry in &merges.merged(mapping).entries {
                // What counts came by a merge; is there an entry of the mapping itself?
                let Some(step) = &entry.way else { continue };
                let Some(key) = tree.scalar(entry.entry.key) else { continue };
                let own = entries.iter().find(|it| {
                    !is_merge(tree, it)
                        && tree.scalar(it.key).is_some_and(|it| it.value == key.value)
                });
                let Some(own) = own.filter(|own| text(own.value) != text(entry.entry.value)) else {
                    continue;
                };
                let message = format!(
                    "`{}` is overwritten by the `<<` below it; GitLab lets a merge win over what stands \
                     above it, so put `<<` first",
                    key.value
                );
                cx.report(file.source.at(tree.node(own.key).span), message)
                    .symbol(format!("key:{}", key.value))
                    .label(file.source.at(tree.node(step.key).span), "merged in here")
                    .label(file.source.at(tree.node(entry.entry.key).span), "this is what counts")
                    .help("move `<<` above the keys that are to win");
            }
        }
    }
}

fn is_merge(tree: &Tree<'_>, entry: &Entry) -> bool {
    tree.scalar(entry.key).is_some_and(|it| it.value == "<<")
}
