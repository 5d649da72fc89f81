use rustc_hash::FxHashSet;

use crate::model::gitlab::{Instance, Job, Need, NeedKind, Pipeline, Value};
use crate::rule::{Check, Cx};
use crate::text::Location;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let most = cx.facts.settings.limits.needs;
    // Who includes a part may give its jobs other needs.
    let Some(reach) = cx.facts.reach(pipeline).filter(|_| !pipeline.kind.is_part()) else { return };
    // Needs that several jobs inherit are told once.
    let mut told: FxHashSet<Location> = FxHashSet::default();
    for (at, job) in pipeline.jobs.iter().enumerate() {
        let instance = job.parallel.instances.first();
        for (needs, place) in in_force(job) {
            let (listed, multiplied) = count(pipeline, needs, instance);
            let known = pipeline.is_final(place.at());
            if listed <= most || !known || told.contains(&place.at()) || reach.absence(at).is_some()
            {
                continue;
            }
            told.insert(place.at());
            let name = &job.name;
            let message = format!(
                "{name}: one job can only need {most} others, but these are {listed}; GitLab refuses each pipeline with `{name}`"
            );
            let mut report = cx.report(&place.origin, message).symbol(format!("job:{name}/needs"));
            if let Some(needed) = multiplied {
                let text = format!("each of the {} instances counts", needed.run_names().len());
                report = report.label(needed.key_at, text);
            }
            report.help(
                "need a job that gathers others, or leave `needs` out, so that the job waits for the stages before it",
            );
        }
    }
}

/// The needs that may count for the job, each list with the place where it stands.
fn in_force<'a, 'p>(job: &'a Job<'p>) -> Vec<(&'a [Need<'p>], &'a Value<'p>)> {
    let own = job.needs.as_deref().zip(job.get("needs"));
    let Some(rules) = job.rules.as_deref() else { return own.into_iter().collect() };
    let taking = rules.iter().filter(|rule| rule.when_text() != Some("never"));
    let of_rules = taking.clone().filter_map(|it| it.needs.as_deref().zip(it.value.given("needs")));
    let replaced = taking.clone().all(|rule| rule.needs.is_some());
    own.filter(|_| !replaced).into_iter().chain(of_rules).collect()
}

/// How many needs the server counts at least, and the first job that counts several times. It counts what is
/// listed, also what is optional or left out by rules.
fn count<'a, 'p>(
    pipeline: &'a Pipeline<'p>,
    needs: &[Need<'p>],
    own: Option<&Instance<'p>>,
) -> (usize, Option<&'a Job<'p>>) {
    let mut all = 0;
    let mut multiplied = None;
    for need in needs.iter().filter(|it| it.kind == NeedKind::Job && !it.value.has_unknown()) {
        let names = pipeline.needed_names(need, own).len();
        let needed = need.name().and_then(|name| pipeline.job(name));
        let known = needed.is_none_or(|it| {
            it.parallel.known && it.get("parallel").is_none_or(|it| pipeline.is_final(it.at()))
        });
        all += if known { names } else { names.min(1) };
        if known && names > 1 && need.instances.is_none() {
            multiplied = multiplied.or(needed);
        }
    }
    (all, multiplied)
}
