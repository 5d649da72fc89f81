//! `include`: which files make up the configuration, and how they are merged.

mod ahead;
mod entry;
mod expand;
mod found;
mod integrity;
mod locate;
mod missed;
mod rules;

pub(super) use entry::cache_fault;
pub(super) use expand::{Expanded, expand, expand_child};
pub(super) use found::is_plain;
pub(super) use integrity::is_base64;
pub(super) use locate::{Base, Mapping};
