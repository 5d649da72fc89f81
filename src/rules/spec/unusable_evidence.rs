use crate::model::evidence::{Data, Kind, PulledImage, is_image};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// Kinds that speak of the image that the jobs run in.
const OF_IMAGE: [Kind; 3] = [Kind::Manifest, Kind::Base, Kind::Structure];

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
    if evidence.observations.is_empty() {
        return;
    }
    let facts = cx.facts;
    let Some(used) = facts.used_image() else { return };
    for kind in OF_IMAGE {
        let all = evidence.of(kind);
        if let Some(newest) = all.first() {
            let fits = all.iter().find(|it| it.is_of(&used.reference) == Some(true));
            let why = match fits {
                None => newest.not_of(&used.reference),
                Some(it) => match facts.moved_on(it) {
                    Some(why) => why,
                    None => continue,
                },
            };
            let message = why.strip_prefix("the ").unwrap_or(&why).to_owned();
            cx.report(newest.mark, message)
                .symbol(format!("evidence:{}", kind.as_str()))
                .label(used.at, "the image that the jobs run in")
                .help("observe the image that is used now");
        }
    }
    let other_tags = evidence.of(Kind::Tags).first().copied().zip(facts.seen_tags().err());
    let pulls = evidence.of(Kind::PullBench).first().copied().filter(|it| match &it.data {
        Data::PullBench(bench) => {
            let is_used =
                |image: &PulledImage| is_image(&used.reference, &image.image) == Some(true);
            !bench.images.iter().any(is_used)
        }
        _ => false,
    });
    let no_pull =
        |it| (it, format!("the evidence `pull-bench` holds no pull of `{}`", used.reference));
    for (newest, why) in other_tags.into_iter().chain(pulls.map(no_pull)) {
        let message = why.strip_prefix("the ").unwrap_or(&why).to_owned();
        cx.report(newest.mark, message)
            .symbol(format!("evidence:{}", newest.kind.as_str()))
            .label(used.at, "the image that the jobs run in")
            .help("observe the image that is used now");
    }
}
