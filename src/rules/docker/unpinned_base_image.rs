use crate::model::docker::{Base, Dockerfile, ImageRef};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let mut names = rustc_hash::FxHashSet::default();
    for stage in &file.stages {
        let earlier = stage.index.checked_sub(1).and_then(|at| file.stages.get(at));
        names.extend(earlier.and_then(|stage| stage.name.as_deref()));
        let Base::Image(text) = &stage.base else { continue };
        let image = ImageRef::split(text);
        let is_stage = names.contains(text.to_lowercase().as_str());
        if image.tag.is_some() || image.digest.is_some() || image.repository.is_empty() || is_stage
        {
            continue;
        }
        let message = format!(
            "base image `{text}` has no tag, which means `latest`; a tag or digest says which one"
        );
        let mut report =
            cx.report(file.at(stage.base_span), message).symbol(format!("FROM {text}"));
        for (name, span) in &stage.base_variables {
            if let Some(span) = span {
                report = report.label(file.at(*span), format!("`{name}` comes from here"));
            }
        }
        if stage.base_text.starts_with('$') {
            // hadolint does not look at the values of variables.
            report.alias("unpinned-base-image");
        }
    }
}
