use crate::model::{Origin, Step, StepKind};
use crate::report::{positions, visible};
use crate::text::{Location, Sources};

/// `path:line`
pub(in crate::report) fn place(sources: &Sources, at: Location, prefix: &str) -> String {
    let line = positions(sources, at).0.line;
    format!("{prefix}{}:{line}", visible(&sources.get(at.source).path))
}

/// Where a value was written, and what brought it here, from there on.
pub(super) fn way(sources: &Sources, origin: &Origin, prefix: &str) -> String {
    let mut parts = vec![place(sources, origin.at, prefix)];
    let steps: Vec<&Step> = origin.steps().collect();
    for step in steps.into_iter().rev() {
        // Which file it is says the place already.
        let Some(text) = words(sources, step) else { continue };
        if parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    parts.join(", ")
}

fn words(sources: &Sources, step: &Step) -> Option<String> {
    let written = || {
        let text = sources.get(step.at.source).slice(step.at.span);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        visible(&text)
    };
    Some(match &step.kind {
        StepKind::Include => return None,
        StepKind::Extends(name) => format!("extends {}", visible(name)),
        StepKind::Reference => short(written(), "!reference"),
        StepKind::Anchor => short(written(), "alias"),
        StepKind::Merge => format!("<<: {}", short(written(), "...")),
        StepKind::Default => "default".to_owned(),
        StepKind::Input(name) => format!("input {}", visible(name)),
        StepKind::Matrix => "matrix".to_owned(),
    })
}

/// What is written, if it is short enough to be read in a comment.
fn short(written: String, instead: &str) -> String {
    if written.chars().count() <= 60 { written } else { instead.to_owned() }
}
