use crate::model::gitlab::reach::Condition;
use crate::model::gitlab::{Pipeline, Variable};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check<'p>(condition: &Condition<'_, 'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, '_>) {
    let Some(root) = &condition.expression.root else { return };
    let job = condition.job.and_then(|at| pipeline.jobs.get(at));
    for (name, span) in root.variables() {
        let outside = name.starts_with("CI_") || cx.facts.settings.variable(name).is_some();
        if outside || is_seen(pipeline, condition, name) {
            continue;
        }
        let is = |it: &&Variable<'_>| it.name == *name;
        let rules = job.into_iter().flat_map(|job| job.rules.iter().flatten());
        let set = match job {
            Some(_) => rules.into_iter().flat_map(|rule| &rule.variables).find(is),
            None => pipeline.jobs.iter().flat_map(|job| &job.variables).find(is),
        };
        let Some(set) = set.filter(|it| it.text.as_ref().is_none_or(|text| !text.contains('$')))
        else {
            continue;
        };
        let message = match job {
            Some(job) => format!(
                "`${name}` is not set here: only a rule of `{}` sets it, once all its rules are judged",
                job.name
            ),
            None => {
                format!("`${name}` is not set here: `workflow` does not see the variables of jobs")
            }
        };
        cx.report(pipeline.part_of(condition.value, span), message)
            .label(set.key_at, "it is set here")
            .symbol(format!("condition:{}", condition.text()))
            .help("set it for the whole pipeline, or ask what the other condition asks");
    }
}

/// Whether the condition sees a variable of this name that the configuration sets.
fn is_seen<'p>(pipeline: &Pipeline<'p>, condition: &Condition<'_, 'p>, name: &str) -> bool {
    let by_workflow = pipeline.workflow_rules.iter().flatten().flat_map(|rule| &rule.variables);
    let job = condition.job.and_then(|at| pipeline.jobs.get(at));
    let matrix =
        job.into_iter().flat_map(|job| &job.parallel.instances).flat_map(|it| &it.variables);
    pipeline.variable_at(condition, name).is_some()
        || condition.job.is_some() && by_workflow.into_iter().any(|it| it.name == *name)
        || matrix.into_iter().any(|(it, _)| *it == *name)
}
