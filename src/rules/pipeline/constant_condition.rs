use crate::model::gitlab::Pipeline;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(reach) = cx.facts.reach(pipeline) else { return };
    for site in pipeline.conditions() {
        if reach.always_holds(site.value) {
            cx.report(
                &site.value.origin,
                format!("`{}` always holds, whatever its variables are", site.text().trim()),
            )
            .symbol(format!("condition:{}", site.text()))
            .help("to exclude several values, put `&&` between the comparisons with `!=`");
        }
    }
}
