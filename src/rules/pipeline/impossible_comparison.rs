use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::{Condition, comparisons, unfitting_patterns};
use crate::rule::{Check, Cx};
use crate::syntax::expression::Operator;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Condition(check);

fn check<'p>(condition: &Condition<'_, 'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, '_>) {
    let Some(root) = &condition.expression.root else { return };
    for (span, message) in unfitting_patterns(root) {
        cx.report(pipeline.part_of(condition.value, span), message)
            .symbol(format!("condition:{}", condition.text()))
            .help("correct the pattern");
    }
    for comparison in comparisons(root) {
        let name = comparison.variable;
        let Some((why, meant)) = comparison.impossible() else { continue };
        if pipeline.sets_variable(name) {
            continue;
        }
        let verb = if comparison.operator == Operator::Equals { "never" } else { "always" };
        let message = format!(
            "`${name} {} \"{}\"` {verb} holds: {why}",
            comparison.operator.text(),
            comparison.text
        );
        let at = pipeline.part_of(condition.value, comparison.span);
        let report = cx.report(at, message).symbol(format!("condition:{}", condition.text()));
        let Some(meant) = meant else {
            let _ = report.help("correct the comparison");
            continue;
        };
        let report = report.help(format!("write `\"{meant}\"`"));
        // The quotes stay.
        let long = at.span.end.saturating_sub(at.span.start) as usize == comparison.text.len() + 2;
        if long && condition.value.at().source == at.source {
            let inner = Span::new(at.span.start + 1, at.span.end - 1);
            report.replace(inner, meant.clone(), format!("write `{meant}`"));
        }
    }
}
