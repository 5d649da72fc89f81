//! YAML as GitLab's loader (Psych, YAML 1.1 types) reads it, with a byte span for everything.

mod cursor;
pub mod de;
mod map;
mod merge;
mod outline;
mod outline_flow;
mod parse;
mod split;
mod tree;
mod typed;

pub use cursor::{Cursor, Slot, Step};
pub use map::ScalarMap;
pub use merge::{MergeStep, Merged, MergedEntry, Merges};
pub use outline::{Outline, Part, PartKind};
pub use parse::parse;
pub use tree::{
    Alias, Anchor, Comment, Document, Entry, Node, NodeId, NodeKind, Scalar, Style, Tag, Tree,
};
pub use typed::{Typed, is_text};
