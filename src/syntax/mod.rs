//! Trees of the languages: bytes in, spans out. Knows no GitLab and no policy.
//!
//! The languages do not know each other. Parsing never fails: it gives a tree and errors.

pub mod dockerfile;
pub mod expression;
pub mod hcl;
pub mod markdown;
pub mod shell;
pub mod yaml;

use crate::text::Span;

/// Something that a parser could not read, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What is wrong and what would be right, in one sentence without a final full stop.
    pub message: String,
}
