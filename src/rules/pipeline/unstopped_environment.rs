use rustc_hash::FxHashSet;

use crate::model::gitlab::{Pipeline, expand};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

/// Variables that differ from branch to branch, from merge request to merge request or from commit to commit.
const CHANGING: [&str; 9] = [
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_REF_NAME",
    "CI_COMMIT_REF_SLUG",
    "CI_COMMIT_SHA",
    "CI_COMMIT_SHORT_SHA",
    "CI_MERGE_REQUEST_ID",
    "CI_MERGE_REQUEST_IID",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
    "CI_PIPELINE_IID",
];

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let stopped: Vec<&str> = pipeline
        .jobs
        .iter()
        .filter_map(|job| job.environment.as_ref().filter(|it| it.stops() || it.on_stop.is_some()))
        .filter_map(|environment| environment.name.as_ref()?.as_str())
        .collect();
    let mut told = FxHashSet::default();
    for job in pipeline.jobs.iter().filter(|job| !job.is_partial()) {
        let Some(environment) = &job.environment else { continue };
        let Some(value) = &environment.name else { continue };
        let Some(name) = value.as_str() else { continue };
        let starts = environment.action.as_ref().is_none_or(|it| it.as_str() == Some("start"));
        let changing = expand::variables(name).find(|it| CHANGING.contains(it));
        let (Some(changing), true) = (changing, starts) else { continue };
        let ends = environment.auto_stop_in.is_some()
            || stopped.contains(&name)
            || environment.value.has_unknown();
        if ends || !told.insert(value.at()) {
            continue;
        }
        let message = format!(
            "environment `{name}` of `{}` is another one for each `${changing}`, and nothing takes it down",
            job.name
        );
        cx.report(&value.origin, message)
            .symbol(format!("job:{}/environment", job.name))
            .help("name a job under `on_stop`, or a time under `auto_stop_in`");
    }
}
