//! Checks of the family `trust`, one file per rule, sorted.
