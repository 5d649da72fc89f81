use crate::model::gitlab::reach::{early_texts, include_texts, is_late_variable};
use crate::model::gitlab::{Pipeline, expand};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let help = "use a variable that is known before the job is made, such as `CI_PIPELINE_IID` or `CI_COMMIT_SHORT_SHA`, or ask in the script";
    for condition in pipeline.conditions() {
        let Some(root) = &condition.expression.root else { continue };
        for (name, span) in root.variables() {
            let late = is_late_variable(name) || condition.job.is_none() && is_of_jobs(name);
            if !late || pipeline.sets_variable(name) {
                continue;
            }
            let at = pipeline.part_of(condition.value, span);
            cx.report(at, format!("`${name}` is not set here: it is known only once a job is made or runs, after its rules were judged"))
                .symbol(format!("condition:{}", condition.text()))
                .help(help);
        }
    }
    let mut told: Vec<String> = Vec::new();
    for (at, name) in include_texts(pipeline) {
        let late = is_late_variable(&name) || is_of_jobs(&name);
        if !late || pipeline.sets_variable(&name) || told.contains(&name) {
            continue;
        }
        let message =
            format!("`include` is read before `${name}` is known, so it holds an empty text there");
        cx.report(at, message).symbol(format!("include/{name}")).help(help);
        told.push(name);
    }
    for text in early_texts(pipeline) {
        for name in text.value.as_str().into_iter().flat_map(expand::variables) {
            if !text.lacks(name) || pipeline.sets_variable(name) {
                continue;
            }
            let message = format!(
                "`{}` is read before `${name}` is known, so it holds an empty text there",
                text.keyword
            );
            cx.report(&text.value.origin, message)
                .symbol(format!("{}/{name}", text.keyword))
                .help(help);
        }
    }
}

/// Variables that jobs have and the pipeline has not.
fn is_of_jobs(name: &str) -> bool {
    let lead = ["CI_JOB_", "CI_NODE_", "CI_ENVIRONMENT_"];
    lead.iter().any(|it| name.starts_with(it))
}
