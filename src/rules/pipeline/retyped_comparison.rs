use crate::model::gitlab::reach::{Condition, comparisons};
use crate::model::gitlab::{Pipeline, ValueKind, Variable};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check<'p>(condition: &Condition<'_, 'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, '_>) {
    let Some(root) = &condition.expression.root else { return };
    for comparison in comparisons(root) {
        let Some(variable) = pipeline.variable_at(condition, comparison.variable) else { continue };
        let Some((written, is)) = retyped(variable, pipeline) else { continue };
        let same = |text: &str| text.eq_ignore_ascii_case(comparison.text);
        if comparison.text == is || !(same(&written) || same(&is)) {
            continue;
        }
        let message = format!(
            "`{}` is set to `{written}`, which GitLab reads as `\"{is}\"`, so it never equals `\"{}\"`",
            comparison.variable, comparison.text
        );
        cx.report(pipeline.part_of(condition.value, comparison.span), message)
            .label(variable.value.at(), "it is set here")
            .symbol(format!("condition:{}", condition.text()))
            .help(format!("compare with `\"{is}\"`, or put the value in quotes"));
    }
}

/// How the value is written, and what the server makes of it, if that is not the same.
fn retyped(variable: &Variable<'_>, pipeline: &Pipeline<'_>) -> Option<(String, String)> {
    let value = &variable.value;
    let plain = matches!(value.kind, ValueKind::Bool(_) | ValueKind::Int(_) | ValueKind::Float(_));
    let file = pipeline.files.iter().find(|file| file.source.id == value.at().source)?;
    let written = file.source.slice(value.at().span).to_owned();
    let is = value.to_text()?.into_owned();
    let truth = matches!(value.kind, ValueKind::Bool(_));
    (plain && !written.starts_with(['"', '\'']) && (truth || written != is))
        .then_some((written, is))
}
