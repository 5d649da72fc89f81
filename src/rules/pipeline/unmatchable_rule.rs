use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::Death;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    for dead in reach.dead_rules(pipeline) {
        let job = dead.job.and_then(|at| pipeline.jobs.get(at));
        let rules = job.map_or(pipeline.workflow_rules.as_ref(), |job| job.rules.as_ref());
        let Some(rule) = rules.and_then(|rules| rules.get(dead.rule)) else { continue };
        let owner = job.map_or("`workflow`".to_owned(), |job| format!("`{}`", job.name));
        let why = match &dead.death {
            Death::NeverHolds(why) => why.as_str(),
            Death::NoPipeline => "`workflow` makes no such pipeline",
            Death::Behind(_) => continue,
        };
        let at = rule.condition.as_ref().unwrap_or(&rule.value);
        cx.report(&at.origin, format!("this rule of {owner} never matches: {why}"))
            .symbol(format!("{}/rules[{}]", owner.trim_matches('`'), rule.index))
            .help("correct the condition, or remove the rule");
    }
}
