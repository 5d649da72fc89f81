//! HCL and its JSON form, as far as bake files need it: blocks, attributes, texts with variables,
//! lists and objects. Any other expression is [`ValueKind::Unknown`].
//!
//! An object of HCL may have quoted keys and colons, so that JSON is read by the same grammar.

mod reader;

pub use reader::{parse, parse_value};

use crate::text::Span;

/// What stands between the braces of a block, or in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The attributes, in order.
    pub attributes: Vec<Attribute>,
    /// The blocks, in order.
    pub blocks: Vec<Block>,
}

/// `kind "label" { ... }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The word that it starts with.
    pub kind: String,
    /// The words behind it.
    pub labels: Vec<String>,
    /// What stands in it.
    pub body: Body,
    /// Its first word and the labels.
    pub span: Span,
}

/// `name = value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A text; also a number or a truth value, as it is written.
    Text(Vec<Piece>),
    /// `[ ... ]`
    List(Vec<Value>),
    /// `{ ... }`
    Object(Vec<(String, Value)>),
    /// `null`
    Null,
    /// An expression that is not read.
    Unknown,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that stands for itself.
    Text(String),
    /// A variable: `${NAME}`, or `NAME` alone.
    Variable(String),
    /// `${...}` of another kind.
    Unknown,
}

impl Body {
    /// The last attribute of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().rev().find(|it| it.name == name).map(|it| &it.value)
    }

    /// The blocks of this kind.
    pub fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}

impl Value {
    /// The entries of an object; none for anything else.
    pub fn entries(&self) -> &[(String, Value)] {
        match &self.kind {
            ValueKind::Object(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Value] {
        match &self.kind {
            ValueKind::List(items) => items,
            _ => &[],
        }
    }
}
