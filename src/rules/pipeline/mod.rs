//! Checks of the family `pipeline`, one file per rule, sorted.
