use crate::model::gitlab::{Cache, CachePolicy};
use crate::rule::{Bound, Check, Cx, Facts, JobOf, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    let in_role: Vec<JobOf<'_, '_>> =
        roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    // "Other jobs" are all but those in the role; otherwise the jobs in the role are meant.
    let others = bound.clause.text.to_lowercase().starts_with("other");
    if in_role.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let is_in_role =
        |(job, _): &JobOf<'_, '_>| in_role.iter().any(|(it, _)| std::ptr::eq(*it, *job));
    let judged: Vec<JobOf<'_, '_>> =
        if others { facts.jobs().filter(|it| !is_in_role(it)).collect() } else { in_role.clone() };
    // The caches that must have one writer: those of the role, or those of whichever job writes them.
    let own: Vec<&Cache<'_>> =
        if others { in_role.iter().flat_map(|(job, _)| &job.caches).collect() } else { Vec::new() };
    let all = cx.options.text("scope") == "all" || !others;
    let mut violated = false;
    let mut unknown = None;
    let mut apart = None;
    for (job, pipeline) in judged {
        for cache in &job.caches {
            let same = |other: &&Cache<'_>| {
                cache.shares_paths(other) || cache.key_identity() == other.key_identity()
            };
            if !all && !own.iter().any(same) {
                if writes(cache, (job, pipeline)) == Some(true) {
                    apart = Some(job.name.as_str().to_owned());
                }
                continue;
            }
            let unprotects = cache.unprotect.as_ref().is_some_and(|it| it.as_bool() == Some(true));
            match writes(cache, (job, pipeline)) {
                Some(false) if !(unprotects && others) => {}
                None => unknown = Some(format!("the cache policy of `{}` is not known", job.name)),
                _ => {
                    violated = true;
                    report(cx, bound, facts, (job, cache));
                }
            }
        }
    }
    match (violated, unknown) {
        (true, _) => Judgement::Violated,
        (false, Some(why)) => Judgement::Unknown(why),
        (false, None) => match apart {
            Some(name) => Judgement::ProvenWith(format!("`{name}` writes a cache of its own; the clause is read as one about the caches of {}", roles.join(" and ")).into()),
            None => Judgement::Proven,
        },
    }
}

fn report(
    cx: &mut Cx<'_, '_>,
    bound: &Bound<'_, '_>,
    facts: &Facts<'_>,
    (job, cache): (&crate::model::gitlab::Job<'_>, &Cache<'_>),
) {
    let name = &job.name;
    let symbol = format!("job:{name}/cache[{}]", cache.index);
    let writer = bound
        .roles()
        .iter()
        .flat_map(|role| facts.jobs_in_role(role))
        .map(|(job, _)| job.key_at)
        .next();
    if cache.policy == CachePolicy::Pull {
        let at = cache.unprotect.as_ref().map_or(&cache.value.origin, |it| &it.origin);
        cx.report(at, format!("`{name}` lets unprotected branches share the cache, so they can write what protected ones read"))
            .symbol(symbol)
            .help("remove `unprotect: true`");
        return;
    }
    let message = match cache.policy.name() {
        Some(policy) if cache.policy_at.is_some() => {
            format!("`{name}` writes the cache too (`policy: {policy}`); it should only read it")
        }
        _ if cache.policy_at.is_some() => {
            format!("`{name}` can write the cache too; it should only read it")
        }
        _ => format!(
            "`{name}` writes the cache too, since a cache without `policy` is `pull-push`; it should only read it"
        ),
    };
    let place = cache.policy_at.clone().unwrap_or_else(|| job.cache_origin(cache));
    let mut report = cx.report(&place, message).symbol(symbol).help("set `policy: pull`");
    if let Some(at) = writer
        && bound.clause.text.to_lowercase().starts_with("other")
    {
        report = report.label(at, "the job that writes it");
    }
    if let Some(origin) = cache.policy_at.as_ref().filter(|it| it.last.is_none())
        && cache.policy.name().is_some()
    {
        report.replace(origin.at.span, "pull", "let the job only read the cache");
    }
}

/// Whether the job can write the cache; nothing if that is not known.
fn writes(cache: &Cache<'_>, (job, pipeline): JobOf<'_, '_>) -> Option<bool> {
    cache.policy.writes().or_else(|| {
        let text = cache.value.given("policy")?.to_text()?;
        let values = pipeline.possible_values(job, &text)?;
        Some(values.iter().any(|value| value != "pull"))
    })
}
