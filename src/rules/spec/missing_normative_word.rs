use crate::model::spec::{Operation, lower_case_shall};
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for requirement in facts.spec.files.iter().flat_map(|file| &file.requirements) {
        if matches!(requirement.operation, Some(Operation::Removed | Operation::Renamed)) {
            continue;
        }
        let body = requirement.body_text();
        let mut words = body.split(|ch: char| !ch.is_alphanumeric() && ch != '_');
        let lower = |range: &std::ops::Range<usize>| {
            lower_case_shall(requirement.source, Span::from_range(range.clone())).is_some()
        };
        // A `shall` in lower case has a rule of its own.
        if words.any(|word| word == "SHALL" || word == "MUST")
            || is_foreign(&body)
            || requirement.body.iter().any(lower)
        {
            continue;
        }
        let name = requirement.name;
        let message = if body.is_empty() {
            format!(
                "requirement `{name}` has no text above its scenarios; a sentence with SHALL or MUST should stand there"
            )
        } else {
            format!(
                "requirement `{name}` says neither SHALL nor MUST above its scenarios; one of its sentences should"
            )
        };
        cx.report(requirement.at, message).symbol(format!("requirement:{name}"));
    }
}

/// Whether a text is mostly written in other letters than those of English.
fn is_foreign(text: &str) -> bool {
    let letters = text.chars().filter(|ch| ch.is_alphabetic());
    let (mut all, mut other) = (0_u32, 0_u32);
    for ch in letters {
        all += 1;
        other += u32::from(!ch.is_ascii());
    }
    other * 5 > all
}
