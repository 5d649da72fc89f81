use crate::model::StepKind;
use crate::model::gitlab::{Job, Pipeline, expand::variables};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

/// The longest name that GitLab stores.
const LONGEST: usize = 255;

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(group) = job.get("resource_group") else { return };
    let Some(name) = group.as_str() else { return };
    let allowed = |ch: &char| ch.is_ascii_alphanumeric() || "-_/${}. ".contains(*ch);
    // An input without a value is how a template is told to lock nothing.
    let from_input = || group.origin.steps().any(|it| matches!(it.kind, StepKind::Input(_)));
    let why = if name.trim().is_empty() {
        if from_input() {
            return;
        }
        "it is empty".to_owned()
    } else if name.starts_with('/') || name.ends_with('/') {
        "it begins or ends with `/`".to_owned()
    } else if let Some(ch) = name.chars().find(|ch| !allowed(ch)) {
        format!("it holds `{}`", ch.escape_debug())
    } else if name.len() > LONGEST {
        format!("it has more than {LONGEST} characters")
    } else {
        return per_job(job, group, name, cx);
    };
    let message = format!(
        "GitLab stores no resource group called `{name}` ({why}), so the jobs run at once, without a word"
    );
    cx.report(&group.origin, message)
        .symbol(format!("job:{}/resource_group", job.name))
        .help("use letters, digits, `-`, `_`, `.`, spaces and, between them, `/`");
}

/// A name that each job has for itself.
fn per_job(
    job: &Job<'_>,
    group: &crate::model::gitlab::Value<'_>,
    name: &str,
    cx: &mut Cx<'_, '_>,
) {
    const LATE: [&str; 2] = ["CI_JOB_ID", "CI_PIPELINE_ID"];
    let Some(late) = variables(name).find(|it| LATE.contains(it)) else { return };
    let message = format!(
        "`{late}` has no value yet when GitLab forms the name of the resource group; use a variable that \
         is known before the pipeline, or none"
    );
    cx.report(&group.origin, message).symbol(format!("job:{}/resource_group", job.name)).help(
        "name the group after what must not be used twice at a time, for example `production`",
    );
}
