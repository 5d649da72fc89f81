//! Checks of the family `pipeline`, one file per rule, sorted.

pub(crate) mod too_many_key_files;
pub(crate) mod unread_include;
pub(crate) mod useless_suppression;
