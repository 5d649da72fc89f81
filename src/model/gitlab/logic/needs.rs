use rustc_hash::FxHashMap;

use super::{Named, named, near, runs_later};
use crate::model::Origin;
use crate::model::gitlab::{Job, Need, NeedKind, Pipeline, Problem};
use crate::text::did_you_mean;

/// How long the name of a needed job may be.
const NAME: usize = 255;

/// `needs` of jobs and of their rules.
pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    for job in &pipeline.jobs {
        if let Some(needs) = &job.needs {
            list(pipeline, job, needs, problems);
        }
        for rule in job.rules.iter().flatten() {
            if let Some(needs) = &rule.needs {
                list(pipeline, job, needs, problems);
            }
        }
    }
}

fn list(pipeline: &Pipeline<'_>, job: &Job<'_>, needs: &[Need<'_>], problems: &mut Vec<Problem>) {
    let mut seen: FxHashMap<String, &Origin> = FxHashMap::default();
    for need in needs.iter().filter(|need| need.kind == NeedKind::Job) {
        if need.value.has_unknown() || computed(need) {
            continue;
        }
        let mut undefined = false;
        for name in need.names() {
            if let Some(before) = seen.insert(name.to_string(), &need.value.origin) {
                let message = format!("{} has the following needs duplicated: {name}.", job.name);
                let message = message.trim_end_matches('.');
                let problem = Problem::new("duplicate-need", &need.value.origin, message);
                problems.push(problem.label(before.at, "it stands here already"));
            }
            if undefined {
                continue;
            }
            match named(pipeline, &name) {
                Named::Unknown => {}
                Named::Undefined if need.optional => {}
                Named::Undefined => {
                    undefined = true;
                    problems.push(missing(pipeline, job, need, &name));
                }
                Named::Job(needed) if is_too_long(&name, need, needed) => {
                    let message = format!(
                        "{} job: need `{name}` name is too long (maximum is {NAME} characters)",
                        job.name
                    );
                    problems.push(Problem::new("undefined-need", &need.value.origin, message));
                }
                Named::Job(needed) => {
                    if need.instances.is_none() || needed.parallel.known {
                        defined(pipeline, job, need, needed, problems);
                    }
                }
            }
        }
    }
}

/// Whether the name is too long, or that of an instance where all are meant.
fn is_too_long(name: &str, need: &Need<'_>, needed: &Job<'_>) -> bool {
    let long = |name: &str| name.chars().count() > NAME;
    let all = need.instances.is_none() && !needed.parallel.instances.is_empty();
    long(name) || all && needed.run_names().iter().any(|name| long(name))
}

/// Whether the matrix of the job itself decides which instances are meant (`$[[ matrix.X ]]`).
fn computed(need: &Need<'_>) -> bool {
    let instances = need.instances.iter().flatten();
    let mut texts =
        instances.flat_map(|it| it.variables.iter().filter_map(|(_, value)| value.as_str()));
    texts.any(|text| text.contains("$[["))
}

fn missing(pipeline: &Pipeline<'_>, job: &Job<'_>, need: &Need<'_>, name: &str) -> Problem {
    let message = format!("{} job: undefined need: {name}", job.name);
    let place = need.job.as_ref().unwrap_or(&need.value);
    let problem = Problem::new("undefined-need", &place.origin, message);
    if let Some(needed) = need.name().and_then(|base| pipeline.job(base)) {
        let names = needed.run_names();
        let some: Vec<&str> = names.iter().take(5).map(|it| &**it).collect();
        let more = if names.len() > 5 { ", ..." } else { "" };
        let message = format!("`{}` runs as {}{more}", needed.name, some.join(", "));
        let help = match names.iter().any(|it| values(it) == values(name)) {
            _ if needed.parallel.instances.is_empty() => {
                "The needed job has no `parallel:matrix`: need it by its name alone."
            }
            true => "Name the variables in the order in which the needed job has them.",
            false => "Name all variables of the needed job, each with a value that it has there.",
        };
        return problem.label(needed.key_at, message).help(help);
    }
    if name.starts_with('.') {
        return problem.help("A hidden job never runs, so it cannot be needed.");
    }
    match near(pipeline, name) {
        Some(near) => problem.help(did_you_mean(near)),
        None => problem
            .help("Define the job, or say `optional: true` if the pipeline shall do without it."),
    }
}

/// The values in the name of an instance, `job: [a, b]`, sorted.
fn values(name: &str) -> Vec<&str> {
    let inside = name.rsplit_once(": [").map_or("", |(_, inside)| inside.trim_end_matches(']'));
    let mut values: Vec<&str> = inside.split(", ").collect();
    values.sort_unstable();
    values
}

fn defined(
    pipeline: &Pipeline<'_>,
    job: &Job<'_>,
    need: &Need<'_>,
    needed: &Job<'_>,
    problems: &mut Vec<Problem>,
) {
    let name = need.name().unwrap_or_default();
    let at = &need.job.as_ref().unwrap_or(&need.value).origin;
    if runs_later(pipeline, needed, job) == Some(true) {
        let message = format!(
            "{} job: need {name} is not defined in current or prior stages: it runs in `{}`, the job in `{}`",
            job.name, needed.stage, job.stage
        );
        let problem = Problem::new("later-need", at, message);
        problems.push(problem.label(needed.key_at, format!("`{name}` is defined here")));
    }
}
