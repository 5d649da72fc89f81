use crate::model::Origin;
use crate::model::gitlab::{Value, ValueKind};

/// One cache of a job.
#[derive(Clone, Debug)]
pub struct Cache<'p> {
    /// Its place among the caches of the job, from 0. It goes into the key that the runner uses.
    pub index: usize,
    /// The mapping.
    pub value: Value<'p>,
    /// What tells this cache from others.
    pub key: CacheKey<'p>,
    /// What is kept.
    pub paths: Vec<Value<'p>>,
    /// Whether the job reads it, writes it, or both.
    pub policy: CachePolicy,
    /// Where the policy stands; nothing if the default (`pull-push`) holds.
    pub policy_at: Option<Origin>,
    /// After which outcome it is written.
    pub when: Outcome,
    /// Keys to read where `key` has nothing.
    pub fallback_keys: Vec<Value<'p>>,
    /// Whether files that git does not track are kept; nothing if not given.
    pub untracked: Option<Value<'p>>,
    /// Whether protected and other branches share it; nothing if not given.
    pub unprotect: Option<Value<'p>>,
}

/// The key of a cache.
#[derive(Clone, Debug)]
pub enum CacheKey<'p> {
    /// None is given: `default`.
    Default,
    /// A text, perhaps with variables.
    Text(Value<'p>),
    /// `key:files`: from what is in these files.
    Files {
        /// The files, perhaps with wildcards.
        files: Vec<Value<'p>>,
        /// `key:prefix`
        prefix: Option<Value<'p>>,
        /// The whole `key`.
        value: Value<'p>,
    },
    /// `key:files_commits`: from the last commits that changed these files.
    FilesCommits {
        /// The files, perhaps with wildcards.
        files: Vec<Value<'p>>,
        /// `key:prefix`
        prefix: Option<Value<'p>>,
        /// The whole `key`.
        value: Value<'p>,
    },
    /// Something that the server refuses, or not known.
    Unknown(Value<'p>),
}

impl<'p> CacheKey<'p> {
    /// The value of `key:`, if there is one.
    pub const fn value(&self) -> Option<&Value<'p>> {
        match self {
            Self::Default => None,
            Self::Text(value) | Self::Unknown(value) => Some(value),
            Self::Files { value, .. } | Self::FilesCommits { value, .. } => Some(value),
        }
    }

    /// The files of `key:files` or `key:files_commits`.
    pub fn files(&self) -> &[Value<'p>] {
        match self {
            Self::Files { files, .. } | Self::FilesCommits { files, .. } => files,
            _ => &[],
        }
    }

    fn new(key: Option<&Value<'p>>) -> Self {
        let Some(value) = key else { return Self::Default };
        match &value.kind {
            ValueKind::Str(text) if text.is_empty() => Self::Default,
            ValueKind::Str(_) | ValueKind::Symbol(_) => Self::Text(value.clone()),
            ValueKind::Map(map) => {
                let prefix = value.given("prefix").cloned();
                let list = |key| value.given(key).map(|it: &Value<'p>| it.items().to_vec());
                match (list("files"), list("files_commits")) {
                    (Some(files), None) if !map.is_partial() => {
                        Self::Files { files, prefix, value: value.clone() }
                    }
                    (None, Some(files)) if !map.is_partial() => {
                        Self::FilesCommits { files, prefix, value: value.clone() }
                    }
                    _ => Self::Unknown(value.clone()),
                }
            }
            _ => Self::Unknown(value.clone()),
        }
    }
}

/// What a job does with a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CachePolicy {
    /// Reads it before and writes it after the script; the default.
    PullPush,
    /// Only reads it.
    Pull,
    /// Only writes it.
    Push,
    /// A variable decides, or it is not known.
    Unknown,
}

impl CachePolicy {
    /// Whether the job writes it; nothing if that is not known.
    pub const fn writes(self) -> Option<bool> {
        match self {
            Self::PullPush | Self::Push => Some(true),
            Self::Pull => Some(false),
            Self::Unknown => None,
        }
    }

    /// Whether the job reads it; nothing if that is not known.
    pub const fn reads(self) -> Option<bool> {
        match self {
            Self::PullPush | Self::Pull => Some(true),
            Self::Push => Some(false),
            Self::Unknown => None,
        }
    }

    /// As it is written; nothing if it is not known.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::PullPush => Some("pull-push"),
            Self::Pull => Some("pull"),
            Self::Push => Some("push"),
            Self::Unknown => None,
        }
    }

    fn new(value: Option<&Value<'_>>) -> Self {
        let Some(value) = value else { return Self::PullPush };
        match value.as_str() {
            Some("pull-push") => Self::PullPush,
            Some("pull") => Self::Pull,
            Some("push") => Self::Push,
            _ => Self::Unknown,
        }
    }
}

/// After which outcome of a job something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// `on_success`, the default.
    Success,
    /// `on_failure`
    Failure,
    /// `always`
    Always,
    /// Not known, or a value that the server refuses.
    Unknown,
}

impl Outcome {
    pub(super) fn new(value: Option<&Value<'_>>) -> Self {
        let Some(value) = value else { return Self::Success };
        match value.as_str() {
            Some("on_success") => Self::Success,
            Some("on_failure") => Self::Failure,
            Some("always") => Self::Always,
            _ => Self::Unknown,
        }
    }
}

/// The caches that a `cache:` value describes; nested lists (from references) are opened.
pub(super) fn caches<'p>(value: Option<&Value<'p>>) -> Vec<Cache<'p>> {
    let Some(value) = value else { return Vec::new() };
    let items = value.flat(u32::MAX);
    let mut caches = Vec::with_capacity(items.len());
    let maps = items.into_iter().filter(|it| it.as_map().is_some());
    caches.extend(maps.enumerate().map(|(index, value)| cache(index, value)));
    caches
}

fn cache<'p>(index: usize, value: &Value<'p>) -> Cache<'p> {
    let policy = value.given("policy");
    let partial = value.as_map().is_some_and(|map| map.is_partial());
    let list = |key| value.given(key).map_or_else(Vec::new, |it: &Value<'p>| it.items().to_vec());
    Cache {
        index,
        value: value.clone(),
        key: match value.given("key") {
            None if partial => CacheKey::Unknown(value.clone()),
            key => CacheKey::new(key),
        },
        paths: list("paths"),
        policy: if partial && policy.is_none() {
            CachePolicy::Unknown
        } else {
            CachePolicy::new(policy)
        },
        policy_at: policy.map(|it| it.origin.clone()),
        when: Outcome::new(value.given("when")),
        fallback_keys: list("fallback_keys"),
        untracked: value.given("untracked").cloned(),
        unprotect: value.given("unprotect").cloned(),
    }
}
