use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::meant_variable;
use crate::rule::{Check, Cx};
use crate::syntax::expression::parse;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for site in pipeline.conditions() {
        let parsed = parse(site.text());
        let Some(root) = &parsed.root else { continue };
        for (name, span) in root.variables().filter(|(name, _)| name.starts_with("CI_")) {
            let Some(meant) = meant_variable(name) else { continue };
            if pipeline.sets_variable(name) || cx.facts.settings.variable(name).is_some() {
                continue;
            }
            let at = pipeline.part_of(site.value, span);
            cx.report(at, format!("GitLab sets no `{name}`; `{meant}` is probably meant"))
                .symbol(format!("condition:{}", site.text()))
                .help(format!("write `${meant}`"));
        }
    }
}
