use crate::model::gitlab::{Pipeline, Value, Version};
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Pipeline(check);

/// Old names with the new ones, gone with GitLab 16.0.
const RENAMED: [(&str, &str); 12] = [
    ("CI_BUILD_BEFORE_SHA", "CI_COMMIT_BEFORE_SHA"),
    ("CI_BUILD_ID", "CI_JOB_ID"),
    ("CI_BUILD_MANUAL", "CI_JOB_MANUAL"),
    ("CI_BUILD_NAME", "CI_JOB_NAME"),
    ("CI_BUILD_REF", "CI_COMMIT_SHA"),
    ("CI_BUILD_REF_NAME", "CI_COMMIT_REF_NAME"),
    ("CI_BUILD_REF_SLUG", "CI_COMMIT_REF_SLUG"),
    ("CI_BUILD_REPO", "CI_REPOSITORY_URL"),
    ("CI_BUILD_STAGE", "CI_JOB_STAGE"),
    ("CI_BUILD_TAG", "CI_COMMIT_TAG"),
    ("CI_BUILD_TOKEN", "CI_JOB_TOKEN"),
    ("CI_BUILD_TRIGGERED", "CI_PIPELINE_TRIGGERED"),
];

/// Gone with GitLab 17.0; `id_tokens` took their place.
const TOKENS: [&str; 3] = ["CI_JOB_JWT", "CI_JOB_JWT_V1", "CI_JOB_JWT_V2"];

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let named = |text: &str| text.contains("CI_BUILD_") || text.contains("CI_JOB_JWT");
    if !pipeline.files.iter().any(|file| named(file.source.text())) {
        return;
    }
    let texts = pipeline.texts();
    let version = cx.facts.settings.gitlab_version;
    for value in &texts {
        let Some(text) = value.as_str() else { continue };
        if !named(text) {
            continue;
        }
        for (at, name) in uses(text) {
            let renamed = RENAMED.iter().find(|(old, _)| *old == name).map(|(_, new)| *new);
            let gone = match renamed {
                Some(_) => version >= Version::new(16, 0),
                None => TOKENS.contains(&name) && version >= Version::new(17, 0),
            };
            if !gone || is_set(pipeline, &texts, name) {
                continue;
            }
            let start = u32::try_from(at).unwrap_or(0);
            let end = start + u32::try_from(name.len()).unwrap_or(0);
            let place = pipeline.part_at(value, Span::new(start, end));
            let at = crate::model::Origin { at: place, last: value.origin.last.clone() };
            let report = match renamed {
                Some(new) => {
                    cx.report(&at, format!("GitLab 16.0 removed `{name}`, so it is empty; use `{new}`"))
                }
                None => cx.report(
                    &at,
                    format!("GitLab 17.0 removed `{name}`, so it is empty; declare a token by `id_tokens`"),
                ),
            };
            let report = report.symbol(format!("variable:{name}"));
            match renamed {
                Some(new) if pipeline.scalar_map(value).is_some() => {
                    report.replace(place.span, new, format!("write `{new}`"));
                }
                Some(_) => {}
                None => {
                    report.help(format!("write `id_tokens: {{{name}: {{aud: ...}}}}` in the job"));
                }
            }
        }
    }
}

/// The names of variables that a text expands, with their places. What has a value for the case that
/// it is empty (`${NAME:-...}`) is prepared.
fn uses(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('$') {
        let rest = &text[at + 1..];
        let (braced, rest) = rest.strip_prefix('{').map_or((false, rest), |rest| (true, rest));
        let end =
            rest.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').unwrap_or(rest.len());
        let after = &rest[end..];
        let prepared = braced && (after.starts_with([':', '-', '+', '=', '?']));
        if end > 0 && !prepared {
            found.push((at + 1 + usize::from(braced), &rest[..end]));
        }
    }
    found
}

/// Whether the configuration itself gives it a value.
fn is_set(pipeline: &Pipeline<'_>, texts: &[&Value<'_>], name: &str) -> bool {
    let assigned = format!("{name}=");
    let declared = |it: &crate::model::gitlab::Job<'_>| {
        it.get("id_tokens").and_then(|it| it.get(name)).is_some()
    };
    pipeline.sets_variable(name)
        || pipeline.jobs.iter().any(declared)
        || texts.iter().any(|it| it.as_str().is_some_and(|it| it.contains(&assigned)))
}
