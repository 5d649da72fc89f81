use super::{Named, named, near, runs_later};
use crate::model::gitlab::{Job, Pipeline, Problem, Value};

/// `dependencies`, and the jobs that make the files of child pipelines.
pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    for job in &pipeline.jobs {
        for value in job.dependencies.iter().flatten() {
            dependency(pipeline, job, value, problems);
        }
        let includes = job.trigger.iter().flat_map(|trigger| &trigger.includes);
        for include in includes.filter(|it| it.get("artifact").is_some()) {
            if let Some(value) = include.get("job") {
                dependency(pipeline, job, value, problems);
            }
        }
    }
}

fn dependency(
    pipeline: &Pipeline<'_>,
    job: &Job<'_>,
    value: &Value<'_>,
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
            } else if let Some(near) = near(pipeline, name) {
                problem = problem.help(format!("Did you mean `{near}`?"));
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
