use crate::model::gitlab::{Duration, parse_duration};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let Some(wanted) = bound.params.number("duration") else {
        return Judgement::Unknown("the duration in the clause is not understood".to_owned());
    };
    let spec = bound.params.text("duration").to_owned();
    let mut violated = false;
    let mut unknown = None;
    let mut judged = 0;
    for (job, _) in facts.jobs() {
        let Some(artifacts) = &job.artifacts else { continue };
        judged += 1;
        let name = &job.name;
        let symbol = format!("job:{name}/artifacts/expire_in");
        let Some(value) = &artifacts.expire_in else {
            if artifacts.value.as_map().is_some_and(|map| map.is_partial()) {
                unknown = Some(format!("a template of `{name}` is not known"));
                continue;
            }
            violated = true;
            let origin = job.keyword_origin("artifacts");
            let origin = origin.as_ref().unwrap_or(&artifacts.value.origin);
            cx.report(origin, format!("artifacts of `{name}` have no `expire_in`, so the instance's default holds (30 days on most); the spec says {spec}"))
                .symbol(symbol)
                .help(format!("add `expire_in: {spec}`"));
            continue;
        };
        let Some(text) = value.to_text().map(|text| text.into_owned()) else {
            unknown = Some(format!("`expire_in` of `{name}` is not known"));
            continue;
        };
        let reading = match parse_duration(&text) {
            Ok(Duration::Seconds(seconds)) if (seconds - wanted).abs() < 0.5 => continue,
            Ok(Duration::Seconds(seconds)) if in_words(seconds) == text => format!("`{text}`"),
            Ok(Duration::Seconds(seconds)) => format!("`{text}`, which is {}", in_words(seconds)),
            Ok(Duration::Never) => "`never`".to_owned(),
            Err(_) => format!("`{text}`, which GitLab does not take"),
        };
        violated = true;
        let report = cx
            .report(
                &value.origin,
                format!("artifacts of `{name}` expire in {reading}; the spec says {spec}"),
            )
            .symbol(symbol)
            .help(format!("write `expire_in: {spec}`"));
        if value.origin.last.is_none() {
            report.replace(
                value.origin.at.span,
                spec.clone(),
                format!("let the artifacts expire in {spec}"),
            );
        }
    }
    match (violated, unknown, judged) {
        (true, ..) => Judgement::Violated,
        (false, Some(why), _) => Judgement::Unknown(why),
        (false, None, 0) => Judgement::Unknown("no job has artifacts".to_owned()),
        _ => Judgement::Proven,
    }
}

/// Seconds in the largest unit that divides them.
fn in_words(seconds: f64) -> String {
    let units = [
        (31_557_600.0, "year"),
        (86_400.0, "day"),
        (3600.0, "hour"),
        (60.0, "minute"),
        (1.0, "second"),
    ];
    let (unit, name) = units
        .into_iter()
        .find(|(unit, _)| seconds >= *unit && (seconds / unit).fract() < 1e-9)
        .unwrap_or((1.0, "second"));
    let count = seconds / unit;
    format!("{count} {name}{}", if (count - 1.0).abs() < 1e-9 { "" } else { "s" })
}
