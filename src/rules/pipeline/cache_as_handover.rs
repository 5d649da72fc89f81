use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for cache in &job.caches {
        let Some((renewal, text)) = cache.renewed_by(job, pipeline) else { continue };
        if !renewal.in_all_jobs || cache.policy.writes() != Some(true) {
            continue;
        }
        let identity = cache.key_identity();
        let reader = pipeline.jobs.iter().find(|other| {
            let reads = other.caches.iter().any(|it| {
                it.policy.reads() == Some(true)
                    && it.key_identity() == identity
                    && it.shares_paths(cache)
            });
            reads && !std::ptr::eq(*other, job) && pipeline.runs_before(job, other)
        });
        let Some(reader) = reader else { continue };
        let message = format!(
            "`{}` keeps this cache to one pipeline or commit, so it only hands files from job to job; a \
             cache may be missing on another runner, artifacts are not",
            renewal.variable
        );
        cx.report(&text.origin, message)
            .symbol(format!("job:{}/cache[{}]/key", job.name, cache.index))
            .label(reader.key_at, "read here")
            .help(
                "keep what later jobs need as `artifacts`, and key what can be fetched again by its lock file",
            );
    }
}
