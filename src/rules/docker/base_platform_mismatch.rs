use crate::model::docker::{Base, Dockerfile, ImageRef};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// The name spaces in which Docker Hub keeps the images of one platform.
const NAME_SPACES: [(&str, &str); 8] = [
    ("amd64", "amd64"),
    ("arm32v5", "arm"),
    ("arm32v6", "arm"),
    ("arm32v7", "arm"),
    ("arm64v8", "arm64"),
    ("i386", "386"),
    ("ppc64le", "ppc64le"),
    ("s390x", "s390x"),
];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let (Base::Image(text), Some(platform)) = (&stage.base, &stage.platform) else { continue };
        let Some((space, _)) = ImageRef::split(text).repository.split_once('/') else { continue };
        let Some((_, has)) = NAME_SPACES.iter().find(|(name, _)| *name == space) else { continue };
        let wanted = platform.split('/').nth(1).unwrap_or(platform);
        let wanted = match wanted {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        if wanted == *has {
            continue;
        }
        let message = format!(
            "`{text}` holds images for `{has}` only, while `--platform={platform}` asks for `{wanted}`"
        );
        cx.report(file.at(stage.base_span), message)
            .symbol(stage.label().replace('`', ""))
            .help("take the image without the name space of a platform");
    }
}
