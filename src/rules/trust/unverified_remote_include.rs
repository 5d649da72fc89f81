use crate::model::gitlab::{IncludeKind, Pipeline, Version};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    if cx.facts.settings.gitlab_version < Version::new(17, 9) {
        return;
    }
    for include in pipeline.includes.iter().filter(|it| it.kind == IncludeKind::Remote) {
        let unverified = |url: &&str| include.integrity.is_none() && !names_commit(url);
        let Some(url) = include.name.as_str().filter(unverified) else { continue };
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

/// Whether the URL holds the hash of a commit or of the content, so that what is there cannot change.
fn names_commit(url: &str) -> bool {
    let is_hash = |part: &str| {
        matches!(part.len(), 40 | 64) && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    url.starts_with("https://") && url.split(['/', '@', '=']).any(is_hash)
}
