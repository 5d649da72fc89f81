//! Merge keys (`<<`) and duplicate keys, as Psych resolves them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Entry, NodeId, NodeKind, Tree, Typed};

/// An entry of a mapping after its merge keys were followed.
#[derive(Clone, Debug)]
pub struct MergedEntry {
    /// Key and value as written, here or in the mapping that was merged in.
    pub entry: Entry,
    /// The merge by which it came, the outermost first; nothing for an entry of the mapping itself.
    pub way: Option<Arc<MergeStep>>,
}

/// One merge on an entry's way.
#[derive(Clone, Debug)]
pub struct MergeStep {
    /// The `<<` key.
    pub key: NodeId,
    /// What stands behind it: an alias, or the mapping itself.
    pub value: NodeId,
    /// The merge inside the mapping that was merged in.
    pub inner: Option<Arc<MergeStep>>,
}

/// A mapping after its merge keys were followed.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// The entries that count, in the order in which their keys came first.
    pub entries: Vec<MergedEntry>,
    /// Entries of the mapping itself whose key is written again below, with the later entry.
    pub duplicates: Vec<(Entry, Entry)>,
}

/// Follows merge keys in one tree and remembers what it found, so that mappings that merge each
/// other many times cost no more than their entries.
pub struct Merges<'a, 't> {
    tree: &'a Tree<'t>,
    known: FxHashMap<NodeId, Arc<Merged>>,
}

/// Mappings that merge mappings deeper than this are cut off.
const MAX_DEPTH: usize = 64;

/// What a mapping has at most after merging; more is cut off.
const MAX_ENTRIES: usize = 1 << 20;

/// A key as the loader compares it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Other(u8, &'a str),
    Node(NodeId),
}

impl<'a, 't> Merges<'a, 't> {
    /// Nothing is followed yet.
    pub fn new(tree: &'a Tree<'t>) -> Self {
        Self { tree, known: FxHashMap::default() }
    }

    /// The effective entries of a mapping (or of the one that `id` is an alias of): keys behind a
    /// `<<` win over merged ones, keys before it lose, the last duplicate wins. Empty if it is no
    /// mapping.
    pub fn merged(&mut self, id: NodeId) -> Arc<Merged> {
        self.follow(self.tree.follow(id), 0)
    }

