//! One test binary: catalog examples, fixtures, peers' cases, architecture.
mod gitlab_corpus;
mod gitlab_merge;
mod dockerfile;
mod dockerfile_corpus;
mod shell;

mod catalog;
mod spec_model;
