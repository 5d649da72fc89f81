use crate::model::gitlab::{Job, Map, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(artifacts) = &job.artifacts else { return };
    let partial = artifacts.value.as_map().is_some_and(Map::is_partial) || job.is_partial();
    if artifacts.expire_in.is_some() || !artifacts.hands_over() || partial {
        return;
    }
    let message = "these artifacts have no `expire_in`, so the server decides how long they are kept \
                   (30 days on gitlab.com, for ever on many others)";
    cx.report(&artifacts.value.origin, message)
        .symbol(format!("job:{}/artifacts", job.name))
        .help("add `expire_in`, for example `1 week`, or `never` if they are to stay");
}
