use crate::model::gitlab::reach::Reach;
use crate::model::gitlab::{Job, Pipeline, Rule};
use crate::rule::{Check, Cx};
use rustc_hash::FxHashSet;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    let mut told = FxHashSet::default();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        // At the level of the job, `when: manual` does not block.
        if job.get("allow_failure").is_some() || job.when() == "manual" || job.is_partial() {
            continue;
        }
        let blocks =
            |rule: &Rule<'_>| rule.when_text() == Some("manual") && rule.allow_failure.is_none();
        if !job.rules.iter().flatten().any(blocks) {
            continue;
        }
        let Some(waiting) = waits_for((at, job), pipeline, reach) else { continue };
        let rules = job.rules.iter().flatten();
        for rule in
            rules.filter(|rule| rule.when_text() == Some("manual") && rule.allow_failure.is_none())
        {
            let Some(when) = rule.when.as_ref().filter(|it| told.insert(it.at())) else { continue };
            let message = format!(
                "`{}` blocks the pipeline until someone starts it: `{}` and all other jobs of later stages wait",
                job.name, waiting.name
            );
            cx.report(&when.origin, message)
                .symbol(format!("job:{}/rules[{}]", job.name, rule.index))
                .help("write `allow_failure: true` beside `when: manual` if the pipeline should go on without it");
        }
    }
}

/// A job of a later stage that waits for the stages before it and starts by itself.
fn waits_for<'a, 'p>(
    (at, job): (usize, &Job<'p>),
    pipeline: &'a Pipeline<'p>,
    reach: &Reach,
) -> Option<&'a Job<'p>> {
    let own = pipeline.stage_index(&job.stage)?;
    let found = pipeline.jobs.iter().enumerate().find(|(place, other)| {
        let later = pipeline.stage_index(&other.stage).is_some_and(|stage| stage > own);
        let by_itself = !matches!(other.when(), "manual" | "delayed" | "always")
            && other.rules.iter().flatten().all(|rule| rule.when_text() != Some("manual"));
        later && by_itself && other.needs.is_none() && reach.may_meet(at, *place)
    });
    found.map(|(_, other)| other)
}
