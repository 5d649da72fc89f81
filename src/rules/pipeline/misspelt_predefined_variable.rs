use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::{Condition, meant_variable};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check<'p>(condition: &Condition<'_, 'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, '_>) {
    let Some(root) = &condition.expression.root else { return };
    for (name, span) in root.variables().filter(|(name, _)| name.starts_with("CI_")) {
        let Some(meant) = meant_variable(name) else { continue };
        if pipeline.sets_variable(name) || cx.facts.settings.variable(name).is_some() {
            continue;
        }
        let at = pipeline.part_of(condition.value, span);
        cx.report(at, format!("GitLab sets no `{name}`; `{meant}` is probably meant"))
            .symbol(format!("condition:{}", condition.text()))
            .help(format!("write `${meant}`"));
    }
}
