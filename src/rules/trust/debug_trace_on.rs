use crate::model::gitlab::{Pipeline, Variable};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let of_workflow = pipeline.workflow_rules.iter().flatten().flat_map(|rule| &rule.variables);
    let of_jobs = pipeline.jobs.iter().flat_map(|job| {
        let of_rules = job.rules.iter().flatten().flat_map(|rule| &rule.variables);
        job.variables.iter().chain(of_rules)
    });
    let is_on = |variable: &&Variable<'_>| {
        variable.name == *"CI_DEBUG_TRACE"
            && variable.text.as_ref().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    };
    for variable in pipeline.variables.iter().chain(of_workflow).chain(of_jobs).filter(is_on) {
        let message = "`CI_DEBUG_TRACE` is on in the committed configuration: the job log prints every \
                       command with all variables, secret ones too";
        cx.report(&variable.value.origin, message)
            .symbol(format!("variable:{}", variable.name))
            .help("remove it; to look for an error, set it for one pipeline when you start it by hand");
    }
}
