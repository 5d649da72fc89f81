//! Checks of the family `ci-image`, one file per rule, sorted.
