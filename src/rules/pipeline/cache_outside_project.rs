use crate::model::gitlab::{Job, Pipeline, outside_project};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for path in job.caches.iter().flat_map(|cache| &cache.paths) {
        let Some(text) = path.as_str() else { continue };
        let Some(why) = outside_project(text) else { continue };
        // The project folder may be anywhere, or the home folder inside it.
        if ["GIT_CLONE_PATH", "HOME"].iter().any(|it| pipeline.sets_variable(it)) {
            return;
        }
        cx.report(&path.origin, format!("`{text}` is never cached: {why}"))
            .symbol(format!("cache-path:{text}"))
            .help(
                "let the tool keep its files below `$CI_PROJECT_DIR` (by its variable or option), and \
                 cache that folder",
            );
    }
}
