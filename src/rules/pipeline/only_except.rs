use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for keyword in ["only", "except"] {
        let Some(value) = job.value.given(keyword) else { continue };
        cx.report(&value.origin, format!("`{keyword}` is deprecated; `rules` can say the same"))
            .symbol(format!("job:{}/{keyword}", job.name))
            .help("write `rules` with `if` and `changes`; one job cannot have both");
        return;
    }
}
