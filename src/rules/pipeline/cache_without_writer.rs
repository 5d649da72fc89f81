use std::collections::BTreeSet;

use crate::model::gitlab::{Cache, CacheKey, FileKind, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    let unknown = |cache: &Cache<'_>| cache.policy.writes() != Some(false) && !is_fixed(cache);
    let caches = || facts.jobs().flat_map(|(job, _)| &job.caches);
    let complete = facts.pipelines.iter().all(Pipeline::is_complete);
    if !complete || facts.jobs().any(|(job, _)| job.is_partial()) || caches().any(unknown) {
        return;
    }
    // The place in a list of caches is another matter.
    let writes = |cache: &&Cache<'_>| cache.policy.writes() != Some(false);
    let written: BTreeSet<String> = caches().filter(writes).map(|it| it.key_anywhere()).collect();
    let is_written =
        |cache: &Cache<'_>| !written.is_empty() && written.contains(&cache.key_anywhere());
    for (job, pipeline) in facts.jobs().filter(|(_, it)| it.kind == FileKind::Root) {
        if pipeline.variable_of(job, "CACHE_FALLBACK_KEY").is_some() {
            continue;
        }
        for cache in job.caches.iter().filter(|cache| !writes(cache) && is_fixed(cache)) {
            if !cache.fallback_keys.is_empty() || is_written(cache) {
                continue;
            }
            let place = cache.policy_at.as_ref().unwrap_or(&cache.value.origin);
            let message = "this cache is only read, and no job writes one with its key, so it is always empty";
            let report = cx.report(place, message);
            let report = report.symbol(format!("job:{}/cache[{}]", job.name, cache.index));
            let report =
                report.help("let one job write it (`policy: pull-push`) under the same key");
            if let Some(key) = cache.key.value() {
                report.label(key.at(), "the key");
            }
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
