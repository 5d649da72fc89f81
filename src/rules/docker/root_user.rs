use crate::model::docker::{Dockerfile, unquoted};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let users = file.steps_of(stage).filter(|step| step.instruction.keyword == Keyword::User);
        let Some(step) = users.last() else { continue };
        let Some(word) = step.instruction.value() else { continue };
        let value = file.value(step.index, &word.text);
        let user = value.as_deref().unwrap_or_else(|| unquoted(&word.text));
        let name = user.split(':').next().unwrap_or(user);
        if !matches!(name, "root" | "0") {
            continue;
        }
        let message = format!(
            "the last `USER` of {} is `{name}`; a user without rights would do",
            stage.label()
        );
        let report = cx.report(file.at(word.span), message).symbol(step.symbol());
        if word.text.contains('$') {
            // hadolint does not look at the values of variables.
            report.alias("root-user");
        }
    }
}
