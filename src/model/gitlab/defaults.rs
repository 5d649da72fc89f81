use super::job::{Inherits, JobKind};
use super::steps::Steps;
use super::{Entry, Map, Value};
use crate::model::StepKind;

/// What jobs inherit from `default:`, each keyword as a whole.
const KEYWORDS: [&str; 12] = [
    "before_script",
    "after_script",
    "hooks",
    "cache",
    "image",
    "services",
    "timeout",
    "retry",
    "tags",
    "artifacts",
    "id_tokens",
    "interruptible",
];

/// Keywords that count as defaults on the top level too; deprecated.
const GLOBALS: [&str; 5] = ["before_script", "after_script", "cache", "image", "services"];

/// Whether a key of the top level is a deprecated global default.
pub(super) fn is_global(key: &str) -> bool {
    GLOBALS.contains(&key)
}

/// The values that jobs inherit.
pub(super) struct Defaults<'p> {
    values: Vec<(&'static str, Value<'p>)>,
}

impl<'p> Defaults<'p> {
    pub(super) fn new(config: &Map<'p>) -> Self {
        let default = config.get("default").filter(|it| JobKind::of(it) == JobKind::Unknown);
        let value = |keyword: &'static str| {
            let global = || config.get(keyword).filter(|_| is_global(keyword));
            let value = default.and_then(|it| it.given(keyword)).or_else(global);
            Some((keyword, value.filter(|it| !it.is_null())?.clone()))
        };
        Self { values: KEYWORDS.into_iter().filter_map(value).collect() }
    }

    /// What this job inherits because it has no such keyword itself.
    pub(super) fn inherited(
        &self,
        job: &Entry<'p>,
        kind: JobKind,
    ) -> Vec<(&'static str, Value<'p>)> {
        let from_default = Inherits::new(job.value.path(&["inherit", "default"]));
        let partial = job.value.as_map().is_some_and(Map::is_partial);
        let mut steps = Steps::new(StepKind::Default, job.key_at);
        let inherits = |keyword: &str| {
            let known = kind != JobKind::Trigger || keyword == "interruptible";
            // What an unknown template may set itself is not known.
            known && !partial && from_default.has(keyword) && job.value.given(keyword).is_none()
        };
        let values = self.values.iter().filter(|(keyword, _)| inherits(keyword));
        // A job copies what it inherits once; defaults are written by hand and small.
        let mut copies = 10_000;
        values.map(|(keyword, value)| (*keyword, steps.value(value, &mut copies))).collect()
    }
}
