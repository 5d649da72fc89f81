use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    if pipeline.workflow_rules.is_some() || !pipeline.is_complete() {
        return;
    }
    let jobs = || pipeline.jobs.iter().enumerate();
    let ruled = jobs()
        .find(|(at, job)| job.rules.is_some() && reach.runs_in_merge_requests(*at) == Some(true));
    let plain: Vec<_> = jobs()
        .filter(|(at, job)| {
            let ruled = ["rules", "only", "except"].iter().any(|key| job.get(key).is_some());
            !ruled && reach.runs_in_merge_requests(*at) == Some(false)
        })
        .collect();
    let (Some((_, ruled)), Some((_, first))) = (ruled, plain.first()) else { return };
    let others = match plain.len() {
        1 => String::new(),
        2 => " and one other job have".to_owned(),
        more => format!(" and {} other jobs have", more - 1),
    };
    let (verb, are) = if others.is_empty() { (" has", "is") } else { (others.as_str(), "are") };
    let message = format!(
        "`{}`{verb} no `rules`, so {are} missing in the pipelines of merge requests that `{}` starts",
        first.name, ruled.name
    );
    cx.report(first.key_at, message)
        .label(ruled.key_at, format!("the rules of `{}` match merge requests", ruled.name))
        .symbol("pipeline/split")
        .help("write `workflow: rules` for the kinds of pipelines that are wanted; jobs without rules are in all of them then");
}
