use rustc_hash::FxHashSet;

use crate::model::gitlab::{Pipeline, Version};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

const SINCE: Version = Version::new(19, 1);

/// What was split, and into what: <https://gitlab.com/gitlab-org/gitlab/-/work_items/602133>.
const SPLIT: [(&str, &[&str]); 2] = [
    (
        "stuck_or_timeout_failure",
        &[
            "stuck_pending_with_matching_runners",
            "stuck_pending_no_matching_runners",
            "no_updates_running",
            "no_updates_canceling",
        ],
    ),
    ("job_execution_timeout", &["server_timeout_running", "server_timeout_canceling"]),
];

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let settings = &cx.facts.settings;
    // A server that is not known may be too old for the new reasons.
    if !settings.states_version || settings.gitlab_version < SINCE {
        return;
    }
    let mut told = FxHashSet::default();
    for job in &pipeline.jobs {
        let Some(when) = job.get("retry").and_then(|it| it.given("when")) else { continue };
        for value in when.one_or_more() {
            let split = SPLIT.iter().find(|(old, _)| value.as_str() == Some(old));
            let Some((old, new)) = split.filter(|_| told.insert(value.at())) else { continue };
            let new: Vec<String> = new.iter().map(|it| format!("`{it}`")).collect();
            cx.report(&value.origin, format!("`{old}` is deprecated since GitLab {SINCE}"))
                .symbol(format!("job:{}/retry/{old}", job.name))
                .help(format!("name those that are meant of {}", new.join(", ")));
        }
    }
}
