use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let mut first = rustc_hash::FxHashMap::default();
    for stage in &file.stages {
        let (Some(name), Some(span)) = (&stage.name, stage.name_span) else { continue };
        let Some(earlier) = first.get(name.as_str()).copied() else {
            first.insert(name.as_str(), span);
            continue;
        };
        let written = file.source.slice(span);
        let message =
            format!("stage name `{written}` is taken; the later stage hides the earlier one");
        let report = cx.report(file.at(span), message).symbol(format!("stage {name}"));
        let report = report.label(file.at(earlier), "the earlier stage of this name");
        if file.source.slice(earlier) != written {
            // hadolint compares the names as they are written.
            report.alias("DuplicateStageName");
        }
    }
}
