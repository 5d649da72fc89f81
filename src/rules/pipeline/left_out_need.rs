use std::collections::BTreeMap;

use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::NeedFault;
use crate::rule::{Check, Cx};
use crate::text::SourceId;

pub(crate) const CHECK: Check = Check::Pipeline(check);

/// Where the need stands, the needed job, and the pipeline that lacks it.
type Key<'f> = (SourceId, u32, usize, Option<&'f str>);

fn key(fault: &NeedFault) -> Key<'_> {
    (fault.at.at.source, fault.at.at.span.start, fault.needed, fault.pipeline.as_deref())
}

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    let faults = reach.need_faults(pipeline);
    let partial: Vec<&NeedFault> = faults.iter().filter(|it| it.pipeline.is_some()).collect();
    // What one pipeline lacks for one job is one finding, and so is a need that several jobs inherit.
    let groups =
        || partial.chunk_by(|one, other| (one.job, &one.pipeline) == (other.job, &other.pipeline));
    let mut jobs: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for group in groups() {
        *jobs.entry(key(group[0])).or_default() += 1;
    }
    for group in groups() {
        let Some((first, more)) = group.split_first() else { continue };
        let Some(jobs) = jobs.remove(&key(first)) else { continue };
        let (Some(job), Some(needed), Some(text)) =
            (pipeline.jobs.get(first.job), pipeline.jobs.get(first.needed), &first.pipeline)
        else {
            continue;
        };
        let (job, whole) = (&job.name, &needed.name);
        let name = first.instance.as_deref().unwrap_or(whole);
        let others = match more.len() {
            0 => String::new(),
            1 => " and one other job".to_owned(),
            more => format!(" and {more} other jobs"),
        };
        let heirs = match jobs {
            0 | 1 => String::new(),
            2 => " (and one more job)".to_owned(),
            jobs => format!(" (and {} more jobs)", jobs - 1),
        };
        let message = format!(
            "`{job}`{heirs} needs `{name}`{others}, which a pipeline {text} does not have; GitLab refuses that pipeline"
        );
        let mut report = cx.report(&first.at, message);
        report = report.label(needed.key_at, format!("`{whole}` is defined here"));
        let rules = ["rules", "only", "except"].iter().find_map(|key| needed.get(key));
        if let Some(rules) = rules {
            report = report.label(rules.at(), format!("these rules leave `{name}` out"));
        }
        for fault in more {
            report = report.label(fault.at.at, "this is left out too");
        }
        report.symbol(format!("job:{job}/needs/{name}")).help(match &first.instance {
            None => format!(
                "give both the same rules, or write `{{job: {name}, optional: true}}` if `{job}` can do without"
            ),
            Some(_) => format!(
                "need only instances that the rules of `{whole}` keep, or say `optional: true` if `{job}` can do without"
            ),
        });
    }
}
