use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, _: &mut Cx<'_, '_>) -> Judgement {
    let percent = bound.params.text("percent").to_owned();
    Judgement::NeedsEvidence(format!("a rate above {percent} takes evidence `jobs`: the history of the job, at least 100 runs").into())
}
