use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    if pipeline.variable_of(job, "CACHE_FALLBACK_KEY").is_some() {
        return;
    }
    for cache in job.caches.iter().filter(|cache| cache.fallback_keys.is_empty()) {
        let Some((renewal, text)) = cache.renewed_by(job, pipeline) else { continue };
        let identity = cache.key_identity();
        let shared = || {
            pipeline.jobs.iter().filter(|other| !std::ptr::eq(*other, job)).any(|other| {
                other.is_partial() || other.caches.iter().any(|it| it.key_identity() == identity)
            })
        };
        // Within one pipeline it hands files over; that is another matter.
        if renewal.in_all_jobs && (shared() || !pipeline.is_complete()) {
            continue;
        }
        let what = if renewal.in_all_jobs { "each pipeline or commit" } else { "each job" };
        let message = format!(
            "`{}` in the cache key is another one in {what}, so the cache is never found again; use \
             what the files depend on",
            renewal.variable
        );
        cx.report(&text.origin, message)
            .symbol(format!("job:{}/cache[{}]/key", job.name, cache.index))
            .help("key the cache by its lock file (`key: {files: [...]}`), or by `$CI_COMMIT_REF_SLUG`");
    }
}
