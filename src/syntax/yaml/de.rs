//! serde over the spanned tree: our own configuration is read by the one YAML reader that there is,
//! and its errors have places.

use std::cmp::Ordering;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess,
    IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::{MergedEntry, Merges, NodeId, NodeKind, Tree, Typed, parse};
use crate::text::Span;

/// Why a text is not what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    span: Option<Span>,
    message: String,
    unknown: Option<(String, Vec<String>)>,
}

impl Error {
    /// Where the fault is; an empty span at the start if it has no place.
    pub fn span(&self) -> Span {
        self.span.unwrap_or_default()
    }

    /// For a field that is not known: its name and the fields that are.
    pub fn unknown_field(&self) -> Option<(&str, &[String])> {
        self.unknown.as_ref().map(|(name, known)| (name.as_str(), known.as_slice()))
    }

    fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { span: None, message: message.to_string(), unknown: None }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let known = expected.iter().map(|&name| name.to_owned()).collect();
        Self {
            span: None,
            message: format!("unknown key `{field}`"),
            unknown: Some((field.to_owned(), known)),
        }
    }
}

/// A value with its place.
#[derive(Clone, Debug, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: PartialOrd> PartialOrd for Spanned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Spanned<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.cmp(&other.value)
    }
}

/// The name by which [`Spanned`] asks the deserializer for its place.
const SPANNED: &str = "$spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Parts<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = Spanned<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
                let missing = || de::Error::custom("a value has no place");
                let start = parts.next_element()?.ok_or_else(missing)?;
                let end = parts.next_element()?.ok_or_else(missing)?;
                let value = parts.next_element()?.ok_or_else(missing)?;
                Ok(Spanned { value, span: Span::new(start, end) })
            }
        }
        deserializer.deserialize_newtype_struct(SPANNED, Parts(std::marker::PhantomData))
    }
}

/// Levels of nesting that are followed.
const MAX_DEPTH: u32 = 100;

/// Nodes that are visited in all; aliases count each time.
const MAX_NODES: u32 = 1_000_000;

/// Reads a text with one document (or none) into `T`.
///
/// # Errors
/// The first fault, with its place.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let tree = parse(text);
    if let Some(error) = tree.errors.first() {
        return Err(Error {
            span: Some(error.span),
            message: error.message.clone(),
            unknown: None,
        });
    }
    if let Some(second) = tree.documents.get(1) {
        let message = "there is a second document; one is all that is read".to_owned();
        return Err(Error { span: Some(second.span), message, unknown: None });
    }
    match tree.documents.first().and_then(|document| document.root) {
        Some(root) => from_node(&tree, root),
        None => T::deserialize(Empty),
    }
}

/// Reads one node of a tree into `T`.
///
/// # Errors
/// The first fault, with its place.
pub fn from_node<T: DeserializeOwned>(tree: &Tree<'_>, node: NodeId) -> Result<T, Error> {
    let budget = std::cell::Cell::new(MAX_NODES);
    T::deserialize(At { tree, node, depth: 0, budget: &budget })
}

/// A text without content: an empty mapping, or nothing.
struct Empty;

impl<'de> Deserializer<'de> for Empty {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(de::value::MapDeserializer::new(std::iter::empty::<((), ())>()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[derive(Clone, Copy)]
struct At<'a, 't> {
    tree: &'a Tree<'t>,
    node: NodeId,
    depth: u32,
    budget: &'a std::cell::Cell<u32>,
}

impl At<'_, '_> {
    fn span(&self) -> Span {
        self.tree.node(self.node).span
    }

    fn step(&self, node: NodeId) -> Result<Self, Error> {
        let left = self.budget.get();
        if self.depth >= MAX_DEPTH || left == 0 {
            let message = "too deeply nested, or too many aliases".to_owned();
            return Err(Error { span: Some(self.span()), message, unknown: None });
        }
        self.budget.set(left - 1);
        Ok(Self { node, depth: self.depth + 1, ..*self })
    }

    fn typed(&self) -> Option<Typed<'_>> {
        self.tree.typed(self.node)
    }

    /// The entries of a mapping; a key that is written twice is a fault here.
    fn entries(&self) -> Result<Vec<MergedEntry>, Error> {
        let merged = Merges::new(self.tree).merged(self.node);
        if let Some((_, again)) = merged.duplicates.first() {
            let span = self.tree.node(again.key).span;
            let name = self.tree.scalar(again.key).map_or("", |scalar| scalar.value.as_ref());
            let message = format!("key `{name}` is written twice");
            return Err(Error { span: Some(span), message, unknown: None });
        }
        Ok(merged.entries.clone())
    }
}

impl<'de> Deserializer<'de> for At<'_, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let span = self.span();
        let result = match &self.tree.node(self.tree.follow(self.node)).kind {
            NodeKind::Mapping(_) => visitor.visit_map(Pairs::new(self)?),
            NodeKind::Sequence(items) => visitor.visit_seq(Items { at: self, items: items.iter() }),
            NodeKind::Scalar(_) => match self.typed().unwrap_or(Typed::Null) {
                Typed::Null => visitor.visit_unit(),
                Typed::Bool(value) => visitor.visit_bool(value),
                Typed::Int(value) => match u64::try_from(value) {
                    Ok(value) => visitor.visit_u64(value),
                    Err(_) => visitor.visit_i64(value),
                },
                Typed::Float(value) => visitor.visit_f64(value),
                Typed::Str(text) => visitor.visit_str(text),
                Typed::Symbol(_) | Typed::BigInt(_) | Typed::Refused(_) => visitor.visit_str(
                    self.tree.scalar(self.node).map_or("", |scalar| scalar.value.as_ref()),
                ),
            },
            NodeKind::Alias(alias) => Err(Error {
                span: Some(span),
                message: format!("alias `*{}` has no anchor", alias.name),
                unknown: None,
            }),
        };
        result.map_err(|error| error.at(span))
    }

