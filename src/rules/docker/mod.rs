//! Checks of the family `docker`, one file per rule, sorted.
