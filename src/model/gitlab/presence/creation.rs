use rustc_hash::FxHashMap;

use super::{Cause, Decider, JobForecast, Verdict, When};
use crate::model::Origin;
use crate::model::gitlab::{Job, Need, NeedKind, Pipeline, Settings};

/// For what the server refuses to create a pipeline whose configuration it takes.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The job that the server names; nothing if it is the whole pipeline.
    pub job: Option<String>,
    /// The fault in the words of the server, without a full stop at the end.
    pub message: String,
    /// The place of the fault; nothing if it is none in particular.
    pub at: Option<Origin>,
    /// What would have to be known to tell whether it comes to that; empty if it does.
    pub open: Vec<Cause>,
}

/// What the server says of a pipeline without jobs.
const EMPTY: &str = "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline";

/// Everything for which the server would refuse a pipeline of these jobs.
pub(super) fn refusals<'p>(
    pipeline: &Pipeline<'p>,
    settings: &Settings,
    workflow: &Verdict<'p>,
    jobs: &[JobForecast<'_, 'p>],
) -> Vec<Refusal> {
    if workflow.present() == Some(false) {
        return Vec::new();
    }
    let by_name: FxHashMap<&str, &JobForecast<'_, 'p>> =
        jobs.iter().map(|it| (it.name.as_str(), it)).collect();
    let mut all = Vec::new();
    for forecast in jobs.iter().filter(|it| it.verdict.present() != Some(false)) {
        for (need, open) in needs(forecast) {
            for name in pipeline.needed_names(need, forecast.instance) {
                let Some(needed) = by_name.get(name.as_str()) else { continue };
                let mut open = open.clone();
                match needed.verdict.present() {
                    Some(true) => continue,
                    Some(false) => {}
                    None if comes_along(pipeline, forecast, needed) => continue,
                    None => open = super::truth::together(open, needed.verdict.open()),
                }
                let own = &forecast.name;
                let message = format!(
                    "'{own}' job needs '{name}' job, but '{name}' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional"
                );
                let place = need.job.as_ref().unwrap_or(&need.value).origin.clone();
                all.push(Refusal { job: Some(own.to_string()), message, at: Some(place), open });
            }
        }
        all.extend(too_many(pipeline, settings, forecast));
    }
    all.extend(empty(pipeline, jobs));
    if workflow.present().is_none() {
        for refusal in &mut all {
            refusal.open =
                super::truth::together(std::mem::take(&mut refusal.open), workflow.open());
        }
    }
    // What is certain in one instance of a job is certain in the next; each is told, as by the server.
    all.sort_by_key(|it| !it.open.is_empty());
    all
}

/// Whether nothing but its file keeps the needed job out, and the file of the other job includes that
/// or is it.
fn comes_along<'p>(
    pipeline: &Pipeline<'p>,
    own: &JobForecast<'_, 'p>,
    needed: &JobForecast<'_, 'p>,
) -> bool {
    let mut absent = needed.verdict.ways.iter().filter(|way| way.when == When::Never);
    absent.all(|way| matches!(way.decider, Decider::NotIncluded(_)))
        && pipeline.comes_with(own.job.key_at.source, needed.job.key_at.source)
}

/// The needs that must be met where the job is in the pipeline, each with what would have to be known to
/// tell whether it is one.
fn needs<'f, 'p>(forecast: &'f JobForecast<'_, 'p>) -> Vec<(&'f Need<'p>, Vec<Cause>)> {
    let verdict = &forecast.verdict;
    let present: Vec<_> = verdict.ways.iter().filter(|way| way.when != When::Never).collect();
    let always = present.len() == verdict.ways.len();
    let own = forecast.job.needs.as_deref().unwrap_or_default();
    let mut all: Vec<(&Need<'_>, Vec<Cause>)> = Vec::new();
    for way in &present {
        let needs = way.decider.needs().unwrap_or(own);
        for need in needs.iter().filter(|it| it.kind == NeedKind::Job && !it.optional) {
            if all.iter().any(|(known, _)| std::ptr::eq(*known, need)) {
                continue;
            }
            let everywhere = present.iter().all(|way| {
                way.decider.needs().unwrap_or(own).iter().any(|it| it.names() == need.names())
            });
            let open = if always && everywhere { Vec::new() } else { verdict.open() };
            all.push((need, open));
        }
    }
    all
}

fn too_many(
    pipeline: &Pipeline<'_>,
    settings: &Settings,
    forecast: &JobForecast<'_, '_>,
) -> Option<Refusal> {
    let job: &Job<'_> = forecast.job;
    let most = settings.limits.needs;
    let count = |needs: &[Need<'_>]| {
        let needs = needs.iter().filter(|it| it.kind == NeedKind::Job);
        needs.map(|need| pipeline.needed_names(need, forecast.instance).len()).sum::<usize>()
    };
    let own = job.needs.as_deref().unwrap_or_default();
    let ways = forecast.verdict.ways.iter();
    let counts: Vec<usize> = ways
        .clone()
        .filter(|way| way.when != When::Never)
        .map(|way| count(way.decider.needs().unwrap_or(own)))
        .collect();
    let largest = counts.iter().copied().max().filter(|largest| *largest > most)?;
    let certain = counts.len() == ways.len() && counts.iter().all(|count| *count > most);
    let message = format!(
        "{}: one job can only need {most} others, but you have listed {largest}. See needs keyword documentation for more details",
        forecast.name
    );
    let at = job.get("needs").map_or_else(|| Origin::here(job.key_at), |it| it.origin.clone());
    let open = if certain { Vec::new() } else { forecast.verdict.open() };
    Some(Refusal { job: Some(forecast.name.to_string()), message, at: Some(at), open })
}

/// A pipeline without a job between `.pre` and `.post` is none.
fn empty(pipeline: &Pipeline<'_>, jobs: &[JobForecast<'_, '_>]) -> Option<Refusal> {
    let may_count = |it: &&JobForecast<'_, '_>| {
        let edge = matches!(&*it.job.stage, ".pre" | ".post") && !it.job.is_partial();
        !edge && it.verdict.present() != Some(false)
    };
    if jobs.iter().any(|it| may_count(&it)) {
        return None;
    }
    // What could not be read may bring jobs.
    let open = if pipeline.is_complete() { Vec::new() } else { vec![Cause::MissingFile] };
    Some(Refusal { job: None, message: EMPTY.to_owned(), at: None, open })
}
