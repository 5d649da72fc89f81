use crate::rule::{Binding, BindingSource, Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    if facts.spec.clauses.is_empty() {
        return;
    }
    let pattern = |then: &'static str| {
        Binding::compile(&BindingSource { given: None, then: then.into() }).ok()
    };
    let (Some(cached), Some(alone)) = (
        pattern("SHALL use cached {word} version from previous run as fallback"),
        pattern("other jobs SHALL not write to cache"),
    ) else {
        return;
    };
    let clause = |binding: &Binding| {
        facts.spec.clauses.iter().find(|clause| binding.matches(clause).is_some())
    };
    let (Some(cached), Some(alone)) = (clause(&cached), clause(&alone)) else { return };
    let setup = facts.jobs_in_role("setup");
    for (job, _) in facts.jobs_in_role("build-ci-image") {
        for cache in job.caches.iter().filter(|cache| cache.policy.writes() == Some(true)) {
            let shared = setup.iter().any(|(setup, _)| {
                setup.caches.iter().any(|other| {
                    cache.shares_paths(other) || cache.key_identity() == other.key_identity()
                })
            });
            if shared || setup.is_empty() {
                continue;
            }
            let place = cache.policy_at.as_ref().unwrap_or(&cache.value.origin);
            cx.report(place, format!("`{}` saves its version itself, so it meets the clause about the fallback and departs from the letter of the one about a single writer", job.name))
                .symbol(format!("job:{}/cache[{}]", job.name, cache.index))
                .label(cached.at, "the version of a previous run")
                .label(alone.at, "the single writer")
                .help("let `setup` write the version into a second cache, which this job only pulls; both clauses hold then");
        }
    }
}
