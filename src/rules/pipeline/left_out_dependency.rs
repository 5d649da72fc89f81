use crate::model::gitlab::reach::place_of;
use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    for (at, job) in pipeline.jobs.iter().enumerate() {
        // With needs, each dependency is a need too.
        let Some(names) = job.dependencies.as_ref().filter(|_| job.needs.is_none()) else {
            continue;
        };
        let places: Option<Vec<usize>> =
            names.iter().map(|name| place_of(pipeline, name.as_str()?)).collect();
        let (Some(places), Some(first)) = (places, names.first()) else { continue };
        if places.iter().any(|place| pipeline.jobs.get(*place).is_none_or(has_no_artifacts)) {
            continue;
        }
        let Some(text) = reach.pipeline_without(at, &places) else { continue };
        let listed: Vec<String> =
            names.iter().filter_map(|name| Some(format!("`{}`", name.as_str()?))).collect();
        let message = format!(
            "`{}` takes artifacts from {}, which a pipeline {text} does not have; it starts without them",
            job.name,
            listed.join(", ")
        );
        cx.report(&first.origin, message)
            .symbol(format!("job:{}/dependencies", job.name))
            .help("give the jobs the same rules, or let the script do without the artifacts");
    }
}

fn has_no_artifacts(job: &Job<'_>) -> bool {
    job.artifacts.is_none()
}
