use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::Condition;
use crate::rule::{Check, Cx};
use crate::syntax::expression::{Node, NodeKind, Operator};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check<'p>(condition: &Condition<'_, 'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, '_>) {
    for (operator, left, _) in condition.expression.root.iter().flat_map(Node::operations) {
        if !matches!(operator, Operator::And | Operator::Or) {
            continue;
        }
        let Some((name, span)) = outcome(left) else { continue };
        let Some(variable) = pipeline.variable_at(condition, name) else { continue };
        let outside = cx.facts.settings.variable(name).is_some();
        if outside || variable.text.as_ref().is_none_or(|text| !text.is_empty()) {
            continue;
        }
        let what = match operator {
            Operator::And => "so what stands behind `&&` decides alone",
            _ => "so what stands behind `||` is never asked, and the condition does not hold",
        };
        let message = format!(
            "`{name}` is set to an empty text, which counts as true before `{}`, {what}",
            operator.text()
        );
        let right = match operator {
            Operator::And => format!("write `${name} != \"\" && ...`"),
            _ => format!("write `${name} != \"\" || ...`"),
        };
        cx.report(pipeline.part_of(condition.value, span), message)
            .label(variable.value.at(), "it is set here")
            .symbol(format!("condition:{}", condition.text()))
            .help(right);
    }
}

/// The variable whose bare value an operand comes to in the end.
fn outcome<'s>(node: &Node<'s>) -> Option<(&'s str, crate::text::Span)> {
    match &node.kind {
        NodeKind::Variable(name) => Some((name, node.span)),
        NodeKind::Binary { operator: Operator::And, right, .. } => match &right.kind {
            NodeKind::Variable(name) => Some((name, right.span)),
            _ => None,
        },
        _ => None,
    }
}
