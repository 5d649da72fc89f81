use crate::model::evidence::Kind;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// Kinds that speak of the image that the jobs run in.
const OF_IMAGE: [Kind; 2] = [Kind::Manifest, Kind::Structure];

fn check(cx: &mut Cx<'_, '_>) {
    let evidence = cx.facts.evidence;
    for refused in &evidence.refused {
        let it = &refused.observation;
        cx.report(it.mark, format!("evidence `{}` {}", it.kind.as_str(), refused.why))
            .symbol(format!("evidence:{}", it.kind.as_str()))
            .help(match it.kind {
                Kind::Attest => "look again, and give the word a new end",
                _ => "measure again: `pipespec collect`",
            });
    }
    if evidence.observations.iter().all(|it| !OF_IMAGE.contains(&it.kind)) {
        return;
    }
    let Some(used) = cx.facts.used_image() else { return };
    for kind in OF_IMAGE {
        let all = evidence.of(kind);
        if all.iter().any(|it| it.is_of(&used.reference) == Some(true)) {
            continue;
        }
        if let Some(newest) = all.first() {
            let why = newest.not_of(&used.reference);
            let message = why.strip_prefix("the ").unwrap_or(&why).to_owned();
            cx.report(newest.mark, message)
                .symbol(format!("evidence:{}", kind.as_str()))
                .label(used.at, "the image that the jobs run in")
                .help("observe the image that is used now");
        }
    }
}
