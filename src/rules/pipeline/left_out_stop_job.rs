use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::place_of;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    for (at, job) in pipeline.jobs.iter().enumerate() {
        let Some(on_stop) = job.environment.as_ref().and_then(|it| it.on_stop.as_ref()) else {
            continue;
        };
        let Some(name) = on_stop.as_str() else { continue };
        let Some(stop) = place_of(pipeline, name) else { continue };
        let Some(text) = reach.pipeline_without(at, &[stop]) else { continue };
        let mut report = cx
            .report(
                &on_stop.origin,
                format!("`{name}` cannot stop what `{}` starts in a pipeline {text}: its rules leave it out there", job.name),
            )
            .symbol(format!("job:{}/environment", job.name));
        if let Some(stop) = pipeline.jobs.get(stop) {
            report = report.label(stop.key_at, format!("`{name}` is defined here"));
        }
        report.help(format!("give `{name}` the rules of `{}`, with `when: manual`", job.name));
    }
}
