use crate::model::gitlab::{Job, Pipeline, outside_project};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(artifacts) = &job.artifacts else { return };
    let reports = artifacts.reports.iter().flat_map(|report| &report.paths);
    for path in artifacts.paths.iter().chain(reports) {
        let Some(text) = path.as_str() else { continue };
        let Some(why) = outside_project(text) else { continue };
        // The project folder may be anywhere, or the home folder inside it.
        if ["GIT_CLONE_PATH", "HOME"].iter().any(|it| pipeline.sets_variable(it)) {
            return;
        }
        cx.report(&path.origin, format!("`{text}` is never uploaded: {why}"))
            .symbol(format!("artifact-path:{text}"))
            .help("copy the files below the project folder in `script`, and name that path");
    }
}
