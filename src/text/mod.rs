//! Sources and places in them. Knows no language.
//!
//! Every place is a byte range. Lines and columns are computed only when something is shown.

mod cores;
mod edit;
mod hint;
mod position;
mod source;
mod span;
mod words;

pub use cores::worth_all_cores;
pub use edit::{Edit, EditError, apply_edits};
pub use hint::did_you_mean;
pub use position::{LineIndex, Position};
pub use source::{Location, Source, SourceId, Sources};
pub use span::Span;
pub use words::Words;
