use crate::model::gitlab::{NeedKind, Pipeline};
use crate::rule::{Check, Cx};
use crate::text::did_you_mean;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let unknown = |text: &str| text.contains("$[[") || text.contains(['[', '$']);
    if !pipeline.is_complete()
        || pipeline.jobs.iter().any(|job| job.name.contains("$[[") || !job.parallel.known)
    {
        return;
    }
    for job in &pipeline.jobs {
        let by_rules = job.rules.iter().flatten().filter_map(|rule| rule.needs.as_ref());
        for need in job.needs.iter().chain(by_rules).flatten() {
            let plain = need.kind == NeedKind::Job && need.optional && need.instances.is_none();
            let Some(name) = need.name().filter(|name| plain && !unknown(name)) else { continue };
            let broken = pipeline.config.get(name).is_some();
            if broken || pipeline.job(name).or_else(|| pipeline.job_by_run_name(name)).is_some() {
                continue;
            }
            let message = format!(
                "`{}` never waits for `{name}`: no job is called so, and the need is optional",
                job.name
            );
            let report = cx
                .report(&need.value.origin, message)
                .symbol(format!("job:{}/needs/{name}", job.name));
            let _ = match pipeline.nearest_job(name) {
                Some(near) => report.help(did_you_mean(near)),
                None => report.help("remove the need"),
            };
        }
    }
}
