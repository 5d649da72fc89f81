//! One test binary: catalog examples, fixtures, peers' cases, architecture.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // tests may
mod docker_clock;
mod docker_fixes;
mod docker_forms;
mod dockerfile;
mod dockerfile_checks;
mod dockerfile_corpus;
mod gitlab_corpus;
mod gitlab_expressions;
mod gitlab_handover;
mod gitlab_limits;
mod gitlab_merge;
mod gitlab_origins;
mod gitlab_reach;
mod hadolint;
mod shell;

mod architecture;
mod browser;
mod catalog;
mod fixtures;
mod gitlab_cases;
mod gitlab_durations;
mod markdown;
mod near_misses;
mod never_panics;
mod outputs;
mod page;
mod spec_binding;
mod spec_model;
mod spec_scenarios;
mod stopwatch;
mod trace;
mod yaml;
