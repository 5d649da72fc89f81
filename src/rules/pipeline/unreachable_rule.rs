use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::Death;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    for dead in reach.dead_rules(pipeline) {
        let Death::Behind(earlier) = &dead.death else { continue };
        let job = dead.job.and_then(|at| pipeline.jobs.get(at));
        let rules = job.map_or(pipeline.workflow_rules.as_ref(), |job| job.rules.as_ref());
        let Some(rule) = rules.and_then(|rules| rules.get(dead.rule)) else { continue };
        let owner = job.map_or("`workflow`".to_owned(), |job| format!("`{}`", job.name));
        let before = earlier.and_then(|at| rules?.get(at));
        let message = match before {
            Some(_) => format!(
                "this rule of {owner} decides nothing: wherever it would match, an earlier one already has"
            ),
            None => format!(
                "this rule of {owner} decides nothing: together, the rules before it match everywhere it would"
            ),
        };
        let mut report = cx.report(&rule.value.origin, message);
        if let Some(before) = before {
            report = report.label(before.value.at(), "this one matches first");
        }
        report
            .symbol(format!("{}/rules[{}]", owner.trim_matches('`'), rule.index))
            .help("put it before the wider rule, or remove it");
    }
}
