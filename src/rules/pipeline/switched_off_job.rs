use rustc_hash::FxHashSet;

use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::Absence;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    let mut told = FxHashSet::default();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        let Some(Absence::SwitchedOff) = reach.absence(at) else { continue };
        // One that others extend is a template.
        let is_base =
            pipeline.jobs.iter().any(|it| it.extends.iter().any(|(base, _)| *base == *job.name));
        if is_base {
            continue;
        }
        let Some(rules) = job.get("rules") else { continue };
        // To switch the job of an included file off is what such a rule is for.
        if rules.at().source != job.key_at.source
            || comes_from_two_files(job)
            || !told.insert(rules.at())
        {
            continue;
        }
        cx.report(
            &rules.origin,
            format!("`{}` is switched off: its only rule is `when: never`", job.name),
        )
        .symbol(format!("job:{}", job.name))
        .help("remove the job, or put a dot before its name while it rests");
    }
}

fn comes_from_two_files(job: &crate::model::gitlab::Job<'_>) -> bool {
    job.value.entries().iter().any(|entry| entry.key_at.source != job.key_at.source)
}
