use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let Some(span) = stage.name_span else { continue };
        let written = file.source.slice(span);
        if !written.contains(char::is_uppercase) {
            continue;
        }
        let lower = written.to_lowercase();
        let message =
            format!("stage name `{written}` has capitals; BuildKit knows the stage as `{lower}`");
        cx.report(file.at(span), message).symbol(format!("stage {lower}")).replace(
            span,
            lower,
            "Write the name in lower case",
        );
    }
}
