use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::{Condition, compared_patterns};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check(condition: &Condition<'_, '_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    // `!=` beside a pattern is told as such.
    let compares = || condition.expression.root.iter().any(|it| !compared_patterns(it).is_empty());
    if reach.always_holds(condition.value) && !compares() {
        let message =
            format!("`{}` always holds, whatever its variables are", condition.text().trim());
        cx.report(&condition.value.origin, message)
            .symbol(format!("condition:{}", condition.text()))
            .help("to exclude several values, put `&&` between the comparisons with `!=`");
    }
}
