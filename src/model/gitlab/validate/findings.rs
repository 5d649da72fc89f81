use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashSet;

use super::keyword::KeyPath;
use crate::model::gitlab::{PATH_REGEXP_FLAG, Problem, Settings, Value, Version};

/// What the checks of values found so far, and the server that they check for.
pub(super) struct Findings {
    pub(super) version: Version,
    /// The version, if the configuration states it.
    pub(super) stated: Option<Version>,
    /// How many entries `cache:key:files` may have on this server.
    pub(super) key_files: usize,
    /// Whether this server judges regular expressions for paths, which a flag switches on.
    pub(super) path_regexps: bool,
    problems: Vec<Problem>,
    /// Conditions that are right for any server. The same few stand in many jobs.
    right_conditions: Arc<Mutex<FxHashSet<Box<str>>>>,
}

impl Findings {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            version: settings.gitlab_version,
            stated: settings.states_version.then_some(settings.gitlab_version),
            key_files: settings.cache_key_files(),
            path_regexps: settings.has_feature(PATH_REGEXP_FLAG),
            problems: Vec::new(),
            right_conditions: Arc::default(),
        }
    }

    /// Nothing found yet, for the same server.
    pub(super) fn fresh(&self) -> Self {
        Self {
            version: self.version,
            stated: self.stated,
            key_files: self.key_files,
            path_regexps: self.path_regexps,
            problems: Vec::new(),
            right_conditions: Arc::clone(&self.right_conditions),
        }
    }

    /// Whether a condition was found right before.
    pub(super) fn is_right_condition(&self, text: &str) -> bool {
        self.right_conditions.lock().unwrap_or_else(PoisonError::into_inner).contains(text)
    }

    pub(super) fn note_right_condition(&self, text: &str) {
        self.right_conditions.lock().unwrap_or_else(PoisonError::into_inner).insert(text.into());
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// A value that is none of those that its keyword takes.
    pub(super) fn wrong(&mut self, value: &Value<'_>, message: String) {
        self.push(Problem::new("invalid-keyword-value", &value.origin, message));
    }

    /// Says what would be right in what was found at `path` since there were `before`, where nothing says
    /// it yet.
    pub(super) fn advise(&mut self, before: usize, path: KeyPath<'_>, help: impl Fn() -> String) {
        if self.problems.len() <= before {
            return;
        }
        let start = format!("`{path}` ");
        for problem in self.problems.iter_mut().skip(before) {
            let says = problem.help.is_some() || problem.message.contains("one of `");
            if !says
                && problem.rule == "invalid-keyword-value"
                && problem.message.starts_with(&start)
            {
                problem.help = Some(help());
            }
        }
    }

    /// Whether a server that knows all keywords would take it.
    pub(super) fn is_accepted(&self) -> bool {
        let of_server = |rule: &str| {
            matches!(rule, "unsupported-keyword" | "too-many-key-files" | "unheeded-path-regexp")
        };
        self.problems.iter().all(|it| of_server(it.rule))
    }

    pub(super) const fn len(&self) -> usize {
        self.problems.len()
    }

    pub(super) fn append(&mut self, other: Self) {
        self.problems.extend(other.problems);
    }

    pub(super) fn retain(&mut self, keep: impl FnMut(&Problem) -> bool) {
        self.problems.retain(keep);
    }

    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }
}
