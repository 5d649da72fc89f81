//! Checks of the family `trust`, one file per rule, sorted.

pub(crate) mod secret_build_argument;
pub(crate) mod unversioned_image_push;
