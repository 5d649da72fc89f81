//! One test binary: catalog examples, fixtures, peers' cases, architecture.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // tests may
mod builds;
mod dockerfile;
mod dockerfile_checks;
mod dockerfile_corpus;
mod gitlab_corpus;
mod gitlab_expressions;
mod gitlab_limits;
mod gitlab_merge;
mod gitlab_origins;
mod hadolint;
mod hadolint_reasons;
mod shell;
mod shellcheck;

mod architecture;
mod catalog;
mod fixtures;
mod gitlab_cases;
mod gitlab_durations;
mod init;
mod markdown;
mod near_misses;
mod never_panics;
mod spec_binding;
mod spec_model;
mod spec_scenarios;
mod stopwatch;
mod yaml;
