use crate::model::evidence::{Data, ImageSize, Kind, Measure};
use crate::model::spec::Param;
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let Some(limit) = bound.params.get("size").filter(|size| size.number.is_some()) else {
        return Judgement::Unknown("the size in the clause is not understood".to_owned());
    };
    let platform = cx.options.text("platform");
    let said = bound.clause.text.rsplit(' ').next().and_then(Measure::from_name);
    let measure = said.or_else(|| Measure::from_name(cx.options.text("measure")));
    let measure = measure.unwrap_or(Measure::Compressed);
    let needs = match bound.params.get("percent") {
        None => format!(
            "a size of about {} takes evidence `manifest`: the sizes of the layers in the registry",
            limit.text
        ),
        Some(percent) => format!(
            "{} less than {} takes evidence `manifest` and `baseline`, measured in the same way",
            percent.text, limit.text
        ),
    };
    let needs = |why: String| {
        let why = if why.is_empty() { needs.clone() } else { format!("{needs}; {why}") };
        Judgement::NeedsEvidence(why.into())
    };
    let of_measure = |size: &ImageSize| (size.measure() == measure).then(|| size.bytes(platform));
    let seen = facts.seen_of_image(Kind::Manifest, |it| match &it.data {
        Data::Manifest(size) => of_measure(size),
        _ => None,
    });
    let (image, size) = match seen {
        Ok((image, Ok(size))) => (image, size),
        Ok((_, Err(error))) => return needs(error.to_string()),
        Err(why) => return needs(why),
    };
    let name = measure.as_str();
    let (most, rest, baseline) = match bound.params.get("percent") {
        None => {
            let tolerance = cx.options.number("tolerance");
            let most = limit.number.unwrap_or(0.0) * (1.0 + tolerance / 100.0);
            (most, format!("{} and {tolerance}% on top", limit.text), None)
        }
        Some(percent) => {
            let seen = facts.seen(Kind::Baseline, |it| match &it.data {
                Data::Baseline(size) => of_measure(size),
                _ => None,
            });
            let (baseline, bytes) = match seen {
                Ok((baseline, Ok(bytes))) => (baseline, bytes),
                Ok((_, Err(error))) => return needs(error.to_string()),
                Err(why) if why.is_empty() => {
                    return needs(format!("there is no {name} size to compare {} with", mb(size)));
                }
                Err(why) => return needs(why),
            };
            let most = bytes as f64 * (1.0 - percent.number.unwrap_or(0.0) / 100.0);
            (
                most,
                format!("{} less than {} {name}", percent.text, mb(bytes)),
                Some((baseline, bytes)),
            )
        }
    };
    if size as f64 <= most {
        return Judgement::Evidenced(met((size, name), baseline.map(|it| it.1), limit).into());
    }
    let at = facts.ci_image().map(|image| image.dockerfile.at(image.stage.base_span));
    let message = format!(
        "image is {} {name}; the spec wants at most {} ({rest})",
        mb(size),
        mb(most as u64)
    );
    let mut report = cx
        .report(at.unwrap_or(bound.clause.at), message)
        .symbol("image:size")
        .label(image.mark, image.seen())
        .help("leave out of the final stage what only the build needs, and package indexes");
    if let Some((baseline, _)) = baseline {
        report = report.label(baseline.mark, "compared with this");
    }
    let _ = report;
    Judgement::Violated
}

/// What was seen, in words.
fn met((size, measure): (u64, &str), baseline: Option<u64>, limit: &Param) -> String {
    let Some(baseline) = baseline else {
        return format!("{} {measure}, read as an upper bound", mb(size));
    };
    let less = 100.0 - size as f64 * 100.0 / baseline as f64;
    let mut text = format!("{} {measure} is {less:.1}% less than {}", mb(size), mb(baseline));
    let said = limit.number.unwrap_or(0.0);
    if (said - baseline as f64).abs() > said / 100.0 {
        text.push_str(&format!("; the {} of the spec was measured otherwise", limit.text));
    }
    text
}

/// Bytes in words, as the spec has them: 1 MB is a million.
fn mb(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
