use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let whole = pipeline.is_complete() && pipeline.kind.is_pipeline();
    if !whole || pipeline.jobs.is_empty() || pipeline.jobs.iter().any(|job| job.is_partial()) {
        return;
    }
    let hidden = |name: &str| {
        pipeline
            .hidden
            .iter()
            .any(|it| it.value.given("stage").and_then(|it| it.as_str()) == Some(name))
    };
    for stage in &pipeline.stages {
        let name = stage.name.as_str();
        let Some(origin) = stage.origin.as_ref().filter(|_| !matches!(name, ".pre" | ".post"))
        else {
            continue;
        };
        if hidden(name) || pipeline.jobs.iter().any(|job| job.stage == stage.name) {
            continue;
        }
        let mut report = cx
            .report(origin, format!("no job runs in the stage `{name}`"))
            .symbol(format!("stage:{name}"));
        let near =
            pipeline.jobs.iter().find(|job| job.stage_at.is_none() && job.name == stage.name);
        if let Some(job) = near {
            report = report.label(job.key_at, "this job names no stage, so it runs in `test`");
        }
        report.help("remove it, or name it in the job that should run there");
    }
}