    fn follow(&mut self, id: NodeId, depth: usize) -> Arc<Merged> {
        if let Some(known) = self.known.get(&id) {
            return Arc::clone(known);
        }
        let NodeKind::Mapping(entries) = &self.tree.node(id).kind else { return Arc::default() };
        let mut places: FxHashMap<Key<'a>, usize> = FxHashMap::default();
        let mut merged =
            Merged { entries: Vec::with_capacity(entries.len()), duplicates: Vec::new() };
        let put =
            |merged: &mut Merged, places: &mut FxHashMap<Key<'a>, usize>, key, new: MergedEntry| {
                let count = merged.entries.len();
                let at = *places.entry(key).or_insert(count);
                match merged.entries.get_mut(at) {
                    Some(old) => {
                        let own = old.way.is_none() && new.way.is_none();
                        let old = std::mem::replace(old, new.clone());
                        if own {
                            merged.duplicates.push((old.entry, new.entry));
                        }
                    }
                    None if count < MAX_ENTRIES => merged.entries.push(new),
                    None => {}
                }
            };
        for entry in entries {
            let sources = if depth < MAX_DEPTH { self.merge_sources(*entry) } else { None };
            let Some(sources) = sources else {
                let key = self.key(entry.key);
                put(&mut merged, &mut places, key, MergedEntry { entry: *entry, way: None });
                continue;
            };
            // Of several, the earlier ones win: the later are put first.
            for source in sources.iter().rev() {
                let inner = self.follow(self.tree.follow(*source), depth + 1);
                for from in &inner.entries {
                    let step =
                        MergeStep { key: entry.key, value: *source, inner: from.way.clone() };
                    let way = Some(Arc::new(step));
                    let key = self.key(from.entry.key);
                    put(&mut merged, &mut places, key, MergedEntry { entry: from.entry, way });
                }
            }
        }
        let merged = Arc::new(merged);
        self.known.insert(id, Arc::clone(&merged));
        merged
    }

    /// The mappings that an entry merges; nothing if it is an ordinary entry.
    fn merge_sources(&self, entry: Entry) -> Option<Vec<NodeId>> {
        let key = self.tree.node(entry.key);
        let NodeKind::Scalar(scalar) = &key.kind else { return None };
        let is_text = key.tag.as_ref().is_some_and(|tag| tag.text == "!!str");
        if scalar.value != "<<" || is_text {
            return None;
        }
        let is_mapping = |id: &NodeId| {
            matches!(self.tree.node(self.tree.follow(*id)).kind, NodeKind::Mapping(_))
        };
        match &self.tree.node(entry.value).kind {
            NodeKind::Sequence(items) if items.iter().all(is_mapping) => Some(items.clone()),
            _ if is_mapping(&entry.value) => Some(vec![entry.value]),
            _ => None,
        }
    }

    fn key(&self, id: NodeId) -> Key<'a> {
        let id = self.tree.follow(id);
        let text = self.tree.scalar(id).map(|scalar| scalar.value.as_ref());
        match (self.tree.typed(id), text) {
            (Some(Typed::Str(text)), _) => Key::Text(text),
            (Some(typed), Some(text)) => {
                let kind = match typed {
                    Typed::Null => return Key::Other(0, ""),
                    Typed::Bool(value) => return Key::Other(1, if value { "t" } else { "f" }),
                    Typed::Int(_) | Typed::BigInt(_) => 2,
                    Typed::Float(_) => 3,
                    Typed::Symbol(text) => return Key::Other(4, text),
                    Typed::Str(_) | Typed::Refused(_) => 5,
                };
                Key::Other(kind, text)
            }
            _ => Key::Node(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::yaml::parse;

    fn shown(text: &str, key: &str) -> Vec<String> {
        let tree = parse(text);
        let root = tree.documents[0].root.unwrap();
        let mapping = tree.get(root, key).unwrap();
        let merged = Merges::new(&tree).merged(mapping);
        let value = |id| tree.scalar(id).map_or("?", |scalar| scalar.value.as_ref()).to_owned();
        merged
            .entries
            .iter()
            .map(|it| format!("{}={}", value(it.entry.key), value(it.entry.value)))
            .collect()
    }

    #[test]
    fn the_place_of_the_merge_key_decides() {
        let text = "x: &x {a: 1, b: 2}\nk: {a: 9, <<: *x}\nl: {<<: *x, a: 9}\n";
        assert_eq!(shown(text, "k"), ["a=1", "b=2"]);
        assert_eq!(shown(text, "l"), ["a=9", "b=2"]);
    }

    #[test]
    fn of_a_list_the_earlier_wins_and_of_two_merge_keys_the_later() {
        let text = "x: &x {a: 1}\nz: &z {a: 2, c: 3}\nk: {<<: [*x, *z]}\nl: {<<: *x, '<<': *z}\nm: {<<: 1}\n";
        assert_eq!(shown(text, "k"), ["a=1", "c=3"]);
        assert_eq!(shown(text, "l"), ["a=2", "c=3"]);
        assert_eq!(shown(text, "m"), ["<<=1"]);
    }

    #[test]
    fn merges_of_merges_stay_cheap() {
        let mut text = String::from("a0: &a0 {k: v}\n");
        for n in 1..60 {
            let item = format!("*a{}", n - 1);
            text.push_str(&format!("a{n}: &a{n} {{<<: [{}]}}\n", [item.as_str(); 12].join(", ")));
        }
        assert_eq!(shown(&text, "a59"), ["k=v"]);
    }

    #[test]
    fn duplicates_are_told() {
        let tree = parse("k: 1\nk: 2\n");
        let merged = Merges::new(&tree).merged(tree.documents[0].root.unwrap());
        assert_eq!(merged.duplicates.len(), 1);
        assert_eq!(merged.entries.len(), 1);
    }
}
