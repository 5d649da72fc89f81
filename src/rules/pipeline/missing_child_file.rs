use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};
use crate::text::did_you_mean;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    // The jobs of a template run in other repositories.
    let of_this_repository = pipeline.kind.is_pipeline();
    if !of_this_repository || !cx.facts.files.is_whole() {
        return;
    }
    for job in &pipeline.jobs {
        let Some(trigger) = &job.trigger else { continue };
        for missing in trigger.missing_files(cx.facts.files) {
            let path = missing.path;
            let message =
                format!("`{}` fails: no file of the repository is called `{path}`", job.name);
            let report = cx.report(&missing.value.origin, message);
            let report = report.symbol(format!("job:{}/trigger/{path}", job.name));
            let _ = match &missing.near {
                Some(near) => report.help(did_you_mean(near)),
                None => report.help(
                    "a path counts from the root; for what a job makes there is `artifact` with `job`",
                ),
            };
        }
    }
}
