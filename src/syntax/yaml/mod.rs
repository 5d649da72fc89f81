//! YAML as GitLab's loader (Psych, YAML 1.1 types) reads it, with a byte span for everything.

mod parse;
mod tree;

pub use parse::parse;
pub use tree::{
    Alias, Anchor, Comment, Document, Entry, Node, NodeId, NodeKind, Scalar, Style, Tag, Tree,
};
