use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::Condition;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check(condition: &Condition<'_, '_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    if reach.always_holds(condition.value) {
        let message =
            format!("`{}` always holds, whatever its variables are", condition.text().trim());
        cx.report(&condition.value.origin, message)
            .symbol(format!("condition:{}", condition.text()))
            .help("to exclude several values, put `&&` between the comparisons with `!=`");
    }
}
