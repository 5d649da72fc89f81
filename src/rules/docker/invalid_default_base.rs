use std::borrow::Cow;

use crate::model::docker::{Dockerfile, ImageRef, Known, PLATFORM_ARGS};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::{Expander, Keyword, Value};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let global = &file.scopes.global;
    // An argument without a default is empty if the build gives it no value.
    let lookup = |name: &str| match global.definition(name, usize::MAX).map(|it| &it.value) {
        Some(Known::Text(text)) => Value::Set(Cow::Borrowed(text.as_str())),
        Some(Known::Unknown) => Value::Unknown,
        None if PLATFORM_ARGS.contains(&name) => Value::Unknown,
        Some(Known::Open) | None => Value::Unset,
    };
    for step in file.all(Keyword::From) {
        let Some(parts) = step.instruction.from_parts() else { continue };
        let text = &parts.image.text;
        let Ok(expansion) = Expander::new(file.tree.escape).expand(text, lookup) else { continue };
        let declared =
            expansion.references.iter().any(|it| global.definition(&it.name, usize::MAX).is_some());
        if expansion.unknown || !declared {
            continue;
        }
        let Err(why) = ImageRef::parse(&expansion.text) else { continue };
        let message = format!(
            "with the defaults of its arguments, the base `{text}` {why}; defaults should give a valid image"
        );
        let mut report = cx.report(file.at(parts.image.span), message).symbol(step.symbol());
        for reference in &expansion.references {
            if let Some(definition) = global.definition(&reference.name, usize::MAX) {
                report = report.label(file.at(definition.span), "declared here");
            }
        }
        report.help("give the `ARG` a default, or write one behind the name: `${NAME:-...}`");
    }
}
