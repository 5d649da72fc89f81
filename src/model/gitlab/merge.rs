use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::map::SMALL;
use super::{Entry, KeyKind, Map, Text, Value, ValueKind};

/// Merges `over` onto `base` as the server does: mappings key by key, anything else is replaced.
/// Keys of `base` come first and keep their order. Where both have a key, the entry points at the
/// place in `over`.
pub(super) fn deep_merge<'p>(base: Value<'p>, over: &Value<'p>) -> Value<'p> {
    let (ValueKind::Map(below), ValueKind::Map(above)) = (base.kind, &over.kind) else {
        return over.clone();
    };
    let partial = below.is_partial() || above.is_partial();
    // What nobody else holds need not be copied.
    let below = Arc::try_unwrap(below)
        .map_or_else(|shared| shared.entries().to_vec(), |map| map.into_entries());
    let mut merged = Merged::new(below);
    merged.partial = partial;
    merged.entries.reserve(above.len());
    for entry in above.entries() {
        merged.put(entry.clone());
    }
    let kind = ValueKind::Map(Arc::new(merged.into_map()));
    Value { kind, origin: over.origin.clone(), node: over.node }
}

/// Entries that grow by merging, found by key in constant time.
pub(super) struct Merged<'p> {
    pub(super) entries: Vec<Entry<'p>>,
    /// The places by key, once there are more than [`SMALL`].
    by_key: FxHashMap<(KeyKind, Text<'p>), usize>,
    /// Whether something that nobody knows belongs to it.
    pub(super) partial: bool,
}

impl<'p> Merged<'p> {
    pub(super) fn new(entries: Vec<Entry<'p>>) -> Self {
        let mut merged = Self { entries, by_key: FxHashMap::default(), partial: false };
        merged.index();
        merged
    }

    /// Notes the places of the entries that are not noted yet, where searching would take longer.
    fn index(&mut self) {
        if self.entries.len() > SMALL {
            let new = self.entries.iter().enumerate().skip(self.by_key.len());
            self.by_key.extend(new.map(|(at, it)| (key(it), at)));
        }
    }

    /// The place of an entry with this key.
    pub(super) fn find(&self, entry: &Entry<'p>) -> Option<usize> {
        if self.entries.len() > SMALL {
            return self.by_key.get(&key(entry)).copied();
        }
        let same = |it: &Entry<'p>| it.key_kind == entry.key_kind && it.key == entry.key;
        self.entries.iter().position(same)
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
        if !is_alike && !one.is_some_and(Map::is_partial) {
            there.value = there.value.as_partial();
        }
    }

    /// Merges an entry over what is there.
    pub(super) fn put(&mut self, entry: Entry<'p>) {
        match self.find(&entry).and_then(|at| self.entries.get_mut(at)) {
            Some(there) => {
                let nothing = Value::new(ValueKind::Null, entry.value.origin.clone());
                let below = std::mem::replace(&mut there.value, nothing);
                let value = deep_merge(below, &entry.value);
                *there = Entry { value, ..entry };
            }
            None => {
                self.entries.push(entry);
                self.index();
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
