use crate::model::gitlab::{Job, Pipeline, Rule};
use crate::rule::{Check, Cx};
use rustc_hash::FxHashSet;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    let mut told = FxHashSet::default();
    let mut waiting: Option<Vec<(usize, usize)>> = None;
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
        let Some(stage) = pipeline.stage_index(&job.stage) else { continue };
        let waiting = waiting.get_or_insert_with(|| self::waiting(pipeline));
        let mut later = waiting.iter().filter(|(other, _)| *other > stage);
        let met = later.find(|(_, place)| reach.may_meet(at, *place));
        let Some(waiting) = met.and_then(|(_, place)| pipeline.jobs.get(*place)) else { continue };
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

/// The jobs that wait for the stages before them and start by themselves, each with its stage and its place.
fn waiting(pipeline: &Pipeline<'_>) -> Vec<(usize, usize)> {
    let by_itself = |job: &Job<'_>| {
        !matches!(job.when(), "manual" | "delayed" | "always")
            && job.rules.iter().flatten().all(|rule| rule.when_text() != Some("manual"))
    };
    let jobs = pipeline.jobs.iter().enumerate();
    jobs.filter(|(_, job)| job.needs.is_none() && by_itself(job))
        .filter_map(|(place, job)| Some((pipeline.stage_index(&job.stage)?, place)))
        .collect()
}
