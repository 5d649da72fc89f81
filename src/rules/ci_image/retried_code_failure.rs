use crate::model::evidence::{Count, Data, Kind};
use crate::model::gitlab::{Code, ImageAct, Job, Pipeline, image_uses, is_versioned};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

/// Reasons that a job itself is to blame for, or that hold for every failure.
const CODE: [&str; 3] = ["always", "script_failure", "unknown_failure"];

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    // The sentence of the requirement names no job; it is about the one that builds the image.
    let sentence = roles.is_empty();
    let role = roles.first().map_or("build-ci-image", String::as_str);
    let jobs = facts.jobs_in_role(role);
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(role));
    }
    let mut violated = false;
    for (job, pipeline) in jobs {
        violated |= if sentence { concurrent(job, pipeline, cx) } else { retries(job, cx) };
    }
    match (violated, sentence) {
        (true, _) => Judgement::Violated,
        (false, true) => Judgement::ProvenWith(
            "as far as files can: the job is serialized and retried for infrastructure only".into(),
        ),
        (false, false) => history(role, cx),
    }
}

/// Why past runs failed.
fn history(role: &str, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let Some((job, _)) = facts.jobs_in_role(role).into_iter().next() else {
        return Judgement::Unknown(facts.missing_role(role));
    };
    let seen = facts.seen(Kind::Jobs, |it| match &it.data {
        Data::Jobs(jobs) => jobs.of(&job.name, None).next().map(|_| jobs),
        _ => None,
    });
    let (seen, jobs) = match seen {
        Ok(seen) => seen,
        Err(why) => {
            let behind = if why.is_empty() { String::new() } else { format!("; {why}") };
            return Judgement::NeedsEvidence(
                format!(
                    "why past runs failed takes evidence `jobs`: the history of the job{behind}"
                )
                .into(),
            );
        }
    };
    let infrastructure = cx.options.list("infrastructure");
    let git_ref = Some(cx.options.text("ref")).filter(|it| !it.is_empty());
    let failed = jobs.code_failures(&job.name, git_ref, &infrastructure);
    let rate = jobs.success_rate(&job.name, git_ref, Count::Attempts);
    let Some(last) = failed.iter().max_by_key(|run| run.id) else {
        let text =
            format!("{} of {} runs failed, all by the infrastructure", rate.failed, rate.total());
        return Judgement::Evidenced(text.into());
    };
    let reason = last.failure_reason.as_deref().unwrap_or("no reason");
    cx.report(
        job.key_at,
        format!(
            "{} of {} failures of `{}` are not the infrastructure's; the last is job {} with `{reason}`",
            failed.len(),
            rate.failed,
            job.name,
            last.id
        ),
    )
    .symbol(format!("job:{}/failures", job.name))
    .label(seen.mark, seen.seen())
    .help("mend what fails in the script; older servers show a missing image as `script_failure` too");
    Judgement::Violated
}

/// A retry that starts again after a failure of the script.
fn retries(job: &Job<'_>, cx: &mut Cx<'_, '_>) -> bool {
    let Some(retry) = job.get("retry") else { return false };
    let name = &job.name;
    let symbol = format!("job:{name}/retry");
    let count = retry.as_int().or_else(|| retry.get("max").and_then(|max| max.as_int()));
    if count == Some(0) {
        return false;
    }
    let when: Vec<_> =
        retry.given("when").map(|when| when.one_or_more().iter().collect()).unwrap_or_default();
    if when.is_empty() {
        cx.report(&retry.origin, format!("`{name}` is retried after any failure, also of its own script"))
            .symbol(symbol)
            .help("add `when` with the infrastructure's reasons: `runner_system_failure`, `stuck_or_timeout_failure`, `api_failure`");
        return true;
    }
    let wrong =
        when.into_iter().find(|reason| reason.as_str().is_some_and(|text| CODE.contains(&text)));
    let Some(reason) = wrong else { return false };
    let text = reason.to_text().unwrap_or_default().into_owned();
    cx.report(&reason.origin, format!("`{name}` is retried on `{text}`, which hides failures of its own script"))
        .symbol(symbol)
        .help("name only the infrastructure's reasons: `runner_system_failure`, `stuck_or_timeout_failure`, `api_failure`");
    true
}

/// A build that can run twice at once over the same tag.
fn concurrent<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) -> bool {
    let facts = cx.facts;
    let name = &job.name;
    let symbol = format!("job:{name}/resource_group");
    if let Some(group) = job.get("resource_group") {
        let shared = facts.jobs_in_role("setup").iter().any(|(setup, _)| {
            setup.get("resource_group").and_then(|it| it.to_text()) == group.to_text()
        });
        if shared {
            cx.report(&group.origin, format!("`{name}` and the job that writes the cache share a resource group, so each waits for the other"))
                .symbol(symbol)
                .help("give the image build a group of its own");
        }
        return shared;
    }
    let uses: Vec<_> = facts
        .shells(job, pipeline)
        .iter()
        .flat_map(Code::of)
        .flat_map(|code| {
            image_uses(code.script(), (job, pipeline))
                .into_iter()
                .filter(|it| matches!(it.act, ImageAct::Push | ImageAct::PushAll))
                .map(|it| (it.act, it.image().to_owned()))
                .collect::<Vec<_>>()
        })
        .collect();
    // Tags that follow the content come out the same whoever pushes them last.
    let by_content = !uses.is_empty()
        && uses.iter().all(|(act, image)| {
            let tag = crate::model::gitlab::split_tag(image).1.unwrap_or("latest");
            *act == ImageAct::Push
                && is_versioned(tag)
                && (tag.contains("SHA") || tag.contains("DIGEST") || tag.contains("COMMIT_TAG"))
        });
    if by_content || uses.is_empty() {
        return false;
    }
    cx.report(job.key_at, format!("`{name}` has no `resource_group`, so two pipelines can build and push the same tag at once"))
        .symbol(symbol)
        .help("add a `resource_group` of its own, such as `ci_image_build`");
    true
}
