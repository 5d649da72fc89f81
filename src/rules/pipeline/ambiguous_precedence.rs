use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::Condition;
use crate::rule::{Check, Cx};
use crate::syntax::expression::{Node, NodeKind, Operator};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check<'p>(condition: &Condition<'_, 'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, '_>) {
    let text = condition.text();
    let operations = condition.expression.root.iter().flat_map(Node::operations);
    for (_, left, right) in operations.filter(|(operator, ..)| *operator == Operator::Or) {
        // `A == x || A == y && B`, `B && A == x || A == y`
        let (bare_left, bare_right) = (is_bare(left, text), is_bare(right, text));
        let second = bare_right.filter(|(first, last)| {
            compared(last_of(left)) == compared(first) && compared(first) != compared(last)
        });
        let first = bare_left.filter(|(first, last)| {
            compared(last) == compared(right) && compared(first) != compared(last)
        });
        let Some((one, other)) = second.or(first) else { continue };
        if compared(one).is_none() && compared(other).is_none() {
            continue;
        }
        let message = "`&&` binds tighter than `||`, so only the comparison next to `&&` depends on what stands behind it";
        cx.report(pipeline.part_of(condition.value, one.span.cover(other.span)), message)
            .text("this is one part")
            .symbol(format!("condition:{text}"))
            .help("put parentheses around what belongs together");
    }
}

/// The first and last operand of an `&&` without parentheses around it.
fn is_bare<'n, 's>(node: &'n Node<'s>, text: &str) -> Option<(&'n Node<'s>, &'n Node<'s>)> {
    let NodeKind::Binary { operator: Operator::And, right, .. } = &node.kind else { return None };
    let before = text.get(..node.span.start as usize)?.trim_end();
    let after = text.get(node.span.end as usize..)?.trim_start();
    let mut first = node;
    while let NodeKind::Binary { operator: Operator::And, left, .. } = &first.kind {
        first = left;
    }
    (!before.ends_with('(') && !after.starts_with(')')).then_some((first, &**right))
}

fn last_of<'n, 's>(node: &'n Node<'s>) -> &'n Node<'s> {
    match &node.kind {
        NodeKind::Binary { operator: Operator::Or, right, .. } => right,
        _ => node,
    }
}

/// The variable that is compared with something, and how.
fn compared<'s>(node: &Node<'s>) -> Option<(&'s str, Operator)> {
    match &node.kind {
        NodeKind::Binary {
            operator: operator @ (Operator::Equals | Operator::Matches),
            left,
            ..
        } => match left.kind {
            NodeKind::Variable(name) => Some((name, *operator)),
            _ => None,
        },
        _ => None,
    }
}
