use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::include_texts;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let mut told: Vec<String> = Vec::new();
    for (at, name) in include_texts(pipeline) {
        if cx.facts.settings.variable(&name).is_some() || told.contains(&name) {
            continue;
        }
        let Some(own) = pipeline.variable(&name) else { continue };
        // One that is offered for pipelines started by hand is set outside by those.
        if own.description.is_some() {
            continue;
        }
        told.push(name.clone());
        cx.report(at, format!("`include` does not see `${name}` as it is set in the configuration; only what is set outside counts here"))
            .label(own.key_at, "this is read after all files are included")
            .symbol(format!("include/{name}"))
            .help("write the value out, or set the variable in the project, the group or the schedule");
    }
}
