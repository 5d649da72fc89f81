use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, _: &mut Cx<'_, '_>) -> Judgement {
    let size = bound.params.text("size");
    let what = match bound.params.get("percent") {
        None => format!(
            "a size of about {size} takes evidence `manifest`: the sizes of the layers in the registry"
        ),
        Some(percent) => format!(
            "{} less than {size} takes evidence `manifest` and `baseline`, measured in the same way",
            percent.text
        ),
    };
    Judgement::NeedsEvidence(what.into())
}
