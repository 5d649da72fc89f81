use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(needs) =
        job.value.given("needs").filter(|it| it.as_seq().is_some_and(<[_]>::is_empty))
    else {
        return;
    };
    let deploys = job.environment.as_ref().is_some_and(|environment| {
        environment.action.as_ref().is_none_or(|it| it.as_str() == Some("start"))
    });
    let manual = job.when() == "manual"
        || job.rules.iter().flatten().any(|rule| rule.when_text() == Some("manual"));
    let rules_need = job.rules.iter().flatten().any(|rule| rule.needs.is_some());
    if !deploys || manual || rules_need {
        return;
    }
    let Some(own) = pipeline.stage_index(&job.stage) else { return };
    let earlier = pipeline.jobs.iter().find(|other| {
        let stage = pipeline.stage_index(&other.stage);
        other.stage.as_str() != ".pre" && stage.is_some_and(|stage| stage < own)
    });
    let Some(earlier) = earlier else { return };
    let message = format!(
        "`{}` deploys as soon as the pipeline starts: `needs: []` lets it wait for none of the earlier stages, such as `{}` of `{}`",
        job.name, earlier.name, earlier.stage
    );
    cx.report(&needs.origin, message)
        .symbol(format!("job:{}/needs", job.name))
        .help("remove `needs`, or name the jobs that must have passed");
}
