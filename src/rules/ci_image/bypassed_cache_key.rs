use sha2::{Digest, Sha256};

use crate::model::gitlab::{CacheKey, Job, Pipeline};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(_: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let jobs = facts.jobs_in_role("setup");
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role("setup"));
    }
    let mut violated = false;
    let mut keyed = false;
    for (job, pipeline) in jobs {
        violated |= fallbacks(job, pipeline, cx);
        // Beside a cache with a key of files, one with a constant key is about something else.
        let by_files = job.caches.iter().any(|cache| !cache.key.files().is_empty());
        for cache in &job.caches {
            keyed |= !matches!(cache.key, CacheKey::Default | CacheKey::Unknown(_));
            if let CacheKey::Text(value) = &cache.key
                && !by_files
                && value.to_text().is_some_and(|text| !text.contains('$'))
            {
                violated = true;
                let text = value.to_text().unwrap_or_default().into_owned();
                cx.report(&value.origin, format!("cache key `{text}` of `{}` is the same for every content, so no change invalidates the cache", job.name))
                    .symbol(format!("job:{}/cache[{}]/key", job.name, cache.index))
                    .help("make the key of `files`");
            }
            for file in cache.key.files() {
                violated |= stale(job, file, cx);
            }
        }
        let caches = &job.caches;
        for (at, cache) in caches.iter().enumerate() {
            let earlier = caches[..at].iter().find(|other| {
                other.shares_paths(cache) && other.key_identity() != cache.key_identity()
            });
            if let Some(earlier) = earlier {
                violated = true;
                cx.report(&cache.value.origin, format!("two caches of `{}` keep the same path under different keys; the one that did not change brings the old content back", job.name))
                    .symbol(format!("job:{}/cache[{at}]", job.name))
                    .label(&earlier.value.origin, "the other cache")
                    .help("keep each path in one cache");
            }
        }
    }
    match (violated, keyed) {
        (true, _) => Judgement::Violated,
        (false, true) => Judgement::Proven,
        (false, false) => Judgement::Unknown("the writing job has no cache with a key".to_owned()),
    }
}

/// Keys that are taken where the right one has nothing.
fn fallbacks(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) -> bool {
    let mut found = false;
    for cache in &job.caches {
        if let Some(key) = cache.fallback_keys.first() {
            found = true;
            let text = key.to_text().unwrap_or_default().into_owned();
            cx.report(
                &key.origin,
                format!(
                    "fallback key `{text}` of `{}` hands out an old cache after each change",
                    job.name
                ),
            )
            .symbol(format!("job:{}/cache[{}]/fallback_keys", job.name, cache.index))
            .help("remove `fallback_keys`");
        }
    }
    if let Some(variable) = pipeline.variable_of(job, "CACHE_FALLBACK_KEY") {
        found = true;
        cx.report(
            &variable.value.origin,
            format!(
                "`CACHE_FALLBACK_KEY` hands out an old cache to `{}` after each change",
                job.name
            ),
        )
        .symbol(format!("job:{}/CACHE_FALLBACK_KEY", job.name))
        .help("remove the variable");
    }
    found
}

/// Digests of a lock file that are not those of the files as they are.
fn stale(job: &Job<'_>, file: &crate::model::gitlab::Value<'_>, cx: &mut Cx<'_, '_>) -> bool {
    let facts = cx.facts;
    let Some(name) = file.to_text() else { return false };
    let Some(lock) = facts.files.read(name.trim_start_matches("./").trim_start_matches('/')) else {
        return false;
    };
    let mut found = false;
    let mut offset = 0_u32;
    for line in lock.text().split_inclusive('\n') {
        let start = offset;
        offset += u32::try_from(line.len()).unwrap_or(0);
        let Some((digest, path)) = line.trim().split_once([' ', '\t']) else { continue };
        let path = path.trim_start_matches([' ', '\t', '*']).trim_start_matches("./");
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            continue;
        }
        let Some(source) = facts.files.read(path) else { continue };
        // A file with bytes that are not UTF-8 was changed when it was read.
        if !source.invalid_utf8().is_empty() {
            continue;
        }
        let now: String = Sha256::digest(source.text().as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if now != digest.to_ascii_lowercase() {
            found = true;
            let span = crate::text::Span::new(start, start + 64);
            cx.report(&file.origin, format!("`{}` does not hold the digest of `{path}` as it is, so the change does not reach the cache key", lock.path))
                .symbol(format!("job:{}/lock/{path}", job.name))
                .label(lock.at(span), format!("the digest of `{path}` is `{}…` now", &now[..12]))
                .help("write the lock file anew and commit it");
        }
    }
    found
}
