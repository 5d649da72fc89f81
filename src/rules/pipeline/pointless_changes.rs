use rustc_hash::FxHashSet;

use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    let mut told = FxHashSet::default();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        for (number, rule) in job.rules.iter().flatten().enumerate() {
            let (Some(changes), Some(condition)) = (&rule.changes, &rule.condition) else {
                continue;
            };
            if changes.compare_to.is_some() || reach.can_follow_push(at, number) {
                continue;
            }
            if !told.insert(changes.value.at()) {
                continue;
            }
            let message = format!(
                "`changes` of `{}` holds whatever it lists: the condition beside it holds only where nothing is compared with",
                job.name
            );
            cx.report(&changes.value.origin, message)
                .label(condition.at(), "tags, schedules and pipelines started by hand or by a call have no push to compare with")
                .symbol(format!("job:{}/rules[{}]/changes", job.name, rule.index))
                .help("add `compare_to`, or remove `changes`");
        }
    }
}
