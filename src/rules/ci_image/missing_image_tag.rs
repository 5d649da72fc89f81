use crate::model::build::Tool;
use crate::model::gitlab::{
    Code, ImageAct, ImageUse, Job, Pipeline, image_uses, is_versioned, split_tag,
};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::text::Location;

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(_: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let jobs = facts.jobs_in_role("build-ci-image");
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role("build-ci-image"));
    }
    let mut result = Judgement::Proven;
    for (job, pipeline) in jobs {
        match judge(job, pipeline, cx) {
            Judgement::Violated => return Judgement::Violated,
            Judgement::Proven => {}
            other => result = other,
        }
    }
    result
}

fn judge<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) -> Judgement {
    let facts = cx.facts;
    let name = &job.name;
    let codes: Vec<Code<'_, 'p>> = facts.shells(job, pipeline).iter().flat_map(Code::of).collect();
    let mut pushed: Vec<(String, Location)> = Vec::new();
    let mut builds: Vec<(String, Location)> = Vec::new();
    let mut all: Vec<(String, Location)> = Vec::new();
    for code in &codes {
        for it in image_uses(code.script(), (job, pipeline)) {
            let entry = |it: &ImageUse<'_>| (it.image().to_owned(), code.at(it.command.span()));
            match it.act {
                ImageAct::Push => pushed.push(entry(&it)),
                ImageAct::Build | ImageAct::Tag => builds.push(entry(&it)),
                ImageAct::PushAll => all.push(entry(&it)),
                _ => {}
            }
        }
    }
    let mut bake = false;
    for build in facts.builds_of(job, pipeline).filter(|build| build.tool == Tool::Bake) {
        bake = true;
        let tags = build.tags.iter().filter(|_| build.pushes);
        pushed.extend(tags.map(|tag| (tag.text.clone().unwrap_or("?".to_owned()), tag.at)));
    }
    for (repository, at) in all {
        let of = |image: &&(String, Location)| split_tag(&image.0).0 == repository;
        pushed.extend(builds.iter().filter(of).map(|(image, _)| (image.clone(), at)));
    }
    if pushed.is_empty() {
        return Judgement::Unknown(if bake {
            format!("`{name}` builds with `docker buildx bake`, and what that pushes is not known")
        } else {
            format!("no command of `{name}` that pushes an image is known")
        });
    }
    if pushed.iter().any(|(image, _)| image.contains('?')) {
        return Judgement::Unknown(format!("a tag that `{name}` pushes is made by a command"));
    }
    let tag = |image: &str| split_tag(image).1.unwrap_or("latest").to_owned();
    let latest = pushed.iter().any(|(image, _)| tag(image) == "latest");
    let versioned = pushed.iter().any(|(image, _)| is_versioned(&tag(image)));
    let (image, at) = &pushed[0];
    let missing = match (latest, versioned) {
        (true, true) => {
            return in_registry((&pushed, *at), name, cx);
        }
        (false, _) => format!("`{name}` pushes `{}` and no `latest`", tag(image)),
        (true, false) => {
            let others: Vec<String> =
                pushed.iter().map(|(image, _)| tag(image)).filter(|tag| tag != "latest").collect();
            match others.first() {
                Some(moving) => format!(
                    "`{name}` pushes `latest` and `{moving}`, which moves; there is no versioned tag to go back to"
                ),
                None => format!(
                    "`{name}` pushes only `latest`; there is no versioned tag to go back to"
                ),
            }
        }
    };
    let build = builds.first().map_or(*at, |(_, at)| *at);
    cx.report(build, missing)
        .symbol(format!("job:{name}/tags"))
        .help("push the image under a versioned tag and under `latest`");
    Judgement::Violated
}

/// Whether the registry has `latest` and the tag that the jobs use.
fn in_registry(
    (pushed, at): (&[(String, Location)], Location),
    name: &str,
    cx: &mut Cx<'_, '_>,
) -> Judgement {
    let facts = cx.facts;
    let needs = |why: &str| {
        let behind = if why.is_empty() { String::new() } else { format!("; {why}") };
        Judgement::NeedsEvidence(format!("the job pushes both tags; that both are in the registry takes evidence `tags`{behind}").into())
    };
    let (seen, tags) = match facts.seen_tags() {
        Ok(seen) => seen,
        Err(why) => return needs(&why),
    };
    if tags.may_be_cut {
        return needs("the list of tags may be cut");
    }
    let used = facts.used_image().and_then(|it| split_tag(&it.reference).1.map(str::to_owned));
    let used = used.filter(|tag| is_versioned(tag) && !tag.contains('$'));
    let lost = match (tags.has("latest"), tags.versioned().next()) {
        (Some(false), _) => Some("the tag `latest`"),
        (_, None) => Some("a versioned tag"),
        _ => None,
    };
    if let Some(lost) = lost {
        let is_latest =
            |it: &&(String, Location)| split_tag(&it.0).1.unwrap_or("latest") == "latest";
        let wants_latest = |it: &&(String, Location)| is_latest(it) == lost.contains("latest");
        let at = pushed.iter().find(wants_latest).map_or(at, |(_, at)| *at);
        cx.report(at, format!("the registry does not hold {lost} that `{name}` pushes"))
            .symbol(format!("job:{name}/tags"))
            .label(seen.mark, seen.seen())
            .help("run the job, and look whether something deletes its tags");
        return Judgement::Violated;
    }
    // A change that names a new version comes before the job that pushes it.
    if let Some(tag) = used.as_deref().filter(|tag| tags.has(tag) == Some(false)) {
        return needs(&format!("`{tag}`, which the jobs use, was not there yet when it was taken"));
    }
    let version = used.or_else(|| tags.versioned().next().map(str::to_owned)).unwrap_or_default();
    Judgement::Evidenced(format!("the registry holds `latest` and `{version}`").into())
}