    /// A string may also be written as a number, a boolean or a date without quotes.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let span = self.span();
        match (self.tree.scalar(self.node), self.typed()) {
            (Some(scalar), Some(typed)) if typed != Typed::Null => {
                visitor.visit_str(&scalar.value).map_err(|error: Error| error.at(span))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.typed() {
            Some(Typed::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    /// A mapping may be left empty: `key:` without anything is a mapping without entries.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.typed() {
            Some(Typed::Null) => {
                Empty.deserialize_any(visitor).map_err(|error| error.at(self.span()))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == SPANNED {
            visitor.visit_seq(SpannedParts { at: self, part: 0 })
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let span = self.span();
        visitor.visit_enum(Variant { at: self }).map_err(|error| error.at(span))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq
        tuple tuple_struct
    }
}

struct Items<'a, 't> {
    at: At<'a, 't>,
    items: std::slice::Iter<'a, NodeId>,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        match self.items.next() {
            Some(item) => seed.deserialize(self.at.step(*item)?).map(Some),
            None => Ok(None),
        }
    }
}

struct Pairs<'a, 't> {
    at: At<'a, 't>,
    entries: std::vec::IntoIter<MergedEntry>,
    value: Option<NodeId>,
}

impl<'a, 't> Pairs<'a, 't> {
    fn new(at: At<'a, 't>) -> Result<Self, Error> {
        Ok(Self { at, entries: at.entries()?.into_iter(), value: None })
    }
}

impl<'de> MapAccess<'de> for Pairs<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(next) = self.entries.next() else { return Ok(None) };
        self.value = Some(next.entry.value);
        let key = self.at.step(next.entry.key)?;
        let span = key.span();
        seed.deserialize(key).map(Some).map_err(|error| error.at(span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or_else(|| de::Error::custom("a key without a value"))?;
        seed.deserialize(self.at.step(value)?)
    }
}

/// Start, end and value of a [`Spanned`].
struct SpannedParts<'a, 't> {
    at: At<'a, 't>,
    part: u8,
}

impl<'de> SeqAccess<'de> for SpannedParts<'_, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.part += 1;
        let span = self.at.span();
        match self.part {
            1 => seed.deserialize(span.start.into_deserializer()).map(Some),
            2 => seed.deserialize(span.end.into_deserializer()).map(Some),
            3 => seed.deserialize(self.at).map(Some),
            _ => Ok(None),
        }
    }
}

/// A variant: its name as a string, or a mapping with its name as the only key.
struct Variant<'a, 't> {
    at: At<'a, 't>,
}

impl<'de, 'a, 't> EnumAccess<'de> for Variant<'a, 't> {
    type Error = Error;
    type Variant = Content<'a, 't>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content<'a, 't>), Error> {
        if let Some(scalar) = self.at.tree.scalar(self.at.node) {
            let name: StrDeserializer<'_, Error> = scalar.value.as_ref().into_deserializer();
            return Ok((seed.deserialize(name)?, Content { at: None }));
        }
        match self.at.tree.mapping(self.at.node) {
            Some([entry]) => {
                let value = seed.deserialize(self.at.step(entry.key)?)?;
                Ok((value, Content { at: Some(self.at.step(entry.value)?) }))
            }
            _ => Err(de::Error::custom("a name, or a mapping with one key, is wanted here")),
        }
    }
}

struct Content<'a, 't> {
    at: Option<At<'a, 't>>,
}

impl<'de> VariantAccess<'de> for Content<'_, '_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        match self.at {
            Some(at) => seed.deserialize(at),
            None => seed.deserialize(Empty),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.newtype_variant_seed(Any(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.newtype_variant_seed(Any(visitor))
    }
}

/// Lets a visitor take whatever comes.
struct Any<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Any<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_any(self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Sample {
        name: Option<String>,
        list: Vec<Spanned<String>>,
        map: BTreeMap<Spanned<String>, u64>,
        kind: Option<Kind>,
        any: serde_json::Value,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        One,
        Two(u32),
    }

    #[test]
    fn values_are_read_with_their_places() {
        let text =
            "name: 18.6\nlist: [a, \"b\"]\nmap: {k: 1}\nkind: {two: 3}\nany: [1, {x: yes}]\n";
        let sample: Sample = from_str(text).unwrap();
        assert_eq!(sample.name.as_deref(), Some("18.6"));
        assert_eq!(&text[sample.list[1].span.range()], "\"b\"");
        assert_eq!(&text[sample.map.keys().next().unwrap().span.range()], "k");
        assert_eq!(sample.kind, Some(Kind::Two(3)));
        assert_eq!(sample.any, serde_json::json!([1, {"x": true}]));
        assert_eq!(from_str::<Sample>("# nothing\n").unwrap(), Sample::default());
        assert_eq!(from_str::<Sample>("kind: one\nlist:\nmap:\n").map(|it| it.kind).ok(), None);
    }

    #[test]
    fn faults_have_places() {
        let text = "name: a\nlst: [a]\n";
        let error = from_str::<Sample>(text).unwrap_err();
        assert_eq!(&text[error.span().range()], "lst");
        assert_eq!(error.unknown_field().unwrap().0, "lst");
        let text = "map: {k: v}\n";
        let error = from_str::<Sample>(text).unwrap_err();
        assert_eq!(&text[error.span().range()], "v");
        let text = "name: a\nname: b\n";
        assert!(from_str::<Sample>(text).unwrap_err().to_string().contains("twice"));
    }
}
