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
    for ((_, pattern), clauses) in groups.into_iter().filter(|(_, all)| all.len() > 1) {
        let mut bindings = BTreeMap::new();
        let read: Vec<Read<'_, '_>> =
            clauses.iter().map(|clause| Read::new(clause, &mut bindings)).collect();
        for (at, this) in read.iter().enumerate() {
            let clause = this.clause;
            let other = read[..at]
                .iter()
                .find(|it| same_conditions(it, this) && differ(&pattern, it, this))
                .map(|it| it.clause);
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

/// A clause with what is compared, read once.
struct Read<'a, 'p> {
    clause: &'a Clause<'p>,
    /// The steps in front of it.
    context: Vec<String>,
    /// The values of its parameters.
    values: Option<Vec<String>>,
}

impl<'a, 'p> Read<'a, 'p> {
    /// Reads a clause; clauses of one pattern share their binding.
    fn new(clause: &'a Clause<'p>, bindings: &mut BTreeMap<String, Option<Binding>>) -> Self {
        let then = pattern_for(&clause.text);
        let binding = bindings.entry(then.clone()).or_insert_with(|| {
            Binding::compile(&BindingSource { given: None, then: Cow::Owned(then) }).ok()
        });
        let params = binding.as_ref().and_then(|binding| binding.matches(clause));
        let one = |text: &str, number: Option<f64>| {
            number.map_or(text.to_lowercase(), |it| it.to_string())
        };
        Self {
            clause,
            context: clause.context.iter().map(|(step, _)| Words::new(step).folded).collect(),
            values: params.map(|it| it.all.iter().map(|it| one(&it.text, it.number)).collect()),
        }
    }
}

/// Whether both hold at the same time: the steps in front of them are the same, or one holds always.
fn same_conditions(a: &Read<'_, '_>, b: &Read<'_, '_>) -> bool {
    let always = |it: &Read<'_, '_>| it.clause.scenario.is_empty();
    always(a) || always(b) || (!a.context.is_empty() && a.context == b.context)
}

/// Whether two clauses of one pattern give different values, or one forbids what the other demands.
fn differ(pattern: &str, a: &Read<'_, '_>, b: &Read<'_, '_>) -> bool {
    let (Some(mine), Some(theirs)) = (&a.values, &b.values) else { return false };
    let (a, b) = (a.clause, b.clause);
    if a.negated != b.negated {
        return mine == theirs;
    }
    let kinds = params_behind_shall(pattern);
    let differing: Vec<bool> = mine.iter().zip(theirs).map(|(a, b)| a != b).collect();
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
