use std::hash::BuildHasher as _;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use super::chunks::MANY;
use super::{Entry, KeyKind, Value, ValueKind};

/// The entries of a mapping in order; keys are unique.
#[derive(Debug, Default)]
pub struct Map<'p> {
    entries: Vec<Entry<'p>>,
    partial: bool,
    /// A byte for each key of a small mapping, the first one lowest, so that a search looks only at keys that
    /// may be it.
    tags: u128,
    /// The hashes of the string keys, sorted, with the places of their entries; made at the first search.
    by_key: OnceLock<Box<[(u64, u32)]>>,
}

fn tag_of(key: &str) -> u8 {
    let bytes = key.as_bytes();
    let ends =
        bytes.first().zip(bytes.last()).map_or(0, |(first, last)| first ^ last.rotate_left(4));
    ends.wrapping_add((bytes.len() as u8).wrapping_mul(37))
}

fn hash(key: &str) -> u64 {
    FxBuildHasher.hash_one(key)
}

/// What becomes of a value.
pub(super) enum Change<'p> {
    /// It stays as it is.
    None,
    /// Another takes its place.
    Value(Value<'p>),
    /// It is a mapping, and other values take the places of some of its entries.
    Inside(Vec<(usize, Value<'p>)>),
}

impl<'p> Value<'p> {
    /// Puts values in place of those of a mapping, without a copy of the others where nobody else holds them.
    pub(super) fn set_inside(&mut self, values: Vec<(usize, Value<'p>)>) {
        let ValueKind::Map(shared) = &mut self.kind else { return };
        if let Some(map) = Arc::get_mut(shared) {
            return map.set(values);
        }
        let mut map = Map::new(shared.entries.clone());
        map.partial = shared.partial;
        map.set(values);
        *shared = Arc::new(map);
    }
}

/// Mappings up to this size are searched from front to back.
pub(super) const SMALL: usize = 16;

impl<'p> Map<'p> {
    /// A mapping of these entries, whose keys must be unique.
    pub fn new(entries: Vec<Entry<'p>>) -> Self {
        let mut tags = [0; SMALL];
        for (tag, entry) in tags.iter_mut().zip(&entries) {
            *tag = tag_of(entry.key.as_str());
        }
        Self { entries, partial: false, tags: u128::from_le_bytes(tags), by_key: OnceLock::new() }
    }

    /// The same mapping, marked as one that may have entries which are not known: it extends a
    /// template, or includes a file, that is not there.
    #[must_use]
    pub fn into_partial(self) -> Self {
        Self { partial: true, ..self }
    }

    /// Whether it may have further entries that are not known. No check may say that a key is
    /// missing then.
    pub const fn is_partial(&self) -> bool {
        self.partial
    }

    /// The entries in order.
    pub fn entries(&self) -> &[Entry<'p>] {
        &self.entries
    }

    /// The entries, taken out.
    pub(super) fn into_entries(self) -> Vec<Entry<'p>> {
        self.entries
    }

    /// The mapping with these changes of the values that stand at the same places.
    #[must_use]
    pub(super) fn with_changes(mut self, changes: Vec<Change<'p>>) -> Self {
        let set = |(entry, change): (&mut Entry<'p>, Change<'p>)| match change {
            Change::None => {}
            Change::Value(value) => entry.value = value,
            Change::Inside(values) => entry.value.set_inside(values),
        };
        // Taking apart what was there before is most of the work.
        if changes.len() < MANY {
            self.entries.iter_mut().zip(changes).for_each(set);
        } else {
            self.entries.par_iter_mut().zip(changes).for_each(set);
        }
        self
    }

    /// Puts values in place of those of the entries at these places.
    fn set(&mut self, values: Vec<(usize, Value<'p>)>) {
        for (at, value) in values {
            if let Some(entry) = self.entries.get_mut(at) {
                entry.value = value;
            }
        }
    }

    /// The place among the entries of the one with this string key.
    pub fn position(&self, key: &str) -> Option<usize> {
        let is_it = |entry: &Entry<'_>| entry.key_kind == KeyKind::Str && entry.key == *key;
        if self.entries.len() <= SMALL {
            return self.tagged(tag_of(key)).find(|at| self.entries.get(*at).is_some_and(is_it));
        }
        let sorted = self.by_key.get_or_init(|| {
            let strings =
                self.entries.iter().zip(0..).filter(|(it, _)| it.key_kind == KeyKind::Str);
            let mut sorted: Vec<_> = strings.map(|(it, at)| (hash(it.key.as_str()), at)).collect();
            sorted.sort_unstable();
            sorted.into()
        });
        let key_hash = hash(key);
        let from = sorted.partition_point(|(hash, _)| *hash < key_hash);
        let same = sorted.iter().skip(from).take_while(|(hash, _)| *hash == key_hash);
        same.map(|(_, at)| *at as usize).find(|at| self.entries.get(*at).is_some_and(is_it))
    }

    /// The places of the keys with this tag, perhaps with some others.
    fn tagged(&self, tag: u8) -> impl Iterator<Item = usize> {
        const ONES: u128 = u128::from_le_bytes([1; SMALL]);
        let differ = self.tags ^ u128::from_le_bytes([tag; SMALL]);
        // The highest bit of each byte that is zero.
        let mut zero = differ.wrapping_sub(ONES) & !differ & (ONES << 7);
        std::iter::from_fn(move || {
            let at = (zero != 0).then(|| zero.trailing_zeros() as usize / 8)?;
            zero &= zero - 1;
            Some(at)
        })
    }

    /// The entry with this string key.
    pub fn entry(&self, key: &str) -> Option<&Entry<'p>> {
        self.position(key).and_then(|at| self.entries.get(at))
    }

    /// The value with this string key.
    pub fn get(&self, key: &str) -> Option<&Value<'p>> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}
