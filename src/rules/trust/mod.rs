//! Checks of the family `trust`, one file per rule, sorted.

pub(crate) mod credential_in_layer;
pub(crate) mod secret_file_in_layer;
