use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// Characters that the purpose has at least.
const LEAST: usize = 50;

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for file in &facts.spec.files {
        // What is no delta and lies where OpenSpec keeps its specs.
        let (Some(capability), None, false) = (&file.capability, file.change, file.is_delta) else {
            continue;
        };
        let (at, message) = match &file.purpose {
            Some((text, at)) if is_placeholder(text) => (
                *at,
                format!(
                    "the purpose of `{capability}` is a placeholder; it should say what the spec is for"
                ),
            ),
            Some((text, at)) if text.chars().count() < LEAST => {
                let count = text.chars().count();
                (
                    *at,
                    format!(
                        "the purpose of `{capability}` has {count} characters; it should have at least {LEAST}"
                    ),
                )
            }
            // A missing section has a rule of its own.
            Some(_) | None => continue,
        };
        cx.report(at, message).symbol(format!("purpose:{capability}"));
    }
}

fn is_placeholder(text: &str) -> bool {
    let word = text.split(|ch: char| !ch.is_alphanumeric()).next().unwrap_or_default();
    matches!(word, "TBD" | "TODO" | "FIXME" | "TBA")
}
