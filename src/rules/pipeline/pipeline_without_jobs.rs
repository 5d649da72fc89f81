use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    for jobless in reach.jobless_rules(pipeline) {
        let rules = pipeline.workflow_rules.as_ref();
        let Some(rule) = rules.and_then(|rules| rules.get(jobless.rule)) else { continue };
        let what = if jobless.has_edges { "only jobs of `.pre` and `.post`" } else { "no job" };
        let message =
            format!("{what} can be in a pipeline {}, so GitLab makes none", jobless.pipelines);
        let at = rule.condition.as_ref().unwrap_or(&rule.value);
        let mut report = cx.report(&at.origin, message);
        if let Some(job) = pipeline.jobs.first()
            && let Some(why) = ["rules", "only", "except"].iter().find_map(|key| job.get(key))
        {
            report = report.label(&why.origin, format!("this keeps `{}` out", job.name));
        }
        report
            .symbol(format!("workflow/rules[{}]", rule.index))
            .help("let a job be in such pipelines, or remove the rule");
    }
}
