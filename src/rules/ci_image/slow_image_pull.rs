use crate::model::evidence::{Data, Kind, Observation, PulledImage, is_image};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let Some(percent) = bound.params.number("percent") else {
        return Judgement::Unknown("the percentage in the clause is not understood".to_owned());
    };
    let rest = 100.0 - percent;
    let needs = |why: &str| {
        let behind = if why.is_empty() { String::new() } else { format!("; {why}") };
        Judgement::NeedsEvidence(format!("a median pull of at most {rest}% of the baseline's takes evidence `pull-bench`: cold pulls of both images{behind}").into())
    };
    let benches: Vec<(&Observation, &PulledImage)> = facts
        .evidence
        .of(Kind::PullBench)
        .into_iter()
        .filter_map(|it| match &it.data {
            Data::PullBench(bench) => Some(bench.images.iter().map(move |image| (it, image))),
            _ => None,
        })
        .flatten()
        .collect();
    if benches.is_empty() {
        return needs(&facts.evidence.refusal(Kind::PullBench).unwrap_or_default());
    }
    let Some(used) = facts.used_image() else {
        return needs("no job is known to run in the CI image");
    };
    let is_new = |image: &PulledImage| {
        let digest = used.reference.split_once('@').map(|(_, digest)| digest);
        let digests = image.digest.as_deref().zip(digest);
        is_image(&used.reference, &image.image) == Some(true)
            && digests.is_none_or(|(own, wanted)| own == wanted)
    };
    let Some((seen, new)) = benches.iter().find(|(_, image)| is_new(image)) else {
        return needs(&format!("none of the pulls is one of `{}`", used.reference));
    };
    // The image that the clause names, by one of its words; else the only other one.
    let text = bound.params.text("text").to_lowercase();
    let words: Vec<&str> = text.split_whitespace().filter(|it| *it != "current").collect();
    let others: Vec<_> = benches.iter().filter(|(_, image)| image.image != new.image).collect();
    let named =
        others.iter().find(|(_, image)| words.iter().any(|word| image.image.contains(word)));
    let Some((old_seen, old)) = named.or(others.first()) else {
        return needs("there are no pulls of the baseline");
    };
    if new.host.is_some() && old.host.is_some() && new.host != old.host {
        return needs("the two images were pulled by different machines");
    }
    let runs = cx.options.number("runs").max(1.0) as usize;
    let (Some(time), Some(before)) = (new.median_cold(runs), old.median_cold(runs)) else {
        let (new, old) = (new.cold_count(), old.cold_count());
        return needs(&format!("there are {new} and {old} cold pulls; {runs} of each are needed"));
    };
    let took = format!("{time:.1} s, {:.1}% of {before:.1} s", time * 100.0 / before.max(1e-9));
    if time * 100.0 <= before * rest {
        return Judgement::Evidenced(format!("the median cold pull takes {took}").into());
    }
    let at = facts.ci_image().map(|image| image.dockerfile.at(image.stage.base_span));
    cx.report(
        at.unwrap_or(used.at),
        format!("median cold pull of the image takes {took}; the spec wants at most {rest}%"),
    )
    .symbol("image:pull-time")
    .label(seen.mark, seen.seen())
    .label(old_seen.mark, format!("compared with `{}`", old.image))
    .help("make the image smaller, or its layers fewer");
    Judgement::Violated
}
