use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let (Some(name), Some(span)) = (&stage.name, stage.name_span) else { continue };
        if matches!(name.as_str(), "scratch" | "context") {
            let message =
                format!("stage name `{name}` is reserved by the builder; another name is free");
            cx.report(file.at(span), message).symbol(format!("stage {name}"));
        }
    }
}
