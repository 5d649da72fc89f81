//! What the server checks between jobs, after it took each by itself.

mod cycles;
mod dependencies;
mod environment;
mod needs;
mod pages;
mod stages;
mod variables;

use super::{Job, Pipeline, Problem, Text};

/// Checks the jobs against each other.
pub(super) fn check(pipeline: &Pipeline<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    stages::check(pipeline, &mut problems);
    dependencies::check(pipeline, &mut problems);
    needs::check(pipeline, &mut problems);
    environment::check(pipeline, &mut problems);
    pages::check(pipeline, &mut problems);
    cycles::check(pipeline, &mut problems);
    variables::check(pipeline, &mut problems);
    problems
}

/// What is known about a job that another one names.
enum Named<'a, 'p> {
    Job(&'a Job<'p>),
    /// No job is called so.
    Undefined,
    /// It may stand in a file that is not known, or it is broken and reported as such.
    Unknown,
}

fn named<'a, 'p>(pipeline: &'a Pipeline<'p>, name: &str) -> Named<'a, 'p> {
    if let Some(job) = pipeline.job(name).or_else(|| pipeline.job_by_run_name(name)) {
        return Named::Job(job);
    }
    let is_broken = !name.starts_with('.') && pipeline.config.get(name).is_some();
    if is_broken || !pipeline.is_complete() || names_unknown_instance(pipeline, name) {
        return Named::Unknown;
    }
    Named::Undefined
}

/// The same where what `parallel` makes of jobs is not looked at: a job that runs as several instances is
/// known by their names alone.
fn named_exactly<'a, 'p>(pipeline: &'a Pipeline<'p>, name: &str) -> Named<'a, 'p> {
    match named(pipeline, name) {
        Named::Job(job) if job.name == *name && !job.parallel.instances.is_empty() => {
            Named::Undefined
        }
        other => other,
    }
}

/// What to write in place of the name of a job that runs as several instances.
fn instances(pipeline: &Pipeline<'_>, name: &str) -> Option<String> {
    let job = pipeline.job(name).filter(|job| !job.parallel.instances.is_empty())?;
    let first = job.run_names().into_iter().next()?;
    Some(format!("`{name}` runs as several instances: name one of them, such as `{first}`"))
}

/// The job whose instance a name that nothing has was meant for, and what to write instead.
fn other_instance<'a, 'p>(pipeline: &'a Pipeline<'p>, name: &str) -> Option<(&'a Job<'p>, String)> {
    let numbered = || {
        let (base, label) = name.rsplit_once(' ')?;
        let (at, total) = label.split_once('/')?;
        let digits = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        (digits(at) && digits(total)).then_some(base)
    };
    let base = match name.rsplit_once(": [") {
        Some((base, rest)) if rest.ends_with(']') => base,
        _ => numbered()?,
    };
    let job = pipeline.job(base).filter(|job| job.parallel.known)?;
    let names = job.run_names();
    let help = match job.parallel.instances.is_empty() {
        true => format!("`{base}` has no `parallel`: it has no other name than this"),
        false => format!("`{base}` runs as {}; `{base}` stands for all of them", some(&names)),
    };
    Some((job, help))
}

/// The first of the names, in words.
fn some(names: &[Text<'_>]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|it| format!("`{it}`")).collect();
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// Whether the name may be that of an instance of a job whose instances are not all known, or of
/// a job whose own name is not known.
fn names_unknown_instance(pipeline: &Pipeline<'_>, name: &str) -> bool {
    let base = name.rsplit_once(": [").map(|(base, _)| base);
    let base = base.or_else(|| name.rsplit_once(' ').map(|(base, _)| base));
    let known = base.and_then(|base| pipeline.job(base)).is_none_or(|job| job.parallel.known);
    !known || pipeline.has_unknown_names
}

/// Whether `needed` runs in a stage behind that of `job`; nothing if that is not known.
fn runs_later(pipeline: &Pipeline<'_>, needed: &Job<'_>, job: &Job<'_>) -> Option<bool> {
    // The file of the job may have another job of that name.
    if pipeline.are_alternatives(needed, job) {
        return None;
    }
    let place = |job: &Job<'_>| {
        let known = stages::is_known(pipeline, job);
        known.then(|| pipeline.stage_index(&job.stage)).flatten()
    };
    Some(place(needed)? > place(job)?)
}

/// The name of a job that was probably meant.
fn near<'a>(pipeline: &'a Pipeline<'_>, name: &str) -> Option<&'a str> {
    super::nearest(name, pipeline.jobs.iter().map(|job| &*job.name))
}
