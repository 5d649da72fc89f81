use crate::model::gitlab::{Cache, CacheKey, Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    // Caches that are known by their files alone.
    let mut known: Vec<(&Job<'_>, &Cache<'_>, String)> = Vec::new();
    for job in pipeline.jobs.iter().filter(|job| !job.is_partial()) {
        for cache in &job.caches {
            let (CacheKey::Files { prefix: None, .. }
            | CacheKey::FilesCommits { prefix: None, .. }) = &cache.key
            else {
                continue;
            };
            let files = cache.key_anywhere();
            let key = cache.key_identity();
            let same =
                known.iter().find(|(_, it, others)| *others == files && it.shares_paths(cache));
            if same.is_some_and(|(_, it, _)| it.key_identity() == key) {
                continue;
            }
            if let Some((owner, it, _)) = same {
                let message = format!(
                    "without `prefix` the place in a list of caches goes into the key, so `{}` does not \
                     find what `{}` stores; give both caches one `prefix`",
                    job.name, owner.name
                );
                let place = cache.key.value().unwrap_or(&cache.value);
                let first = it.key.value().unwrap_or(&it.value).at();
                cx.report(&place.origin, message)
                    .symbol(format!("job:{}/cache[{}]/key", job.name, cache.index))
                    .label(first, "stored from here under another key")
                    .help("add the same `prefix` beside `files` in both");
                return;
            }
            known.push((job, cache, files));
        }
    }
}
