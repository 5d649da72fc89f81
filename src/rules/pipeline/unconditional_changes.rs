use rustc_hash::FxHashSet;

use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    let mut told = FxHashSet::default();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        for (number, rule) in job.rules.iter().flatten().enumerate() {
            let Some(changes) = rule.changes.as_ref().filter(|it| it.compare_to.is_none()) else {
                continue;
            };
            if rule.condition.is_some() || rule.when_text() == Some("never") {
                continue;
            }
            let Some(text) = reach.decided_without_push(at, number) else { continue };
            if !told.insert(changes.value.at()) {
                continue;
            }
            let message = format!(
                "`{}` always runs in a pipeline {text}: nothing was pushed there, so `changes` holds whatever it lists",
                job.name
            );
            cx.report(&changes.value.origin, message)
                .symbol(format!("job:{}/rules[{}]/changes", job.name, rule.index))
                .help("add an `if` that names the pipelines that are meant, or `compare_to`");
        }
    }
}
