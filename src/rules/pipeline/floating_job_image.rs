use rustc_hash::FxHashSet;

use crate::model::docker::ImageRef;
use crate::model::gitlab::{JobKind, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    // One place that several jobs take over is told once.
    let mut told = FxHashSet::default();
    // A job that starts a pipeline takes no image, which is an error of its own.
    for job in pipeline.jobs.iter().filter(|job| job.kind != JobKind::Trigger) {
        let Some(value) = job.image.as_ref().and_then(|image| image.name.as_ref()) else {
            continue;
        };
        let Some(name) = value.to_text().filter(|it| !it.contains(['$', '%'])) else { continue };
        let image = ImageRef::split(&name);
        let pinned = image.digest.is_some()
            || image.tag.is_some_and(|tag| !tag.is_empty() && tag != "latest");
        if pinned || name.is_empty() || is_name_of_runner(&image) || !told.insert(value.origin.at) {
            continue;
        }
        let message = format!(
            "image of `{}` is `{name}`, which is another one after each release; name a version",
            job.name
        );
        let repository = name.strip_suffix(":latest").unwrap_or(&name);
        cx.report(&value.origin, message)
            .symbol(format!("job:{}", job.name))
            .help(format!("name a tag that says a version, or a digest: `{repository}:<version>`"));
    }
}

/// Whether it may be no image of a registry at all, but a machine, or an image that the runner holds.
fn is_name_of_runner(image: &ImageRef<'_>) -> bool {
    let bare = image.registry.is_none() && image.tag.is_none() && !image.repository.contains('/');
    bare && !image.is_well_known()
}
