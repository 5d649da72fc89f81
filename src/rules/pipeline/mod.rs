//! Checks of the family `pipeline`, one file per rule, sorted.

pub(crate) mod useless_suppression;
