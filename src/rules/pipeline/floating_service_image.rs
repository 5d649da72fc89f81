use crate::model::gitlab::{Job, JobKind, Pipeline, split_tag};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

/// Tags that are pushed anew with each release.
const MOVING: [&str; 4] = ["latest", "dind", "stable", "stable-dind"];

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    // A job that starts a pipeline takes no services, which is an error of its own.
    if job.kind == JobKind::Trigger {
        return;
    }
    for service in &job.services {
        let Some(value) = &service.name else { continue };
        let Some(name) = value.as_str().filter(|it| !it.contains(['$', '@']) && !it.is_empty())
        else {
            continue;
        };
        let (repository, tag) = split_tag(name);
        if tag.is_some_and(|tag| !MOVING.contains(&tag)) {
            continue;
        }
        let suffix = if tag.is_some_and(|tag| tag.ends_with("dind")) { "-dind" } else { "" };
        let message = format!("service `{name}` is another one after each release; name a version");
        cx.report(&value.origin, message)
            .symbol(format!("service:{repository}"))
            .help(format!("name a tag that says a version: `{repository}:<version>{suffix}`"));
    }
}
