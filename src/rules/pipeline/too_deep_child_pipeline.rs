use crate::model::gitlab::{GENERATIONS, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    if pipeline.generation < GENERATIONS {
        return;
    }
    for job in &pipeline.jobs {
        let Some(trigger) = job.trigger.as_ref().filter(|it| it.project.is_none()) else {
            continue;
        };
        let Some(first) = trigger.includes.first() else { continue };
        let message = format!(
            "`{}` fails: this is the child of a child pipeline already, and GitLab starts no third one",
            job.name
        );
        cx.report(&first.origin, message)
            .symbol(format!("job:{}/trigger", job.name))
            .help("start it from the pipeline above, or include its jobs here");
    }
}
