//! Checks of the family `shell`, one file per rule, sorted.
