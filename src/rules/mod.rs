//! The checks that are written in Rust: `rules/<family>/<rule_id>.rs` beside the rule's page
//! `rules/<family>/<rule-id>.md` in the catalog. No rule knows another rule.

pub(crate) mod ci_image;
mod docker;
mod gitlab;
mod pipeline;
mod shell;
mod spec;
mod trust;

use crate::rule::{Catalog, Rule};

// `static BUILT_IN: &[Rule]`, one entry per page of `rules/`.
include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// The catalog of the built-in rules.
pub const fn catalog() -> Catalog {
    Catalog::new(BUILT_IN)
}
