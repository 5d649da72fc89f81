use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Entry, KeyKind, Map, Text, Value, ValueKind};

/// Merges `over` onto `base` as the server does: mappings key by key, anything else is replaced.
/// Keys of `base` come first and keep their order. Where both have a key, the entry points at the
/// place in `over`.
pub(super) fn deep_merge<'p>(base: &Value<'p>, over: &Value<'p>) -> Value<'p> {
    let (ValueKind::Map(below), ValueKind::Map(above)) = (&base.kind, &over.kind) else {
        return over.clone();
    };
    let mut merged = Map::new(merge_entries(below.entries(), above.entries()));
    if below.is_partial() || above.is_partial() {
        merged = merged.into_partial();
    }
    Value { kind: ValueKind::Map(Arc::new(merged)), origin: over.origin.clone(), node: over.node }
}

fn merge_entries<'p>(below: &[Entry<'p>], above: &[Entry<'p>]) -> Vec<Entry<'p>> {
    let mut merged = Merged::new(below.to_vec());
    for entry in above {
        merged.put(entry.clone());
    }
    merged.entries
}

/// Entries that grow by merging, found by key in constant time.
pub(super) struct Merged<'p> {
    pub(super) entries: Vec<Entry<'p>>,
    by_key: FxHashMap<(KeyKind, Text<'p>), usize>,
    /// Whether something that nobody knows belongs to it.
    pub(super) partial: bool,
}

impl<'p> Merged<'p> {
    pub(super) fn new(entries: Vec<Entry<'p>>) -> Self {
        let by_key = entries.iter().enumerate().map(|(at, it)| (key(it), at)).collect();
        Self { entries, by_key, partial: false }
    }

    /// The place of an entry with this key.
    pub(super) fn find(&self, entry: &Entry<'p>) -> Option<usize> {
        self.by_key.get(&key(entry)).copied()
    }

    /// What is there under the key of the entry may be this instead in another pipeline: unless both have
    /// the same keywords, nobody knows which it has.
    pub(super) fn doubt(&mut self, entry: &Entry<'p>) {
        let Some(there) = self.find(entry).and_then(|at| self.entries.get_mut(at)) else { return };
        let (one, other) = (there.value.as_map(), entry.value.as_map());
        let is_alike = one.zip(other).is_some_and(|(one, other)| {
            let has_all = |it: &Map<'_>, of: &Map<'_>| {
                of.entries().iter().all(|entry| it.get(&entry.key).is_some())
            };
            has_all(one, other) && has_all(other, one)
        });
        if !is_alike {
            there.value = there.value.as_partial();
        }
    }

    /// Merges an entry over what is there.
    pub(super) fn put(&mut self, entry: Entry<'p>) {
        match self.find(&entry).and_then(|at| self.entries.get_mut(at)) {
            Some(there) => {
                let value = deep_merge(&there.value, &entry.value);
                *there = Entry { value, ..entry };
            }
            None => {
                self.by_key.insert(key(&entry), self.entries.len());
                self.entries.push(entry);
            }
        }
    }

    /// Puts an entry in place of the one with its key, which keeps its position.
    pub(super) fn replace(&mut self, entry: Entry<'p>) {
        match self.find(&entry).and_then(|at| self.entries.get_mut(at)) {
            Some(there) => *there = entry,
            None => self.put(entry),
        }
    }

    pub(super) fn into_map(self) -> Map<'p> {
        let map = Map::new(self.entries);
        if self.partial { map.into_partial() } else { map }
    }
}

fn key<'p>(entry: &Entry<'p>) -> (KeyKind, Text<'p>) {
    (entry.key_kind, entry.key.clone())
}
