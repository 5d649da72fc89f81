//! From what rules say of clauses to one verdict for each.

use super::{Judged, Report, Verdict};
use crate::model::spec::{Clause, Spec};
use crate::rule::{Binding, Catalog, Judgement, Nearest, RuleIndex, stub};

/// How the note of an undefined clause begins that a pattern comes near to.
pub const NEAREST: &str = "the nearest pattern";

/// One verdict for each clause: what refutes it counts most, what is not judged next.
pub(super) fn settle(spec: &Spec<'_>, judgements: Vec<Vec<(RuleIndex, Judgement)>>) -> Vec<Judged> {
    let mut clauses: Vec<Judged> = Vec::new();
    for (clause, judgements) in spec.clauses.iter().zip(judgements) {
        let decided = judgements.into_iter().max_by_key(|(_, judgement)| match judgement {
            Judgement::Proven | Judgement::ProvenWith(_) => 0,
            Judgement::Evidenced(_) => 1,
            Judgement::NeedsEvidence(_) => 2,
            Judgement::Unknown(_) => 3,
            Judgement::Violated => 4,
        });
        let decidable =
            !matches!(decided, Some((_, Judgement::NeedsEvidence(_) | Judgement::Evidenced(_))));
        let (verdict, rule, note) = match decided {
            None => (Verdict::Undefined, None, String::new()),
            Some((rule, judgement)) => match judgement {
                Judgement::Proven => (Verdict::Proven, Some(rule), String::new()),
                Judgement::ProvenWith(note) => (Verdict::Proven, Some(rule), note.into_owned()),
                Judgement::Evidenced(note) => (Verdict::Evidenced, Some(rule), note.into_owned()),
                Judgement::Violated => (Verdict::Violated, Some(rule), String::new()),
                Judgement::NeedsEvidence(note) => {
                    (Verdict::NeedsEvidence, Some(rule), note.into_owned())
                }
                Judgement::Unknown(note) => {
                    (Verdict::NeedsEvidence, Some(rule), format!("not judged: {note}"))
                }
            },
        };
        clauses.push(Judged { decidable, ..judged(clause, verdict, rule, note) });
    }
    clauses
}

/// Notes for each clause that no rule knows which rule's pattern comes nearest, and where it departs.
pub(super) fn explain_undefined(spec: &Spec<'_>, catalog: &Catalog, clauses: &mut [Judged]) {
    if clauses.iter().all(|clause| clause.verdict != Verdict::Undefined) {
        return;
    }
    let sources = catalog.iter().flat_map(|(_, rule)| rule.binds.iter().map(move |it| (rule, it)));
    let bindings: Vec<_> =
        sources.filter_map(|(rule, it)| Some((rule, it, Binding::compile(it).ok()?))).collect();
    let nearest = Nearest::new(bindings.iter().map(|(_, _, binding)| binding));
    for (clause, judged) in spec.clauses.iter().zip(clauses) {
        if judged.verdict != Verdict::Undefined {
            continue;
        }
        let mut knowing = bindings.iter().filter(|(.., it)| it.matches(clause).is_some());
        if let Some((rule, ..)) = knowing.next() {
            judged.note = format!("`{}` knows this clause, and is left out", rule.id);
            continue;
        }
        let found = nearest.of(clause);
        if let Some((rule, source, departure)) =
            found.and_then(|(at, departure)| bindings.get(at).map(|it| (it.0, it.1, departure)))
        {
            let place = match (departure.in_given, departure.found.as_str()) {
                (true, _) => {
                    format!("it wants a step `{}`", source.given.as_deref().unwrap_or_default())
                }
                (false, "") => format!("it ends where `{}` is wanted", departure.expected),
                (false, found) => format!("it departs at `{found}`"),
            };
            judged.note = format!("{NEAREST} is `{}` of `{}`; {place}", source.then, rule.id);
        }
    }
}

fn judged(clause: &Clause<'_>, verdict: Verdict, rule: Option<RuleIndex>, note: String) -> Judged {
    Judged {
        id: clause.id.clone(),
        requirement: clause.requirement.to_owned(),
        scenario: clause.scenario.to_owned(),
        text: clause.text.clone(),
        at: clause.at,
        verdict,
        rule,
        note,
        decidable: true,
    }
}

/// Each clause that no rule knows, with a page to start from.
pub fn stubs<'r>(report: &'r Report<'_>) -> impl Iterator<Item = (&'r Judged, String)> {
    let clauses = report.facts.spec.clauses.iter().zip(&report.clauses);
    let undefined = clauses.filter(|(_, judged)| judged.verdict == Verdict::Undefined);
    undefined.map(|(clause, judged)| (judged, stub(clause)))
}
