use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, _: &mut Cx<'_, '_>) -> Judgement {
    let Some(percent) = bound.params.number("percent") else {
        return Judgement::Unknown("the percentage in the clause is not understood".to_owned());
    };
    let rest = 100.0 - percent;
    Judgement::NeedsEvidence(format!("a median pull of at most {rest}% of the baseline's takes evidence `pull-bench`: cold pulls of both images").into())
}
