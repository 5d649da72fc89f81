use crate::model::gitlab::{Cache, JobKind};
use crate::rule::{Bound, Check, Cx, JobOf, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let wanted = bound.params.text("policy").to_lowercase();
    let facts = cx.facts;
    let roles = bound.roles();
    let jobs: Vec<JobOf<'_, '_>> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let mut seen = 0;
    let mut unknown = None;
    let mut violated = false;
    for (job, pipeline) in jobs {
        if job.is_partial() && job.caches.is_empty() && job.kind != JobKind::Trigger {
            unknown = Some(format!("a template of `{}` is not known", job.name));
        }
        for cache in &job.caches {
            seen += 1;
            let values = match values(cache, (job, pipeline)) {
                Some(values) => values,
                None => {
                    unknown = Some(format!("the cache policy of `{}` is not known", job.name));
                    continue;
                }
            };
            let Some(wrong) = values.iter().find(|value| **value != wanted) else { continue };
            violated = true;
            let name = &job.name;
            let symbol = format!("job:{name}/cache[{}]", cache.index);
            match &cache.policy_at {
                Some(origin) => {
                    let report = cx
                        .report(
                            origin,
                            format!(
                                "cache policy of `{name}` is `{wrong}`; the spec says `{wanted}`"
                            ),
                        )
                        .symbol(symbol)
                        .help(format!("set `policy: {wanted}`"));
                    if origin.last.is_none() && values.len() == 1 {
                        report.replace(
                            origin.at.span,
                            wanted.clone(),
                            format!("set the policy to `{wanted}`"),
                        );
                    }
                }
                None => {
                    let message = format!(
                        "a cache of `{name}` has no policy, so it is `pull-push`; the spec says `{wanted}`"
                    );
                    cx.report(&job.cache_origin(cache), message)
                        .symbol(symbol)
                        .help(format!("add `policy: {wanted}` to the cache"));
                }
            }
        }
    }
    match (violated, unknown, seen) {
        (true, ..) => Judgement::Violated,
        (false, Some(why), _) => Judgement::Unknown(why),
        (false, None, 0) => Judgement::ProvenWith("the jobs have no cache".into()),
        _ => Judgement::Proven,
    }
}

/// The values that the policy can take; nothing if that is not known.
fn values(cache: &Cache<'_>, (job, pipeline): JobOf<'_, '_>) -> Option<Vec<String>> {
    if let Some(name) = cache.policy.name() {
        return Some(vec![name.to_owned()]);
    }
    let text = cache.value.given("policy")?.to_text()?;
    pipeline.possible_values(job, &text)
}
