use crate::model::gitlab::{IncludeKind, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

/// Versions that are another one after each push or release.
const MOVING: [&str; 5] = ["~latest", "main", "master", "HEAD", "develop"];

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for include in pipeline.includes.iter().filter(|it| it.kind == IncludeKind::Component) {
        let Some((name, version)) = include.name.as_str().and_then(|it| it.rsplit_once('@')) else {
            continue;
        };
        if !MOVING.contains(&version) {
            continue;
        }
        let message = format!(
            "component `{name}` is included at `{version}`, so whoever pushes there changes this pipeline; \
             name a version"
        );
        cx.report(&include.name.origin, message)
            .symbol(format!("component:{name}"))
            .help(format!("name a release (`{name}@1.2.3`) or a commit"));
    }
}
