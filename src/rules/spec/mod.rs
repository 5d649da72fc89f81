//! Checks of the family `spec`, one file per rule, sorted.
