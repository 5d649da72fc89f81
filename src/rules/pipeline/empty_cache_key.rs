use crate::model::gitlab::{CacheKey, Job, Pipeline, Value, expand::variables};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for cache in &job.caches {
        let text = match &cache.key {
            CacheKey::Text(value) => value,
            CacheKey::Files { prefix: Some(value), .. }
            | CacheKey::FilesCommits { prefix: Some(value), .. } => value,
            _ => continue,
        };
        let names = text.as_str().into_iter().flat_map(variables);
        let empty = names.filter(|name| !pipeline.sets_variable(name)).find_map(|name| {
            let (place, means) = match name {
                "CI_COMMIT_BRANCH" => (merge_request(job), "merge request pipelines"),
                _ if name.starts_with("CI_MERGE_REQUEST_") => (branch(job), "branch pipelines"),
                _ => (None, ""),
            };
            Some((name, place?, means))
        });
        let Some((name, place, means)) = empty else { continue };
        let message = format!(
            "`{name}` is empty in {means}, of which this job is part, so they all have one key or none; use \
             `$CI_COMMIT_REF_SLUG`"
        );
        cx.report(&text.origin, message)
            .symbol(format!("job:{}/cache[{}]/key", job.name, cache.index))
            .label(place.at(), "adds the job there")
            .help("`$CI_COMMIT_REF_SLUG` has a value in each pipeline");
    }
}

/// What adds a job to merge request pipelines.
fn merge_request<'a, 'p>(job: &'a Job<'p>) -> Option<&'a Value<'p>> {
    let condition = |text: &str| {
        let text = text.replace(['\'', '"', ' '], "");
        text.contains("$CI_PIPELINE_SOURCE==merge_request_event") && !text.contains("||")
    };
    let only = job.get("only").map(|it| it.get("refs").unwrap_or(it));
    let word =
        only.into_iter().flat_map(Value::items).find(|it| it.as_str() == Some("merge_requests"));
    word.or_else(|| rule(job, condition))
}

/// What adds a job to branch pipelines.
fn branch<'a, 'p>(job: &'a Job<'p>) -> Option<&'a Value<'p>> {
    rule(job, |text| {
        text.trim_start().starts_with("$CI_COMMIT_BRANCH")
            && !text.contains("||")
            && !text.contains("!=")
    })
}

/// The condition of a rule that adds the job, if it is of this kind.
fn rule<'a, 'p>(job: &'a Job<'p>, is: impl Fn(&str) -> bool) -> Option<&'a Value<'p>> {
    let adds = job.rules.iter().flatten().filter(|rule| rule.when_text() != Some("never"));
    adds.filter_map(|rule| rule.condition.as_ref()).find(|it| it.as_str().is_some_and(&is))
}
