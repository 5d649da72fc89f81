use crate::model::docker::{Base, Dockerfile, ImageRef};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Words that name whatever release is the newest of its kind.
const CHANNELS: [&str; 9] =
    ["lts", "stable", "current", "mainline", "edge", "rolling", "testing", "unstable", "nightly"];

/// Images whose second number is a release that breaks things.
const MINOR_BREAKS: [&str; 9] =
    ["python", "golang", "ruby", "php", "alpine", "rust", "perl", "elixir", "mariadb"];

/// Variants, which say nothing of a version.
const VARIANTS: [&str; 8] =
    ["alpine", "slim", "bookworm", "bullseye", "trixie", "buster", "cli", "fpm"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let Base::Image(text) = &stage.base else { continue };
        let image = ImageRef::split(text);
        let (Some(tag), Some(name), None) = (image.tag, image.official(), image.digest) else {
            continue;
        };
        let distribution = matches!(name, "debian" | "ubuntu" | "buildpack-deps");
        let mut parts = tag.split('-');
        let first = parts.next().unwrap_or("");
        let channel = CHANNELS.contains(&first) || (!distribution && VARIANTS.contains(&first));
        let major = MINOR_BREAKS.contains(&name)
            && !first.is_empty()
            && first.bytes().all(|byte| byte.is_ascii_digit());
        let why = if channel {
            "names no version: every release changes what is built"
        } else if major {
            "leaves two numbers of the version open: a release of the second one changes what is built"
        } else {
            continue;
        };
        let message = format!("the tag of base image `{text}` {why}");
        let mut report =
            cx.report(file.at(stage.base_span), message).symbol(format!("FROM {text}"));
        for (name, span) in &stage.base_variables {
            if let Some(span) = span {
                report = report.label(file.at(*span), format!("`{name}` comes from here"));
            }
        }
        report.help("name the version that it is built and tested with, or pin the digest");
    }
}
