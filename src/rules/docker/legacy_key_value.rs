use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Arguments;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.steps() {
        let Arguments::Pairs { pairs, legacy: true } = &step.instruction.arguments else {
            continue;
        };
        let [pair] = pairs.as_slice() else { continue };
        let Some(value) = &pair.value else { continue };
        let (name, key) = (step.instruction.keyword.as_str(), &pair.key.text);
        let message = format!(
            "`{name} {key} ...` is the old form with a blank; `{key}=...` is the form to use"
        );
        let report = cx.report(file.at(pair.span), message).symbol(step.symbol());
        let text = value.text.as_ref();
        // Quotes and escapes may mean something else in the new form.
        if text.contains(['"', '\'', '\\', '`']) || key.contains(['"', '\'', '\\', '`']) {
            continue;
        }
        let quote = if text.contains(char::is_whitespace) { "\"" } else { "" };
        let span = Span::new(pair.key.span.end, value.span.end);
        report.replace(span, format!("={quote}{text}{quote}"), "Write it with `=`");
    }
}
