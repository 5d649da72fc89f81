use crate::model::docker::{Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for step in file.all(Keyword::Maintainer) {
        let name = &step.instruction.name;
        let message =
            "`MAINTAINER` is deprecated; the label `org.opencontainers.image.authors` says it";
        let report = cx.report(file.at(name.span), message).symbol(step.symbol());
        let Some(value) = step.instruction.value() else { continue };
        let text = unquoted(&value.text);
        if text.contains(['"', '\\', '`', '$']) || !step.instruction.flags.is_empty() {
            continue;
        }
        let label = if name.text.contains(char::is_uppercase) { "LABEL" } else { "label" };
        let text = format!("{label} org.opencontainers.image.authors=\"{text}\"");
        report.replace(step.instruction.span, text, "Write it as a label");
    }
}
