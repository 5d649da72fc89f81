use crate::model::gitlab::reach::{Condition, compared_patterns};
use crate::model::gitlab::{Pipeline, Text, expand};
use crate::rule::{Check, Cx};
use crate::syntax::expression::{Node, NodeKind, Operator};

pub(crate) const CHECK: Check = Check::Condition(check);

fn check<'p>(condition: &Condition<'_, 'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, '_>) {
    for compared in condition.expression.root.iter().flat_map(compared_patterns) {
        let (is, instead, verb) = match compared.operator {
            Operator::Equals => ("==", "=~", "never"),
            _ => ("!=", "!~", "always"),
        };
        let pattern = compared.pattern;
        let message = format!(
            "`{is}` matches no pattern: it asks whether both sides are the same, and {verb} holds beside `{pattern}`"
        );
        cx.report(pipeline.part_of(condition.value, compared.span), message)
            .symbol(format!("condition:{}", condition.text()))
            .help(format!("write `{instead} {pattern}` to match with it"));
    }
    for (operator, left, right) in condition.expression.root.iter().flat_map(Node::operations) {
        if !matches!(operator, Operator::Matches | Operator::DoesNotMatch) {
            continue;
        }
        let (text, set) = match &right.kind {
            NodeKind::Text(text) => ((*text).to_owned(), None),
            NodeKind::Variable(name) => {
                let Some(variable) = pipeline.variable_at(condition, name) else { continue };
                if cx.facts.settings.variable(name).is_some() || variable.description.is_some() {
                    continue;
                }
                let plain = |text: &&Text<'_>| expand::variables(text).next().is_none();
                let Some(text) = variable.text.as_ref().filter(plain) else { continue };
                (text.to_string(), Some((*name, variable.value.at())))
            }
            _ => continue,
        };
        let is_pattern = text.len() > 1 && text.starts_with('/') && text[1..].contains('/');
        // A list of words is sometimes asked on purpose: `$CI_COMMIT_BRANCH =~ "main dev"`.
        if is_pattern || text.is_empty() || text.contains([' ', ',', ';']) {
            continue;
        }
        let subject = match &left.kind {
            NodeKind::Variable(name) => format!("`${name}`"),
            _ => "the left side".to_owned(),
        };
        let message = format!(
            "`{}` with a text asks whether {subject} is a part of `{text}`, not the other way round; a pattern stands between slashes",
            operator.text()
        );
        let mut report = cx.report(pipeline.part_of(condition.value, right.span), message);
        if let Some((name, at)) = set {
            report = report.label(at, format!("`{name}` is set here"));
        }
        report
            .symbol(format!("condition:{}", condition.text()))
            .help(format!("write `/{}/`", text.replace('/', "\\/")));
    }
}
