use std::borrow::Cow;
use std::sync::Arc;

use super::ruby::{float_text, inspect};
use super::{Map, Text};
use crate::model::Origin;
use crate::syntax::yaml::NodeId;
use crate::text::Location;

/// A value of the configuration as the server sees it, with where it was written and how it came
/// here. Cheap to clone: collections are shared.
#[derive(Clone, Debug)]
pub struct Value<'p> {
    /// What it is.
    pub kind: ValueKind<'p>,
    /// Where it was written, and the steps by which it came.
    pub origin: Origin,
    /// The node that it was written as, in the tree of `origin.at.source`; nothing if the value
    /// was composed (interpolated inputs), so that offsets in it mean nothing in the source.
    pub node: Option<NodeId>,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum ValueKind<'p> {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number that does not fit 64 bits, in digits.
    BigInt(Text<'p>),
    /// A number with a point.
    Float(f64),
    /// A string.
    Str(Text<'p>),
    /// A plain `:name`, which the loader turns into a Ruby symbol; the text is without its colon.
    Symbol(Text<'p>),
    /// A list.
    Seq(Arc<[Value<'p>]>),
    /// A mapping.
    Map(Arc<Map<'p>>),
    /// A `!reference` that was not looked up yet, with what stands behind the tag. None is left in
    /// a resolved pipeline.
    Reference(Arc<Value<'p>>),
    /// It could be anything: no check may judge it.
    Unknown(Unknown),
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A `!reference` whose target is missing (reported, or hidden in a file that is not there).
    Reference,
    /// An input without a value: the file is a component or template, seen by itself.
    Input(Arc<str>),
    /// The loader refuses what is written (reported where it stands).
    Refused,
}

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub struct Entry<'p> {
    /// The key as text.
    pub key: Text<'p>,
    /// What the loader takes the key for.
    pub key_kind: KeyKind,
    /// Where the key stands.
    pub key_at: Location,
    /// The value.
    pub value: Value<'p>,
}

/// What the loader takes a key for. The server understands strings alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// A string (or a symbol, which it takes as one).
    Str,
    /// A number, such as a job called `123`.
    Number,
    /// A boolean, such as a job called `on`.
    Bool,
    /// `~` or nothing.
    Null,
    /// A list or mapping.
    Collection,
}

impl Entry<'_> {
    /// Whether the key is a string, symbol or whole number: what the server takes for a name.
    pub(super) fn has_word_key(&self) -> bool {
        match self.key_kind {
            KeyKind::Str => true,
            KeyKind::Number => self.key.bytes().all(|it| it.is_ascii_digit() || it == b'-'),
            KeyKind::Bool | KeyKind::Null | KeyKind::Collection => false,
        }
    }
}

impl<'p> Value<'p> {
    /// A value that was written at `origin`, but not as one node.
    pub const fn new(kind: ValueKind<'p>, origin: Origin) -> Self {
        Self { kind, origin, node: None }
    }

    /// A mapping marked as one that may have entries which are not known; else the value itself.
    #[must_use]
    pub(super) fn as_partial(&self) -> Self {
        match &self.kind {
            ValueKind::Map(map) => {
                let partial = Map::new(map.entries().to_vec()).into_partial();
                Self { kind: ValueKind::Map(Arc::new(partial)), ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// Where it was written.
    pub const fn at(&self) -> Location {
        self.origin.at
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub const fn as_bool(&self) -> Option<bool> {
        match self.kind {
            ValueKind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub const fn as_int(&self) -> Option<i64> {
        match self.kind {
            ValueKind::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    pub fn as_map(&self) -> Option<&Map<'p>> {
        match &self.kind {
            ValueKind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn as_seq(&self) -> Option<&[Value<'p>]> {
        match &self.kind {
            ValueKind::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, none if it is no mapping.
    pub fn entries(&self) -> &[Entry<'p>] {
        self.as_map().map_or(&[], Map::entries)
    }

    /// The items, none if it is no list.
    pub fn items(&self) -> &[Value<'p>] {
        self.as_seq().unwrap_or(&[])
    }

    /// The items of a list, or the value itself as the only one; none for null.
    pub fn one_or_more(&self) -> &[Value<'p>] {
        match &self.kind {
            ValueKind::Seq(items) => items,
            ValueKind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The value of `key`, if it is a mapping that has it (null too).
    pub fn get(&self, key: &str) -> Option<&Value<'p>> {
        self.as_map()?.get(key)
    }

    /// The entry of `key`, if it is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry<'p>> {
        self.as_map()?.entry(key)
    }

    /// The value of `key`, unless it is null: null means "not given" nearly everywhere.
    pub fn given(&self, key: &str) -> Option<&Value<'p>> {
        self.get(key).filter(|value| !value.is_null())
    }

    /// The value at the end of this path of keys.
    pub fn path(&self, keys: &[&str]) -> Option<&Value<'p>> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Whether it is null.
    pub const fn is_null(&self) -> bool {
        matches!(self.kind, ValueKind::Null)
    }

    /// Whether it is not known; nothing inside it is looked at here.
    pub const fn is_unknown(&self) -> bool {
        matches!(self.kind, ValueKind::Unknown(_) | ValueKind::Reference(_))
    }

    /// Whether it or anything inside it is not known.
    pub fn has_unknown(&self) -> bool {
        match &self.kind {
            ValueKind::Seq(items) => items.iter().any(Value::has_unknown),
            ValueKind::Map(map) => map.entries().iter().any(|entry| entry.value.has_unknown()),
            _ => self.is_unknown(),
        }
    }

    /// Whether Ruby calls it blank: null, false, an empty or white text, an empty collection.
    pub fn is_blank(&self) -> bool {
        match &self.kind {
            ValueKind::Null | ValueKind::Bool(false) => true,
            ValueKind::Str(text) | ValueKind::Symbol(text) => text.trim().is_empty(),
            ValueKind::Seq(items) => items.is_empty(),
            ValueKind::Map(map) => map.is_empty(),
            _ => false,
        }
    }

    /// What a scalar becomes where the server wants text (Ruby's `to_s`): `0755` is `493`, `1.10`
    /// is `1.1`. Nothing for collections and what is not known.
    pub fn to_text(&self) -> Option<Cow<'_, str>> {
        Some(match &self.kind {
            ValueKind::Null => Cow::Borrowed(""),
            ValueKind::Bool(true) => Cow::Borrowed("true"),
            ValueKind::Bool(false) => Cow::Borrowed("false"),
            ValueKind::Int(value) => Cow::Owned(value.to_string()),
            ValueKind::Float(value) => Cow::Owned(float_text(*value)),
            ValueKind::Str(text) | ValueKind::Symbol(text) | ValueKind::BigInt(text) => {
                Cow::Borrowed(text)
            }
            _ => return None,
        })
    }

    /// The value as Ruby's `inspect` shows it, for messages; long ones are cut.
    pub fn inspect(&self) -> String {
        let mut text = String::new();
        inspect(self, &mut text);
        text
    }

    /// The items with nested lists opened, as deep as `levels` lists inside lists; deeper ones stay
    /// lists. A value that is no list is its only item. Stops at 100,000 items.
    pub fn flat(&self, levels: u32) -> Vec<&Value<'p>> {
        let mut all = Vec::new();
        match &self.kind {
            ValueKind::Seq(items) => flatten(items, levels, &mut all),
            _ => all.push(self),
        }
        all
    }

    /// Whether another value is the same, wherever it was written. What is not known is like nothing.
    pub fn is_same(&self, other: &Self) -> bool {
        let all_same = |one: &[Self], other: &[Self]| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other))
        };
        match (&self.kind, &other.kind) {
            (ValueKind::Null, ValueKind::Null) => true,
            (ValueKind::Bool(one), ValueKind::Bool(other)) => one == other,
            (ValueKind::Int(one), ValueKind::Int(other)) => one == other,
            (ValueKind::Float(one), ValueKind::Float(other)) => one.to_bits() == other.to_bits(),
            (ValueKind::BigInt(one), ValueKind::BigInt(other))
            | (ValueKind::Str(one), ValueKind::Str(other))
            | (ValueKind::Symbol(one), ValueKind::Symbol(other)) => one == other,
            (ValueKind::Seq(one), ValueKind::Seq(other)) => all_same(one, other),
            (ValueKind::Map(one), ValueKind::Map(other)) => {
                let pairs = one.entries().iter().zip(other.entries());
                one.len() == other.len()
                    && pairs.into_iter().all(|(one, other)| {
                        (one.key_kind, &one.key) == (other.key_kind, &other.key)
                            && one.value.is_same(&other.value)
                    })
            }
            _ => false,
        }
    }

    /// What it is, for messages: `a string`, `a list`.
    pub const fn kind_name(&self) -> &'static str {
        match self.kind {
            ValueKind::Null => "null",
            ValueKind::Bool(_) => "a boolean",
            ValueKind::Int(_) | ValueKind::BigInt(_) => "a whole number",
            ValueKind::Float(_) => "a number with a point",
            ValueKind::Str(_) => "a string",
            ValueKind::Symbol(_) => "a symbol",
            ValueKind::Seq(_) => "a list",
            ValueKind::Map(_) => "a mapping",
            ValueKind::Reference(_) | ValueKind::Unknown(_) => "not known",
        }
    }
}

const FLAT_ITEMS: usize = 100_000;

fn flatten<'v, 'p>(items: &'v [Value<'p>], levels: u32, all: &mut Vec<&'v Value<'p>>) {
    for item in items {
        match &item.kind {
            ValueKind::Seq(inner) if levels > 0 => flatten(inner, levels - 1, all),
            _ => all.push(item),
        }
        if all.len() >= FLAT_ITEMS {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{SourceId, Span};

    fn here() -> Location {
        Location::new(SourceId(0), Span::new(0, 1))
    }

    fn int(value: i64) -> Value<'static> {
        Value::new(ValueKind::Int(value), Origin::here(here()))
    }

    fn list(items: Vec<Value<'static>>) -> Value<'static> {
        Value::new(ValueKind::Seq(items.into()), Origin::here(here()))
    }

    fn entry(key: String, kind: KeyKind, value: i64) -> Entry<'static> {
        Entry { key: key.into(), key_kind: kind, key_at: here(), value: int(value) }
    }

    #[test]
    fn keys_are_found_in_small_and_large_mappings() {
        for size in [3, 16, 17, 1000] {
            let mut entries: Vec<_> =
                (0..size).map(|n| entry(format!("k{n}"), KeyKind::Str, n)).collect();
            entries.push(entry("7".to_owned(), KeyKind::Number, -1));
            let map = Map::new(entries);
            for n in 0..size {
                assert_eq!(map.get(&format!("k{n}")).and_then(Value::as_int), Some(n));
            }
            assert!(map.get("k").is_none());
            assert!(map.get("7").is_none(), "the number 7 is not the key `7`");
        }
    }

    #[test]
    fn nested_lists_open_to_the_given_depth() {
        let nested = list(vec![int(1), list(vec![int(2), list(vec![int(3)])])]);
        assert_eq!(
            nested.flat(9).iter().filter_map(|it| it.as_int()).collect::<Vec<_>>(),
            [1, 2, 3]
        );
        assert_eq!(nested.flat(1).len(), 3);
        assert!(nested.flat(1)[2].as_seq().is_some());
    }

    #[test]
    fn floats_become_text_as_in_ruby() {
        let text = |value| float_text(value);
        assert_eq!(text(1.10), "1.1");
        assert_eq!(text(5.0), "5.0");
        assert_eq!(text(1e20), "1.0e+20");
        assert_eq!(text(1.5e-7), "1.5e-07");
        assert_eq!(text(f64::NAN), "NaN");
    }
}
