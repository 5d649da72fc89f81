use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::dotenv_variables;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let dotenv = dotenv_variables(pipeline);
    if dotenv.is_empty() {
        return;
    }
    for condition in pipeline.conditions() {
        let Some(root) = &condition.expression.root else { continue };
        for (name, span) in root.variables() {
            let Some((_, writer, at)) = dotenv.iter().find(|(it, _, _)| it == name) else {
                continue;
            };
            if pipeline.sets_variable(name) || cx.facts.settings.variable(name).is_some() {
                continue;
            }
            let message = format!(
                "`${name}` is not set here: `{writer}` writes it to its dotenv report, which is read long after rules were judged"
            );
            cx.report(pipeline.part_of(condition.value, span), message)
                .label(*at, "it is written here")
                .symbol(format!("condition:{}", condition.text()))
                .help("ask in the script, or start a child pipeline that is given the variable");
        }
    }
}
