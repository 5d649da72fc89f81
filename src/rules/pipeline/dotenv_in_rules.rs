use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::dotenv_variables;
use crate::rule::{Check, Cx};
use crate::syntax::expression::parse;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let dotenv = dotenv_variables(pipeline);
    if dotenv.is_empty() {
        return;
    }
    for site in pipeline.conditions() {
        let parsed = parse(site.text());
        let Some(root) = &parsed.root else { continue };
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
            cx.report(pipeline.part_of(site.value, span), message)
                .label(*at, "it is written here")
                .symbol(format!("condition:{}", site.text()))
                .help("ask in the script, or start a child pipeline that is given the variable");
        }
    }
}
