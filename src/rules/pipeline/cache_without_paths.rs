use crate::model::gitlab::{Job, Map, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for cache in &job.caches {
        let value = &cache.value;
        // `{}` and `paths: []` switch the cache off.
        let known = value.as_map().is_some_and(|map| !map.is_partial() && !map.is_empty());
        let untracked = cache.untracked.as_ref().is_some_and(|it| it.as_bool() != Some(false));
        if !known || untracked || value.get("paths").is_some() || job.is_partial() {
            continue;
        }
        let default = pipeline.default().and_then(|it| it.given("cache"));
        let global = pipeline.config.get("cache");
        let has_paths = |it: &Value<'_>| it.flat(9).iter().any(|it| it.given("paths").is_some());
        let hidden =
            default.or(global).filter(|it| has_paths(it) && job.value.given("cache").is_some());
        let keys = value.as_map().map(Map::entries).unwrap_or_default();
        let first = keys.first().map_or(value.at(), |entry| entry.key_at);
        let mut message =
            "this cache keeps nothing: it has neither `paths` nor `untracked`".to_owned();
        if hidden.is_some() {
            message.push_str(", and the default cache is replaced, not merged in");
        }
        let report = cx.report(&value.origin, message);
        let report = report.symbol(format!("job:{}/cache[{}]", job.name, cache.index));
        match hidden {
            Some(hidden) => report
                .label(hidden.at(), "the default that is replaced")
                .help("repeat `key` and `paths` of the default, or take them over by `extends`"),
            None => report
                .label(first, "only this is set")
                .help("add `paths`, or write `cache: []` to have no cache"),
        };
    }
}
