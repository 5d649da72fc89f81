use crate::model::gitlab::{IncludeKind, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for include in pipeline.includes.iter().filter(|it| it.kind == IncludeKind::Project) {
        let Some(project) = include.name.as_str().filter(|_| include.reference.is_none()) else {
            continue;
        };
        let message = format!(
            "`{project}` is included without `ref`, so each push to its default branch changes this pipeline"
        );
        cx.report(&include.name.origin, message)
            .symbol(format!("include:{project}"))
            .help("add `ref` with a tag or a commit");
    }
}
