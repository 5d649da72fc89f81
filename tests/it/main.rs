//! One test binary: catalog examples, fixtures, peers' cases, architecture.
mod shell;

mod catalog;
