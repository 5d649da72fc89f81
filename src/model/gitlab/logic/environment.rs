use super::{Named, instances, named_exactly, near};
use crate::model::gitlab::{Pipeline, Problem, Value};
use crate::text::did_you_mean;

/// `environment:on_stop`
pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    for job in &pipeline.jobs {
        let Some(environment) = &job.environment else { continue };
        let Some(on_stop) = &environment.on_stop else { continue };
        let Some(name) = on_stop.as_str() else { continue };
        let problem = |what: String| {
            let message = format!("{} job: on_stop job {name} {what}", job.name);
            Problem::new("invalid-on-stop", &on_stop.origin, message)
        };
        let stop = match named_exactly(pipeline, name) {
            Named::Unknown => continue,
            Named::Undefined => {
                let problem = problem("is not defined".to_owned());
                let help =
                    instances(pipeline, name).or_else(|| near(pipeline, name).map(did_you_mean));
                problems.push(match help {
                    Some(help) => problem.help(help),
                    None => problem,
                });
                continue;
            }
            Named::Job(stop) if stop.is_partial() || pipeline.are_alternatives(stop, job) => {
                continue;
            }
            Named::Job(stop) => stop,
        };
        let text =
            |value: &Option<Value<'_>>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
        let what = match &stop.environment {
            None => "does not have environment defined".to_owned(),
            Some(other) if other.value.has_unknown() => continue,
            Some(other) => match (text(&environment.name), text(&other.name)) {
                (Some(name), Some(other)) if name != other => {
                    format!("have different environment name: `{other}` instead of `{name}`")
                }
                _ if !other.stops() => "needs to have action stop defined".to_owned(),
                _ => continue,
            },
        };
        let at = stop.environment.as_ref().map_or(stop.key_at, |it| it.value.at());
        problems.push(problem(what).label(at, format!("`{name}` is defined here")));
    }
}
