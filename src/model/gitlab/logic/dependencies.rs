use super::{Named, instances, named, named_exactly, near, other_instance, runs_later};
use crate::model::Origin;
use crate::model::gitlab::{Job, NeedKind, Pipeline, Problem, Value};
use crate::text::did_you_mean;

/// `dependencies`, and the jobs that make the files of child pipelines.
pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    for job in &pipeline.jobs {
        for value in job.dependencies.iter().flatten() {
            dependency(pipeline, job, (value, named), problems);
        }
        beside_needs(job, problems);
        let includes = job.trigger.iter().flat_map(|trigger| &trigger.includes);
        // The server looks at `job` whatever stands beside it.
        for value in includes.filter_map(|include| include.get("job")) {
            dependency(pipeline, job, (value, named_exactly), problems);
        }
    }
}

/// Artifacts can come only from jobs that the job waits for.
fn beside_needs(job: &Job<'_>, problems: &mut Vec<Problem>) {
    let (Some(names), Some(needs)) = (&job.dependencies, &job.needs) else { return };
    let unknown =
        needs.iter().any(|need| need.value.has_unknown() || need.kind == NeedKind::Unknown);
    if needs.is_empty() || names.is_empty() || unknown || job.is_partial() {
        return;
    }
    if needs.iter().all(|need| need.kind != NeedKind::Job) {
        let message = format!(
            "jobs:{} needs corresponding to dependencies must be from the same pipeline",
            job.name
        );
        let at = job.get("needs").map_or_else(|| Origin::here(job.key_at), |it| it.origin.clone());
        problems.push(Problem::new("dependency-without-need", &at, message));
        return;
    }
    for value in names {
        let Some(name) = value.as_str() else { continue };
        if needs.iter().any(|need| need.name() == Some(name)) {
            continue;
        }
        let message = format!("jobs:{} dependencies the {name} should be part of needs", job.name);
        let mut problem = Problem::new("dependency-without-need", &value.origin, message);
        if let Some(needs) = job.get("needs") {
            problem = problem.label(needs.at(), "the needs are listed here");
        }
        problems.push(problem.help(
            "Need the job too, or remove the dependency: needs fetch artifacts by themselves.",
        ));
    }
}

fn dependency<'a, 'p>(
    pipeline: &'a Pipeline<'p>,
    job: &Job<'_>,
    (value, named): (&Value<'_>, fn(&'a Pipeline<'p>, &str) -> Named<'a, 'p>),
    problems: &mut Vec<Problem>,
) {
    let Some(name) = value.as_str() else { return };
    match named(pipeline, name) {
        Named::Unknown => {}
        Named::Undefined => {
            let message = format!("{} job: undefined dependency: {name}", job.name);
            let mut problem = Problem::new("undefined-dependency", &value.origin, message);
            if name.starts_with('.') {
                problem = problem.help("A hidden job never runs, so it has no artifacts.");
            } else if let Some(help) = instances(pipeline, name) {
                problem = problem.help(help);
            } else if let Some((_, help)) = other_instance(pipeline, name) {
                problem = problem.help(help);
            } else if let Some(near) = near(pipeline, name) {
                problem = problem.help(did_you_mean(near));
            }
            problems.push(problem);
        }
        Named::Job(needed) => {
            if runs_later(pipeline, needed, job) == Some(true) {
                let message = format!(
                    "{} job: dependency {name} is not defined in current or prior stages: it runs in `{}`, the job in `{}`",
                    job.name, needed.stage, job.stage
                );
                let problem = Problem::new("later-dependency", &value.origin, message);
                problems.push(problem.label(needed.key_at, format!("`{name}` is defined here")));
            }
        }
    }
}
