use crate::model::gitlab::{Pipeline, Variable};
use crate::rule::{Check, Cx};
use crate::syntax::expression::parse;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for site in pipeline.conditions() {
        let parsed = parse(site.text());
        let Some(root) = &parsed.root else { continue };
        let job = site.job.and_then(|at| pipeline.jobs.get(at));
        for (name, span) in root.variables() {
            let outside = name.starts_with("CI_") || cx.facts.settings.variable(name).is_some();
            if outside || is_seen(pipeline, &site, name) {
                continue;
            }
            let is = |it: &&Variable<'_>| it.name == *name;
            let rules = job.into_iter().flat_map(|job| job.rules.iter().flatten());
            let set = match job {
                Some(_) => rules.into_iter().flat_map(|rule| &rule.variables).find(is),
                None => pipeline.jobs.iter().flat_map(|job| &job.variables).find(is),
            };
            let Some(set) =
                set.filter(|it| it.text.as_ref().is_none_or(|text| !text.contains('$')))
            else {
                continue;
            };
            let message = match job {
                Some(job) => format!(
                    "`${name}` is not set here: only a rule of `{}` sets it, once all its rules are judged",
                    job.name
                ),
                None => format!(
                    "`${name}` is not set here: `workflow` does not see the variables of jobs"
                ),
            };
            cx.report(pipeline.part_of(site.value, span), message)
                .label(set.key_at, "it is set here")
                .symbol(format!("condition:{}", site.text()))
                .help("set it for the whole pipeline, or ask what the other condition asks");
        }
    }
}

/// Whether the condition sees a variable of this name that the configuration sets.
fn is_seen<'p>(
    pipeline: &Pipeline<'p>,
    site: &crate::model::gitlab::reach::Site<'_, 'p>,
    name: &str,
) -> bool {
    let by_workflow = pipeline.workflow_rules.iter().flatten().flat_map(|rule| &rule.variables);
    let job = site.job.and_then(|at| pipeline.jobs.get(at));
    let matrix =
        job.into_iter().flat_map(|job| &job.parallel.instances).flat_map(|it| &it.variables);
    pipeline.variable_at(site, name).is_some()
        || site.job.is_some() && by_workflow.into_iter().any(|it| it.name == *name)
        || matrix.into_iter().any(|(it, _)| *it == *name)
}
