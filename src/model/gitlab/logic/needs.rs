use rustc_hash::{FxHashMap, FxHashSet};

use super::{Named, named, near, other_instance, runs_later, some};
use crate::model::Origin;
use crate::model::gitlab::job::filled;
use crate::model::gitlab::{Job, Need, NeedKind, Pipeline, Problem, Text};
use crate::text::did_you_mean;

/// How long the name of a needed job may be.
const NAME: usize = 255;

/// `needs` of jobs and of their rules.
pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    for job in &pipeline.jobs {
        if let Some(needs) = &job.needs {
            own(pipeline, job, needs, problems);
        }
        for rule in job.rules.iter().flatten() {
            if let Some(needs) = &rule.needs {
                of_rule(pipeline, job, needs, problems);
            }
        }
    }
}

/// The needs of the job itself, which may ask for what its matrix has.
fn own<'p>(
    pipeline: &Pipeline<'p>,
    job: &Job<'p>,
    needs: &[Need<'p>],
    problems: &mut Vec<Problem>,
) {
    let asked: Vec<(&Need<'p>, Vec<&str>)> =
        needs.iter().map(|need| (need, need.asked())).filter(|(_, it)| !it.is_empty()).collect();
    let rows = || job.parallel.instances.iter().filter(|it| !it.variables.is_empty());
    // Without a matrix the server takes the words as they are.
    if asked.is_empty() || job.parallel.known && rows().next().is_none() {
        return list(pipeline, job, needs, &|need| names(need).unwrap_or_default(), problems);
    }
    if !job.parallel.known {
        let known = |need: &Need<'p>| need.asked().is_empty().then(|| names(need)).flatten();
        return list(pipeline, job, needs, &|need| known(need).unwrap_or_default(), problems);
    }
    let before = problems.len();
    for (need, names) in asked {
        for name in names {
            if rows().all(|row| row.variables.iter().any(|(key, _)| *key == *name)) {
                continue;
            }
            let message =
                format!("{} job: '{name}' does not exist in matrix configuration", job.name);
            let mut problem = Problem::new("undefined-need", &need.value.origin, message);
            if let Some(matrix) = job.get("parallel") {
                problem = problem.label(matrix.at(), "the matrix of the job");
            }
            problems.push(problem);
        }
    }
    // The first instance with a fault shows it.
    for row in rows() {
        if problems.len() > before {
            break;
        }
        let filled = |need: &Need<'p>| {
            let names = names(need).unwrap_or_default();
            names.iter().map(|name| filled(name, row)).collect()
        };
        list(pipeline, job, needs, &filled, problems);
    }
}

/// The names that a need stands for; nothing if something that is not known decides them.
fn names<'p>(need: &Need<'p>) -> Option<Vec<Text<'p>>> {
    let known = !need.value.has_unknown() && !need.asks_more();
    known.then(|| need.names())
}

/// The needs of a rule: what `parallel` makes of jobs is not looked at there, so a job that runs as several
/// instances is found under their names alone.
fn of_rule<'p>(
    pipeline: &Pipeline<'p>,
    job: &Job<'p>,
    needs: &[Need<'p>],
    problems: &mut Vec<Problem>,
) {
    let mut plain: Vec<Need<'p>> = Vec::with_capacity(needs.len());
    for need in needs.iter().filter(|need| need.kind == NeedKind::Job) {
        let needed = need.name().and_then(|name| pipeline.job(name));
        if let Some(needed) = needed.filter(|it| !it.parallel.instances.is_empty()) {
            if !need.optional && !need.value.has_unknown() {
                problems.push(of_instances(job, need, needed));
            }
            continue;
        }
        plain.push(Need { instances: None, ..need.clone() });
    }
    list(pipeline, job, &plain, &|need| names(need).unwrap_or_default(), problems);
}

