use std::sync::OnceLock;

use crate::model::Date;
use crate::model::docker::{Base, Dockerfile, ImageRef, Lives};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// The table of the page.
static LIVES: OnceLock<Lives> = OnceLock::new();

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let Some(today) = cx.facts.today else { return };
    let latest = today.plus_days(cx.options.number("days-ahead") as u32);
    let lives = LIVES.get_or_init(|| Lives::read(cx.page()));
    for stage in &file.stages {
        let Base::Image(text) = &stage.base else { continue };
        let image = ImageRef::split(text);
        let Some(life) = lives.of(&image).into_iter().find(|life| life.end < latest) else {
            continue;
        };
        if is_asked_for(text, cx) {
            continue;
        }
        let release = life.tags.first().map_or("", String::as_str);
        let message = message(text, &format!("{} {release}", life.image), life.end, today);
        let mut report =
            cx.report(file.at(stage.base_span), message).symbol(format!("FROM {text}"));
        for (name, span) in &stage.base_variables {
            if let Some(span) = span {
                report = report.label(file.at(*span), format!("`{name}` comes from here"));
            }
        }
        report.help(format!(
            "move to a release that is maintained; the date is that of {}, looked at on {}",
            life.source, life.seen
        ));
    }
}

/// Whether a clause of the spec asks for the image by this very name.
fn is_asked_for(image: &str, cx: &Cx<'_, '_>) -> bool {
    let clauses = cx.facts.spec.clauses.iter().filter(|clause| !clause.negated);
    let part = |it: char| !(it.is_alphanumeric() || "./:@_-".contains(it));
    clauses.into_iter().any(|clause| clause.text.split(part).any(|word| word == image))
}

fn message(image: &str, release: &str, end: Date, today: Date) -> String {
    if end < today {
        format!("base image `{image}` gets no fixes any more: support of {release} ended on {end}")
    } else {
        format!(
            "base image `{image}` soon gets no fixes any more: support of {release} ends on {end}"
        )
    }
}
