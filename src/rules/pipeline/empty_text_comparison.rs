use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::{Condition, comparisons};
use crate::rule::{Check, Cx};
use crate::syntax::expression::{Node, NodeKind, Operator, parse};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check<'p>(condition: &Condition<'_, 'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, '_>) {
    let Some(root) = &condition.expression.root else { return };
    for comparison in comparisons(root).into_iter().filter(|it| it.text.is_empty()) {
        let name = comparison.variable;
        let known = cx.facts.settings.variable(name).is_some() || pipeline.sets_variable(name);
        // A file that is not there may set it.
        let open = !pipeline.is_complete() && !name.starts_with("CI_");
        if known || open || asks_for_null(root, name) || beside_null(condition, pipeline, name) {
            continue;
        }
        let (is, message) = match comparison.operator {
            Operator::Equals => (
                "==",
                format!(
                    "`${name} == \"\"` is false where `{name}` is not set: such a variable is null, not empty"
                ),
            ),
            _ => (
                "!=",
                format!(
                    "`${name} != \"\"` is true where `{name}` is not set: such a variable is null, not empty"
                ),
            ),
        };
        let right = match is {
            "==" => {
                format!("write `${name} == null`, or `(${name} == null || ${name} == \"\")`")
            }
            _ => format!("write `${name}` alone, which holds where it is set and not empty"),
        };
        cx.report(pipeline.part_of(condition.value, comparison.span), message)
            .symbol(format!("condition:{}", condition.text()))
            .help(right);
    }
}

/// Whether the condition also asks whether the variable is set.
fn asks_for_null(root: &Node<'_>, name: &str) -> bool {
    let is = |node: &Node<'_>| matches!(node.kind, NodeKind::Variable(it) if it == name);
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        let (operator, left, right) = match &node.kind {
            NodeKind::Binary { operator, left, right } => (operator, left, right),
            NodeKind::Not(operand) => {
                open.push(operand);
                continue;
            }
            _ if is(node) => return true,
            _ => continue,
        };
        let compares = matches!(operator, Operator::Equals | Operator::Differs);
        let null = matches!(left.kind, NodeKind::Null) || matches!(right.kind, NodeKind::Null);
        match compares {
            true if null && (is(left) || is(right)) => return true,
            true => {}
            false if matches!(operator, Operator::And | Operator::Or) => {
                open.extend([&**left, &**right]);
            }
            false => {}
        }
    }
    false
}

/// Whether a rule beside it asks that, so that both cases are thought of.
fn beside_null(condition: &Condition<'_, '_>, pipeline: &Pipeline<'_>, name: &str) -> bool {
    let job = condition.job.and_then(|at| pipeline.jobs.get(at));
    let rules = job.map_or(pipeline.workflow_rules.as_ref(), |job| job.rules.as_ref());
    let conditions =
        rules.into_iter().flatten().filter_map(|rule| rule.condition.as_ref()?.as_str());
    let policies =
        ["only", "except"].into_iter().filter_map(|key| job?.value.path(&[key, "variables"]));
    let policies = policies.flat_map(|it| it.one_or_more()).filter_map(|it| it.as_str());
    conditions.chain(policies).filter(|text| *text != condition.text()).any(|text| {
        let parsed = parse(text);
        parsed.root.as_ref().is_some_and(|root| asks_for_null(root, name))
    })
}
