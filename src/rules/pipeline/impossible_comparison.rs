use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::{comparisons, unfitting_patterns};
use crate::rule::{Check, Cx};
use crate::syntax::expression::{Operator, parse};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for site in pipeline.conditions() {
        let parsed = parse(site.text());
        let Some(root) = &parsed.root else { continue };
        for (span, message) in unfitting_patterns(root) {
            cx.report(pipeline.part_of(site.value, span), message)
                .symbol(format!("condition:{}", site.text()))
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
            let at = pipeline.part_of(site.value, comparison.span);
            let report = cx.report(at, message).symbol(format!("condition:{}", site.text()));
            let Some(meant) = meant else {
                let _ = report.help("correct the comparison");
                continue;
            };
            let report = report.help(format!("write `\"{meant}\"`"));
            // The quotes stay.
            let long =
                at.span.end.saturating_sub(at.span.start) as usize == comparison.text.len() + 2;
            if long && site.value.at().source == at.source {
                let inner = Span::new(at.span.start + 1, at.span.end - 1);
                report.replace(inner, meant.clone(), format!("write `{meant}`"));
            }
        }
    }
}
