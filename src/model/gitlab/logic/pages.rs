use crate::model::gitlab::{Pipeline, Problem};

/// `publish` beside `pages:publish`.
pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    for job in &pipeline.jobs {
        let inner = job.get("pages").and_then(|pages| pages.given("publish"));
        if let (Some(outer), Some(inner)) = (job.get("publish"), inner) {
            let name = &job.name;
            let message = format!("use either {name}:publish or {name}:pages:publish");
            let problem = Problem::new("duplicate-publish", &outer.origin, message);
            problems.push(problem.label(inner.at(), "the folder is named here too"));
        }
    }
}