/// A need in a rule on a job that runs as several instances.
fn of_instances(job: &Job<'_>, need: &Need<'_>, needed: &Job<'_>) -> Problem {
    let name = &needed.name;
    let message = format!(
        "{} job: undefined need: {name}: in `rules`, instances are needed by their own names",
        job.name
    );
    let place = need.job.as_ref().unwrap_or(&need.value);
    let message_there = format!("`{name}` runs as {}", some(&needed.run_names()));
    let problem = Problem::new("undefined-need", &place.origin, message);
    problem.label(needed.key_at, message_there).help(
        "Need each instance by its name, or move the need out of the rule: there the name of the job stands for all",
    )
}

fn list<'p>(
    pipeline: &Pipeline<'p>,
    job: &Job<'p>,
    needs: &[Need<'p>],
    names: &dyn Fn(&Need<'p>) -> Vec<Text<'p>>,
    problems: &mut Vec<Problem>,
) {
    let mut seen: FxHashMap<Text<'p>, &Origin> = FxHashMap::default();
    // The instances that are needed by themselves, by the names of their jobs.
    let mut single: FxHashMap<&str, (Text<'p>, &Origin)> = FxHashMap::default();
    for need in needs.iter().filter(|need| need.kind == NeedKind::Job) {
        let mut undefined = false;
        for name in names(need) {
            let at = &need.value.origin;
            let twice = |name: &str| {
                let message = format!("{} has the following needs duplicated: {name}", job.name);
                Problem::new("duplicate-need", at, message)
            };
            if let Some(before) = seen.insert(name.clone(), at) {
                problems.push(twice(&name).label(before.at, "it stands here already"));
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
                    problems.push(Problem::new("undefined-need", at, message));
                }
                Named::Job(needed) => {
                    if need.instances.is_none() || needed.parallel.known {
                        defined(pipeline, job, need, needed, problems);
                    }
                    if needed.name != name {
                        // One of the instances that the name of the job stands for.
                        if let Some(before) = seen.get(&*needed.name) {
                            problems.push(twice(&name).label(before.at, "this stands for it too"));
                        }
                        single.entry(&needed.name).or_insert((name, at));
                    } else if let Some((one, before)) = single.get(&*needed.name) {
                        problems.push(twice(one).label(before.at, "it stands here already"));
                    } else if let Some(label) = equal_instances(needed) {
                        let problem = twice(&format!("{}: {label}", needed.name));
                        problems.push(problem.label(needed.key_at, "two instances have this name"));
                    }
                }
            }
        }
    }
}

/// The label that two instances of a job share: each of them counts as a need.
fn equal_instances<'a>(needed: &'a Job<'_>) -> Option<&'a str> {
    if !needed.parallel.known {
        return None;
    }
    let mut seen = FxHashSet::default();
    let labels = needed.parallel.instances.iter().map(|it| &*it.label);
    labels.into_iter().find(|label| !seen.insert(*label))
}

/// Whether the name is too long, or that of an instance where all are meant.
fn is_too_long(name: &str, need: &Need<'_>, needed: &Job<'_>) -> bool {
    let long = |name: &str| name.chars().count() > NAME;
    let all = need.instances.is_none() && !needed.parallel.instances.is_empty();
    long(name) || all && needed.run_names().iter().any(|name| long(name))
}

fn missing(pipeline: &Pipeline<'_>, job: &Job<'_>, need: &Need<'_>, name: &str) -> Problem {
    let message = format!("{} job: undefined need: {name}", job.name);
    let place = need.job.as_ref().unwrap_or(&need.value);
    let problem = Problem::new("undefined-need", &place.origin, message);
    if let Some(needed) = need.name().and_then(|base| pipeline.job(base)) {
        let names = needed.run_names();
        let message = format!("`{}` runs as {}", needed.name, some(&names));
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
    if let Some((needed, help)) = other_instance(pipeline, name) {
        return problem
            .label(needed.key_at, format!("`{}` is defined here", needed.name))
            .help(help);
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
