//! YAML as GitLab's loader (Psych, YAML 1.1 types) reads it, with a byte span for everything.

pub mod de;
mod map;
mod merge;
mod parse;
mod tree;
mod typed;

pub use map::ScalarMap;
pub use merge::{MergeStep, Merged, MergedEntry, Merges};
pub use parse::parse;
pub use tree::{
    Alias, Anchor, Comment, Document, Entry, Node, NodeId, NodeKind, Scalar, Style, Tag, Tree,
};
pub use typed::{Typed, is_text};
