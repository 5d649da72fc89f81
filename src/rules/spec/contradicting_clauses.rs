use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::spec::{Clause, Keyword, Words};
use crate::rule::{Binding, BindingSource, Check, Cx, pattern_for};

pub(crate) const CHECK: Check = Check::Project(check);

/// Words behind SHALL with which clauses list things.
const LISTING: [&str; 14] = [
    "include", "contain", "support", "accept", "cover", "list", "allow", "document", "provide",
    "have", "read", "write", "run", "contain,",
];

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    let mut groups: BTreeMap<(&str, String), Vec<&Clause<'_>>> = BTreeMap::new();
    for clause in facts.spec.clauses.iter().filter(|it| it.keyword != Keyword::Inherited) {
        let pattern = pattern_for(&clause.text)
            .to_lowercase()
            .replace("shall not ", "shall ")
            .replace("must not ", "shall ");
        let pattern = pattern.replace(" must ", " shall ");
        let Some((_, behind)) = pattern.split_once("shall ") else { continue };
        if LISTING.contains(&behind.split(' ').next().unwrap_or_default()) {
            continue;
        }
        groups.entry((clause.capability.as_str(), pattern)).or_default().push(clause);
    }
    for ((_, pattern), clauses) in groups {
        for (at, clause) in clauses.iter().enumerate() {
            let other = clauses[..at]
                .iter()
                .find(|it| same_conditions(it, clause) && differ(&pattern, it, clause));
            let Some(other) = other else { continue };
            cx.report(
                clause.at,
                format!(
                    "`{}` contradicts `{}` under the same conditions; one of the two should change",
                    clause.text, other.text
                ),
            )
            .label(other.at, "the other clause")
            .symbol(format!("clause:{}", clause.id));
        }
    }
}

/// Whether both hold at the same time: the steps in front of them are the same, or one holds always.
fn same_conditions(a: &Clause<'_>, b: &Clause<'_>) -> bool {
    let folded = |clause: &Clause<'_>| -> Vec<String> {
        clause.context.iter().map(|(step, _)| Words::new(step).folded).collect()
    };
    let always = |clause: &Clause<'_>| clause.scenario.is_empty();
    always(a) || always(b) || (!a.context.is_empty() && folded(a) == folded(b))
}

/// Whether two clauses of one pattern give different values, or one forbids what the other demands.
fn differ(pattern: &str, a: &Clause<'_>, b: &Clause<'_>) -> bool {
    let values = |clause: &Clause<'_>| {
        let then = Cow::Owned(pattern_for(&clause.text));
        let params =
            Binding::compile(&BindingSource { given: None, then }).ok()?.matches(clause)?;
        let one = |text: &str, number: Option<f64>| {
            number.map_or(text.to_lowercase(), |it| it.to_string())
        };
        Some(params.all.iter().map(|it| one(&it.text, it.number)).collect::<Vec<_>>())
    };
    let (Some(mine), Some(theirs)) = (values(a), values(b)) else { return false };
    if a.negated != b.negated {
        return mine == theirs;
    }
    let kinds = params_behind_shall(pattern);
    let differing: Vec<bool> = mine.iter().zip(&theirs).map(|(a, b)| a != b).collect();
    // The last parameters are those behind SHALL; what stands in front names the thing.
    let front = mine.len().saturating_sub(kinds.len());
    !a.negated
        && differing.len() == mine.len()
        && !differing[..front.min(differing.len())].contains(&true)
        && kinds
            .iter()
            .zip(differing.iter().skip(front))
            .any(|(kind, differs)| *differs && *kind != "path" && *kind != "string")
}

/// The types of the parameters behind SHALL.
fn params_behind_shall(pattern: &str) -> Vec<&str> {
    let behind = pattern.split_once("shall ").map_or("", |(_, behind)| behind);
    behind.split('{').skip(1).filter_map(|it| it.split_once('}')).map(|(name, _)| name).collect()
}
