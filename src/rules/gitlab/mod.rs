//! Checks of the family `gitlab`, one file per rule, sorted.

pub(crate) mod invalid_utf8;
