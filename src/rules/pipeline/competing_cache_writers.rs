use std::collections::BTreeMap;

use crate::model::gitlab::{Cache, Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

/// A job, a cache that it writes, the key of that, and what decides whether the job runs.
type Writer<'a, 'p> = (&'a Job<'p>, &'a Cache<'p>, String, Vec<String>);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let mut writers: Vec<Writer<'_, '_>> = Vec::new();
    let mut of_one_job: BTreeMap<String, bool> = BTreeMap::new();
    for job in pipeline.jobs.iter().filter(|job| !job.is_partial()) {
        for cache in &job.caches {
            if cache.policy.writes() != Some(true) || cache.paths.is_empty() {
                continue;
            }
            let key = cache.key_identity();
            let own =
                of_one_job.entry(key.clone()).or_insert_with(|| cache.is_of_one_job(pipeline));
            if !*own && cache.renewed_by(job, pipeline).is_none() {
                writers.push((job, cache, key, conditions(job)));
            }
        }
    }
    let mut told: Vec<&str> = Vec::new();
    for (at, (job, cache, identity, when)) in writers.iter().enumerate() {
        if told.contains(&identity.as_str()) {
            continue;
        }
        let at_once = |other: &Job<'_>| {
            !pipeline.runs_before(job, other) && !pipeline.runs_before(other, job)
        };
        let rivals = || {
            let behind = writers[at + 1..].iter();
            behind.filter(|(other, _, key, others)| {
                key == identity && !std::ptr::eq(*other, *job) && others == when
            })
        };
        if let Some((other, it, ..)) = rivals().find(|(_, it, ..)| keep_other_files(it, cache)) {
            told.push(identity);
            let message = format!(
                "`{}` and `{}` keep different files in this cache, and each of them throws away those of the other; give each a key of its own",
                job.name, other.name
            );
            let place = cache.key.value().map_or(&cache.value.origin, |key| &key.origin);
            cx.report(place, message)
                .symbol(format!("cache:{identity}"))
                .label(it.value.at(), "written with other paths here")
                .help("write another `key`, such as one with `$CI_JOB_NAME`, in one of the jobs");
            continue;
        }
        let others: Vec<&Job<'_>> = rivals()
            .filter(|(other, it, ..)| it.shares_paths(cache) && at_once(other))
            .map(|(other, ..)| *other)
            .collect();
        let Some(other) = others.first() else { continue };
        told.push(identity);
        let names = match others.len() {
            1 => format!("`{}` and `{}`", job.name, other.name),
            count => format!("`{}`, `{}` and {} more", job.name, other.name, count - 1),
        };
        let message = format!(
            "{names} write this cache and may run at once, so it holds what the last of them left; let one job \
             write it"
        );
        let place = cache.key.value().map_or(&cache.value.origin, |key| &key.origin);
        cx.report(place, message)
            .symbol(format!("cache:{identity}"))
            .label(other.key_at, "written by this job too")
            .help("set `policy: pull` in all jobs but the one that fills the cache");
    }
}

/// Whether the caches have no path in common, as far as that can be told.
fn keep_other_files(one: &Cache<'_>, other: &Cache<'_>) -> bool {
    let all = [one.project_paths(), other.project_paths()];
    let known = |paths: &Vec<String>| !paths.iter().any(|path| path.contains('$'));
    all.iter().all(known)
        && one.untracked.is_none()
        && other.untracked.is_none()
        && !one.shares_paths(other)
}

/// What decides whether and on which runners a job runs, as the texts in it. Jobs that differ in that may
/// never meet, or have caches of their own.
fn conditions(job: &Job<'_>) -> Vec<String> {
    let mut open: Vec<&Value<'_>> =
        ["rules", "only", "except", "tags"].iter().filter_map(|key| job.get(key)).collect();
    let mut texts = Vec::new();
    while let Some(value) = open.pop() {
        open.extend(value.items());
        for entry in value.entries() {
            texts.push(entry.key.as_str().to_owned());
            open.push(&entry.value);
        }
        texts.extend(value.to_text().map(|it| it.into_owned()));
    }
    texts
}
