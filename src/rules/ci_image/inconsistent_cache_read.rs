use crate::model::gitlab::{Cache, CacheKey, Job};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(_: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let setup = facts.jobs_in_role("setup");
    if setup.is_empty() {
        return Judgement::Unknown(facts.missing_role("setup"));
    }
    let mut violated = false;
    let mut unknown = None;
    for (writer, of) in &setup {
        for (job, pipeline) in facts.jobs() {
            if std::ptr::eq(*writer, job) || !std::ptr::eq(*of, pipeline) {
                continue;
            }
            for cache in job.caches.iter().filter(|cache| cache.policy.reads() != Some(false)) {
                let Some(source) = writer.caches.iter().find(|other| cache.shares_paths(other))
                else {
                    continue;
                };
                if matches!(cache.key, CacheKey::Unknown(_))
                    || matches!(source.key, CacheKey::Unknown(_))
                {
                    unknown = Some(format!("the cache key of `{}` is not known", job.name));
                    continue;
                }
                violated |= differs((job, cache), (writer, source), cx);
            }
        }
    }
    match (violated, unknown) {
        (true, _) => Judgement::Violated,
        (false, Some(why)) => Judgement::Unknown(why),
        (false, None) => Judgement::Proven,
    }
}

fn differs(
    (job, cache): (&Job<'_>, &Cache<'_>),
    (writer, source): (&Job<'_>, &Cache<'_>),
    cx: &mut Cx<'_, '_>,
) -> bool {
    let (ours, theirs) = (cache.key_identity(), source.key_identity());
    let symbol = format!("job:{}/cache[{}]/key", job.name, cache.index);
    if ours == theirs {
        return false;
    }
    // The same key but for the place in a list, which GitLab puts in front of it.
    let place = cache.key_anywhere() == source.key_anywhere();
    let message = if place {
        format!(
            "`{}` has this cache in place {} and `{}` in place {}; without a prefix GitLab makes other keys of that",
            job.name,
            cache.index + 1,
            writer.name,
            source.index + 1
        )
    } else {
        format!("`{}` reads under another key than `{}` writes", job.name, writer.name)
    };
    let at = cache.key.value().unwrap_or(&cache.value);
    let written = source.key.value().unwrap_or(&source.value);
    cx.report(&at.origin, message)
        .symbol(symbol)
        .label(&written.origin, "the key that is written")
        .help(if place {
            "give both keys the same `prefix`"
        } else {
            "use one key, from one template"
        });
    true
}
