use std::collections::BTreeMap;

use crate::model::gitlab::{Code, ImageAct, Pipeline, image_uses, split_tag};
use crate::rule::{Check, Cx};
use crate::text::Location;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for pipeline in &facts.pipelines {
        judge(pipeline, cx);
    }
}

fn judge<'p>(pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) {
    let facts = cx.facts;
    // For each repository: whether another tag than `latest` is pushed, and the first push.
    let mut pushed: BTreeMap<String, (bool, Location)> = BTreeMap::new();
    for job in &pipeline.jobs {
        for code in facts.shells(job, pipeline).iter().flat_map(Code::of) {
            for it in image_uses(code.script(), (job, pipeline)) {
                if !matches!(it.act, ImageAct::Push | ImageAct::PushAll) {
                    continue;
                }
                if !it.is_known() {
                    return;
                }
                let (repository, tag) = split_tag(it.image());
                // A repository of each branch or commit says what it holds.
                let told = it.image().contains('@') || repository.contains("$CI_COMMIT");
                let other =
                    it.act == ImageAct::PushAll || told || tag.is_some_and(|tag| tag != "latest");
                // A name that is one variable may hold a tag.
                let open = tag.is_none()
                    && repository.rsplit('/').next().is_some_and(|it| it.contains('$'))
                    && !repository.ends_with("$CI_REGISTRY_IMAGE");
                let entry =
                    pushed.entry(repository.to_owned()).or_insert((false, code.at(it.span)));
                entry.0 |= other || open;
            }
        }
    }
    // One line may push many images: a template, a loop.
    let mut places: Vec<(Location, Vec<&str>)> = Vec::new();
    for (repository, (_, at)) in pushed.iter().filter(|(_, (other, _))| !other) {
        match places.iter_mut().find(|(place, _)| place == at) {
            Some((_, repositories)) => repositories.push(repository),
            None => places.push((*at, vec![repository])),
        }
    }
    for (at, repositories) in places {
        let (first, others) = (repositories[0], repositories.len() - 1);
        let more = if others > 0 { format!(" (as {others} others are)") } else { String::new() };
        let message = format!(
            "`{first}` is pushed as `latest` only{more}; a versioned tag beside it would tell which build runs"
        );
        cx.report(at, message).symbol(format!("push:{first}")).help(
            "push it under `$CI_COMMIT_SHA` or a version too, to have something to go back to",
        );
    }
}
