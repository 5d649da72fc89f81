use std::sync::OnceLock;

use super::{Entry, KeyKind, Value};

/// The entries of a mapping in order; keys are unique.
#[derive(Debug, Default)]
pub struct Map<'p> {
    entries: Vec<Entry<'p>>,
    partial: bool,
    by_key: OnceLock<Box<[u32]>>,
}

/// Mappings up to this size are searched from front to back.
const SMALL: usize = 16;

impl<'p> Map<'p> {
    /// A mapping of these entries, whose keys must be unique.
    pub fn new(entries: Vec<Entry<'p>>) -> Self {
        Self { entries, partial: false, by_key: OnceLock::new() }
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

    /// The place among the entries of the one with this string key.
    pub fn position(&self, key: &str) -> Option<usize> {
        let is_it = |entry: &Entry<'_>| entry.key_kind == KeyKind::Str && entry.key == *key;
        if self.entries.len() <= SMALL {
            return self.entries.iter().position(is_it);
        }
        let sorted = self.by_key.get_or_init(|| {
            let mut order: Vec<u32> = (0..).take(self.entries.len()).collect();
            order.sort_by(|a, b| self.key_at(*a).cmp(self.key_at(*b)));
            order.into()
        });
        let from = sorted.partition_point(|at| self.key_at(*at) < key);
        let same = sorted.iter().skip(from).take_while(|at| self.key_at(**at) == key);
        same.map(|at| *at as usize).find(|at| self.entries.get(*at).is_some_and(is_it))
    }

    fn key_at(&self, at: u32) -> &str {
        self.entries.get(at as usize).map_or("", |entry| entry.key.as_str())
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
