use std::borrow::Cow;

use crate::syntax::SyntaxError;
use crate::text::Span;

/// The number of a node within its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

/// The nodes of one YAML text, as written: aliases, `<<` and duplicate keys are kept.
#[derive(Debug, Default)]
pub struct Tree<'s> {
    pub(super) nodes: Vec<Node<'s>>,
    /// The documents in order.
    pub documents: Vec<Document>,
    /// All comments in order.
    pub comments: Vec<Comment<'s>>,
    /// What could not be read. The documents hold all that could.
    pub errors: Vec<SyntaxError>,
}

/// One document of a YAML text.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// From its `---` (or its first byte) to its last.
    pub span: Span,
    /// The root node; nothing for a document without content.
    pub root: Option<NodeId>,
}

/// A comment, from `#` to the end of its line.
#[derive(Clone, Debug)]
pub struct Comment<'s> {
    /// `#` and the text, without the line break.
    pub span: Span,
    /// The text behind `#`, untrimmed.
    pub text: &'s str,
    /// Whether nothing but white space stands before it on its line.
    pub own_line: bool,
}

/// One node.
#[derive(Debug)]
pub struct Node<'s> {
    /// The content without tag and anchor. A block scalar starts at its `|` or `>`; a collection
    /// runs from its first to its last byte (brackets included, the line break after it not).
    pub span: Span,
    /// The tag, if one is written.
    pub tag: Option<Box<Tag<'s>>>,
    /// The anchor, if one is written.
    pub anchor: Option<Box<Anchor<'s>>>,
    /// What it is.
    pub kind: NodeKind<'s>,
}

/// A tag as written, such as `!reference` or `!!str`.
#[derive(Clone, Debug)]
pub struct Tag<'s> {
    /// The whole token.
    pub span: Span,
    /// The token as written, with its `!`.
    pub text: &'s str,
}

/// An anchor, `&name`.
#[derive(Clone, Debug)]
pub struct Anchor<'s> {
    /// The whole token.
    pub span: Span,
    /// The name without `&`.
    pub name: &'s str,
}

/// An alias, `*name`.
#[derive(Clone, Debug)]
pub struct Alias<'s> {
    /// The name without `*`.
    pub name: &'s str,
    /// The node with that anchor; nothing if there is none above in the same document.
    pub target: Option<NodeId>,
}

/// What a node is.
#[derive(Debug)]
pub enum NodeKind<'s> {
    /// A scalar.
    Scalar(Scalar<'s>),
    /// A sequence.
    Sequence(Vec<NodeId>),
    /// A mapping, in the order of its text, duplicates included.
    Mapping(Vec<Entry>),
    /// An alias.
    Alias(Alias<'s>),
}

/// One `key: value` of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The key.
    pub key: NodeId,
    /// The value; an empty scalar node where nothing is written.
    pub value: NodeId,
}

/// A scalar with its value after quotes, escapes and folding.
#[derive(Debug)]
pub struct Scalar<'s> {
    /// The value.
    pub value: Cow<'s, str>,
    /// How it is written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes. A missing value is a plain scalar with an empty span.
    Plain,
    /// `'...'`
    SingleQuoted,
    /// `"..."`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl<'s> Tree<'s> {
    /// The node of this number.
    pub fn node(&self, id: NodeId) -> &Node<'s> {
        &self.nodes[id.0 as usize]
    }

    /// All mappings, the inner ones before what holds them or behind it.
    pub fn mappings(&self) -> impl Iterator<Item = NodeId> {
        let of_kind = |node: &Node<'_>| matches!(node.kind, NodeKind::Mapping(_));
        (0..).zip(&self.nodes).filter(move |(_, node)| of_kind(node)).map(|(at, _)| NodeId(at))
    }

    /// The node of this number, or the one that it is an alias of (through alias chains).
    pub fn follow(&self, id: NodeId) -> NodeId {
        let mut id = id;
        // An alias points to a node above it, so the chain ends.
        while let NodeKind::Alias(Alias { target: Some(target), .. }) = &self.node(id).kind {
            id = *target;
        }
        id
    }

    /// The entries, if the node (or what it is an alias of) is a mapping.
    pub fn mapping(&self, id: NodeId) -> Option<&[Entry]> {
        match &self.node(self.follow(id)).kind {
            NodeKind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, if the node (or what it is an alias of) is a sequence.
    pub fn sequence(&self, id: NodeId) -> Option<&[NodeId]> {
        match &self.node(self.follow(id)).kind {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The scalar, if the node (or what it is an alias of) is one.
    pub fn scalar(&self, id: NodeId) -> Option<&Scalar<'s>> {
        match &self.node(self.follow(id)).kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What the loader takes the scalar for; nothing if the node (or what it is an alias of) is none.
    pub fn typed(&self, id: NodeId) -> Option<super::Typed<'_>> {
        super::typed::typed(self.node(self.follow(id)))
    }

    /// The class that the loader refuses to make of a mapping or sequence with this tag.
    pub fn refused_class(&self, id: NodeId) -> Option<String> {
        let node = self.node(self.follow(id));
        let tag = super::typed::full_tag(node.tag.as_ref()?);
        if matches!(node.kind, NodeKind::Scalar(_)) {
            return None;
        }
        if tag == "tag:yaml.org,2002:set" || tag == "!set" {
            return Some("Psych::Set".to_owned());
        }
        let ruby = tag.strip_prefix("!ruby/")?;
        Some(ruby.split_once(':').map_or(ruby, |(_, class)| class).to_owned())
    }

    /// The value of the last entry with this key; `<<` is not looked into.
    pub fn get(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        let entries = self.mapping(mapping)?;
        let is_key = |entry: &&Entry| self.scalar(entry.key).is_some_and(|it| it.value == key);
        entries.iter().rev().find(is_key).map(|entry| entry.value)
    }
}
