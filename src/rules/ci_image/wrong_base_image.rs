use crate::model::docker::{EffectiveBase, ImageRef};
use crate::model::evidence::{Data, Kind, same_image};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::text::Location;

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let Some(image) = facts.ci_image() else {
        return Judgement::Unknown("there is no Dockerfile of the CI image".to_owned());
    };
    let (dockerfile, stage) = (image.dockerfile, image.stage);
    let given = stage.base_variables.iter().find(|(name, _)| image.unknown_args.contains(name));
    if let Some((name, _)) = given {
        return Judgement::Unknown(format!(
            "the job gives the build argument `{name}`, on which the base depends, and its value is not known"
        ));
    }
    let symbol = "image:base";
    let EffectiveBase::Image { text, stage: at, span, .. } = dockerfile.effective_base(stage)
    else {
        if matches!(dockerfile.effective_base(stage), EffectiveBase::Scratch) {
            let place = dockerfile.at(stage.base_span);
            cx.report(place, "image is built on `scratch`")
                .symbol(symbol)
                .help(format!("the spec says: {}", bound.clause.text));
            return Judgement::Violated;
        }
        return Judgement::Unknown(
            "the base of the image depends on a value that is not known".to_owned(),
        );
    };
    let mirrors: Vec<String> = cx.options.list("mirrors").into_iter().map(str::to_owned).collect();
    let plain =
        mirrors.iter().find_map(|mirror| text.strip_prefix(mirror.as_str())).unwrap_or(text);
    let base = ImageRef::split(plain);
    let place = dockerfile.at(span);
    let final_base = at == stage.index;
    let Some(wanted) = bound.params.get("image") else {
        // The sentence of the requirement names a distribution only.
        let distribution = bound.params.text("word").to_lowercase();
        let is_it = base.repository.ends_with(&distribution)
            || base.tag.is_some_and(|tag| tag.contains(&distribution));
        if is_it {
            return Judgement::Proven;
        }
        if base.tag.is_none() && base.digest.is_some() {
            return Judgement::Unknown("the base is given by its digest alone".to_owned());
        }
        cx.report(
            place,
            format!("image is built on `{text}`, which is not {}", bound.params.text("word")),
        )
        .symbol("image:distribution")
        .help(format!("the spec says: {}", bound.clause.text));
        return Judgement::Violated;
    };
    let spec = ImageRef::split(&wanted.text);
    if base.full_name() == spec.full_name() && base.tag == spec.tag {
        return published(&wanted.text, place, cx).unwrap_or(Judgement::Proven);
    }
    if base.full_name() == spec.full_name() && base.tag.is_none() && base.digest.is_some() {
        let seen = published(&wanted.text, place, cx);
        return seen.unwrap_or_else(|| {
            Judgement::Unknown(
                "the base is given by its digest alone; evidence `base` tells its tag".to_owned(),
            )
        });
    }
    let mut message = format!("image is built on `{text}`; the spec says `{}`", wanted.text);
    let floats = base.full_name() == spec.full_name()
        && spec.tag.zip(base.tag).is_some_and(|(spec, tag)| says_less(tag, spec));
    if floats {
        message.push_str(", and this tag floats");
    }
    let elsewhere = dockerfile.stages.iter().find(|other| {
        other.index != at
            && matches!(dockerfile.effective_base(other), EffectiveBase::Image { image, .. } if image.full_name() == spec.full_name() && image.tag == spec.tag)
    });
    let mut report = cx
        .report(place, message)
        .symbol(symbol)
        .help(format!("build the final stage `FROM {}`", wanted.text));
    if let Some(other) = elsewhere {
        report = report.label(
            dockerfile.at(other.base_span),
            "the right base, in a stage that the image is not built on",
        );
    }
    if !final_base {
        report.label(dockerfile.at(stage.base_span), "the final stage starts from that one");
    }
    Judgement::Violated
}

/// What the published image says that it was built on, where it says so.
fn published(wanted: &str, place: Location, cx: &mut Cx<'_, '_>) -> Option<Judgement> {
    let seen = cx.facts.seen_of_image(Kind::Base, |it| match &it.data {
        Data::Base(base) => base.name.as_deref(),
        _ => None,
    });
    let (seen, name) = seen.ok()?;
    if same_image(name, wanted) {
        return Some(Judgement::Evidenced(
            format!("the published image says that it was built on `{name}`").into(),
        ));
    }
    cx.report(
        place,
        format!("the published image says that it was built on `{name}`; the spec says `{wanted}`"),
    )
    .symbol("image:base")
    .label(seen.mark, seen.seen())
    .help("build the image again and push it, or let the jobs use the tag that was built on it");
    Some(Judgement::Violated)
}

/// Whether a tag has the parts of another one with some left out: `1.25-alpine3.23`, `1.25.5-alpine`.
fn says_less(tag: &str, full: &str) -> bool {
    let (parts, all): (Vec<&str>, Vec<&str>) =
        (tag.split('-').collect(), full.split('-').collect());
    tag != full
        && parts.len() <= all.len()
        && parts.iter().zip(&all).all(|(part, whole)| whole.starts_with(part))
}
