use crate::model::gitlab::{IncludeKind, Pipeline, Version};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    if cx.facts.settings.gitlab_version < Version::new(17, 9) {
        return;
    }
    for include in pipeline.includes.iter().filter(|it| it.kind == IncludeKind::Remote) {
        let Some(url) = include.name.as_str().filter(|_| include.integrity.is_none()) else {
            continue;
        };
        let mut message =
            format!("whoever can change `{url}` changes this pipeline; pin it by `integrity`");
        if url.starts_with("http://") {
            message =
                format!("`{url}` is fetched unencrypted and unverified; use https and `integrity`");
        }
        cx.report(&include.name.origin, message)
            .symbol(format!("include:{url}"))
            .help("add `integrity: sha256-...` (the digest in base64), or keep a copy in a project of yours");
    }
}
