use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    for fault in reach.need_faults(pipeline) {
        let (Some(job), Some(needed), Some(text)) =
            (pipeline.jobs.get(fault.job), pipeline.jobs.get(fault.needed), &fault.pipeline)
        else {
            continue;
        };
        let (job, name) = (&job.name, &needed.name);
        let rules =
            needed.get("rules").or_else(|| needed.get("only")).or_else(|| needed.get("except"));
        let message = format!(
            "`{job}` needs `{name}`, which a pipeline {text} does not have; GitLab refuses that pipeline"
        );
        let mut report = cx.report(&fault.need.value.origin, message);
        report = report.label(needed.key_at, format!("`{name}` is defined here"));
        if let Some(rules) = rules {
            report = report.label(rules.at(), format!("these rules leave `{name}` out"));
        }
        report.symbol(format!("job:{job}/needs/{name}")).help(format!(
            "give both the same rules, or write `{{job: {name}, optional: true}}` if `{job}` can do without"
        ));
    }
}
