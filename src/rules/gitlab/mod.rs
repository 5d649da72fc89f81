//! Checks of the family `gitlab`, one file per rule, sorted.
