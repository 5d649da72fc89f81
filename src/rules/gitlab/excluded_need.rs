use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    for fault in reach.need_faults(pipeline).iter().filter(|it| it.pipeline.is_none()) {
        let (Some(job), Some(needed)) =
            (pipeline.jobs.get(fault.job), pipeline.jobs.get(fault.needed))
        else {
            continue;
        };
        let (job, name) = (&job.name, &needed.name);
        let message = format!(
            "'{job}' job needs '{name}' job, but '{name}' does not exist in any pipeline that has '{job}', because of the rules of both"
        );
        cx.report(&fault.at, message)
            .label(needed.key_at, format!("`{name}` is defined here"))
            .symbol(format!("job:{job}/needs/{name}"))
            .help(format!(
                "give both the same rules, or write `{{job: {name}, optional: true}}` if `{job}` can do without"
            ));
    }
}
