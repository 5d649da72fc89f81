use crate::model::gitlab::{Job, Pipeline, Problem};
use crate::model::{Origin, StepKind};
use crate::text::did_you_mean;

/// Whether the stage of a job and the list of stages are known for certain.
pub(super) fn is_known(pipeline: &Pipeline<'_>, job: &Job<'_>) -> bool {
    let stages = pipeline.config.get("stages");
    if pipeline.kind.is_part()
        || pipeline.stages_unknown
        || stages.is_some_and(|it| it.has_unknown())
    {
        return false;
    }
    if job.is_partial()
        || job.value.get("stage").is_some_and(|it| it.as_str().is_none() && !it.is_null())
    {
        return false;
    }
    // A list that rules of `include` may leave out counts for the jobs that come with it.
    let chosen = stages.and_then(|it| pipeline.chosen_by_rules(it.at().source));
    if chosen.is_some() && pipeline.chosen_by_rules(job.key_at.source) != chosen {
        return false;
    }
    if pipeline.is_complete() {
        return true;
    }
    // A file that is not known loses against the one that includes it, and against nothing else.
    let from_root = |origin: &Origin| {
        origin.at.source == pipeline.root.id
            && !origin.steps().any(|step| step.kind == StepKind::Include)
    };
    stages.is_some_and(|it| from_root(&it.origin)) && job.stage_at.as_ref().is_some_and(from_root)
}

pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    only_edges(pipeline, problems);
    for job in &pipeline.jobs {
        if pipeline.stage_index(&job.stage).is_some() || !is_known(pipeline, job) {
            continue;
        }
        let available: Vec<&str> = pipeline.stages.iter().map(|stage| &*stage.name).collect();
        let (name, stage) = (&job.name, &job.stage);
        let message = format!(
            "{name} job: chosen stage {stage} does not exist; available stages are {}",
            if available.is_empty() { "none".to_owned() } else { available.join(", ") }
        );
        let key = Origin::here(job.key_at);
        let mut problem =
            Problem::new("undefined-stage", job.stage_at.as_ref().unwrap_or(&key), message);
        if job.stage_at.is_none() {
            problem = problem.help("A job without `stage` runs in `test`: add `test` to `stages`, or give the job a stage.");
        } else if let Some(near) = crate::model::gitlab::nearest(stage, available.into_iter()) {
            problem = problem.help(did_you_mean(near));
        } else {
            problem =
                problem.help(format!("Add `{stage}` to `stages`, or choose one that is there."));
        }
        if let Some(entry) = pipeline.config.entry("stages") {
            problem = problem.label(entry.key_at, "the stages are listed here");
        }
        problems.push(problem);
    }
}

/// A pipeline needs a job in a stage of its own.
fn only_edges(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    let edge = |job: &Job<'_>| matches!(&*job.stage, ".pre" | ".post") && is_known(pipeline, job);
    let Some(first) = pipeline.jobs.first() else { return };
    if pipeline.is_complete() && pipeline.jobs.iter().all(edge) {
        let message =
            "all jobs are in `.pre` or `.post`, and a pipeline of such jobs alone does not run";
        let key = Origin::here(first.key_at);
        let at = first.stage_at.as_ref().unwrap_or(&key);
        let problem = Problem::new("only-edge-stages", at, message);
        problems.push(problem.help("Put at least one job into a stage between them."));
    }
}
