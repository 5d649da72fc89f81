use crate::model::gitlab::{Cache, CacheKey, FileKind, Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    let complete = facts.pipelines.iter().all(Pipeline::is_complete);
    if !complete || pipeline.kind != FileKind::Root {
        return;
    }
    for cache in &job.caches {
        let only_reads = cache.policy.writes() == Some(false);
        if !only_reads || !is_fixed(cache) || !cache.fallback_keys.is_empty() {
            continue;
        }
        // The place in a list of caches is another matter.
        let identity = cache.key_identity(1);
        let may_write = |(other, _): (&Job<'_>, &Pipeline<'_>)| {
            other.is_partial()
                || other.caches.iter().any(|it| {
                    it.policy.writes() != Some(false)
                        && (!is_fixed(it) || it.key_identity(1) == identity)
                })
        };
        let falls_back = pipeline.variable_of(job, "CACHE_FALLBACK_KEY").is_some();
        if falls_back || facts.jobs().any(may_write) {
            continue;
        }
        let place = cache.policy_at.as_ref().unwrap_or(&cache.value.origin);
        let message =
            "this cache is only read, and no job writes one with its key, so it is always empty";
        let report = cx.report(place, message);
        let report = report.symbol(format!("job:{}/cache[{}]", job.name, cache.index));
        let report = report.help("let one job write it (`policy: pull-push`) under the same key");
        if let Some(key) = cache.key.value() {
            report.label(key.at(), "the key");
        }
    }
}

/// Whether the key is known without variables.
fn is_fixed(cache: &Cache<'_>) -> bool {
    let text = match &cache.key {
        CacheKey::Default => return true,
        CacheKey::Unknown(_) => return false,
        CacheKey::Text(value) => Some(value),
        CacheKey::Files { prefix, .. } | CacheKey::FilesCommits { prefix, .. } => prefix.as_ref(),
    };
    text.is_none_or(|it| it.to_text().is_some_and(|it| !it.contains('$')))
}
