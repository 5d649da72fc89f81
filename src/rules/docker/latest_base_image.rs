use crate::model::docker::{Base, Dockerfile, ImageRef};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let Base::Image(text) = &stage.base else { continue };
        let image = ImageRef::split(text);
        if image.tag != Some("latest") || image.digest.is_some() {
            continue;
        }
        let message = format!(
            "base image `{text}` is another one with every release; a version tag stays what it is"
        );
        let mut report =
            cx.report(file.at(stage.base_span), message).symbol(format!("FROM {text}"));
        for (name, span) in &stage.base_variables {
            if let Some(span) = span {
                report = report.label(file.at(*span), format!("`{name}` comes from here"));
            }
        }
        if !stage.base_text.contains(":latest") {
            report.alias("latest-base-image");
        }
    }
}
