use crate::model::gitlab::{Code, ImageAct, image_uses, is_versioned, split_tag};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(_: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let jobs = facts.jobs_in_role("build-ci-image");
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role("build-ci-image"));
    }
    let mut violated = false;
    for (job, pipeline) in jobs {
        let codes: Vec<Code<'_, '_>> =
            facts.shells(job, pipeline).iter().flat_map(Code::of).collect();
        let guarded = codes.iter().any(|code| {
            image_uses(code.script(), (job, pipeline)).iter().any(|it| {
                matches!(it.act, ImageAct::ManifestInspect | ImageAct::OtherInspect)
                    && it.command.is_tested()
            })
        });
        if guarded {
            continue;
        }
        for code in &codes {
            let uses = image_uses(code.script(), (job, pipeline));
            let of = |act: ImageAct| uses.iter().filter(move |it| it.act == act);
            let mut pushed: Vec<_> = of(ImageAct::Push).map(|it| (it.image(), it)).collect();
            for all in of(ImageAct::PushAll) {
                let made = of(ImageAct::Build).chain(of(ImageAct::Tag));
                let made = made.filter(|it| split_tag(it.image()).0 == all.image());
                pushed.extend(made.map(|it| (it.image(), all)));
            }
            for (image, push) in pushed {
                let Some(tag) = split_tag(image).1 else { continue };
                if !tag.contains(['$', '?']) && is_versioned(tag) {
                    violated = true;
                    cx.report(code.at(push.command.span()), format!("`{}` pushes `{tag}` in every run, over the image that had this version", job.name))
                        .symbol(format!("job:{}/push/{tag}", job.name))
                        .help("push it only where `docker manifest inspect` does not find it yet");
                }
            }
        }
    }
    if violated { Judgement::Violated } else { older_tags(cx) }
}

/// Whether the registry holds older versions, and keeps them.
fn older_tags(cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let needs = |why: &str| {
        let behind = if why.is_empty() { String::new() } else { format!("; {why}") };
        Judgement::NeedsEvidence(format!("nothing here overwrites a version; that the older tags are in the registry takes evidence `tags` and `project`{behind}").into())
    };
    let (seen, tags) = match facts.seen_tags() {
        Ok(seen) => seen,
        Err(why) => return needs(&why),
    };
    let used = facts.used_image();
    let current = used.as_ref().and_then(|image| split_tag(&image.reference).1).unwrap_or_default();
    let older: Vec<&str> = tags.versioned().filter(|tag| *tag != current).collect();
    let at = facts.pushed_images("build-ci-image").first().map(|(_, at)| *at);
    let Some(at) = at.or(used.as_ref().map(|image| image.at)) else {
        return needs("no job is known to push the image");
    };
    if older.is_empty() {
        if tags.may_be_cut {
            return needs("the list of tags may be cut");
        }
        cx.report(at, "the registry holds no version of the image but the current one")
            .symbol("image:older-tags")
            .label(seen.mark, seen.seen())
            .help("keep the tags of earlier versions, so that there is one to go back to");
        return Judgement::Violated;
    }
    let policy = facts.cleanup_policy();
    if let Some((policy_seen, policy)) = &policy
        && let Some(tag) = older.iter().find(|tag| policy.deletes(tag) == Some(true))
    {
        cx.report(
            at,
            format!("the clean-up policy of the project deletes older versions such as `{tag}`"),
        )
        .symbol("image:older-tags")
        .label(policy_seen.mark, policy_seen.seen())
        .help("keep the versions with `name_regex_keep`");
        return Judgement::Violated;
    }
    let kept = if policy.is_some() { "" } else { "; the clean-up policy is not known" };
    Judgement::Evidenced(format!("the registry holds {} older versions{kept}", older.len()).into())
}
