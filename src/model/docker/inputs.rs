//! What a file takes from who builds it: arguments and secrets.

use super::{Dockerfile, MountKind, MountOptions, PLATFORM_ARGS, unquoted};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

/// Arguments that need no `ARG`: the proxies.
const PROXIES: [&str; 5] = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

impl Dockerfile<'_> {
    /// The arguments that it declares, triggers included, each with its place.
    pub fn declared_args(&self) -> impl Iterator<Item = (&str, Span)> {
        let args = self.steps_with_triggers().filter(|it| it.instruction.keyword == Keyword::Arg);
        args.flat_map(|step| step.instruction.pairs())
            .map(|pair| (unquoted(&pair.key.text), pair.span))
    }

    /// Whether a build argument of this name has an effect. Nothing if that cannot be told: another
    /// frontend reads the file, or the triggers of a base image may declare arguments.
    pub fn takes_arg(&self, name: &str) -> Option<bool> {
        let builtin = PROXIES.iter().any(|proxy| proxy.eq_ignore_ascii_case(name))
            || PLATFORM_ARGS.contains(&name)
            || name == "SOURCE_DATE_EPOCH"
            || ["BUILDKIT_", "BUILDAH_", "BUILDX_"].iter().any(|lead| name.starts_with(lead));
        if builtin || self.declared_args().any(|(own, _)| own == name) {
            return Some(true);
        }
        let foreign = self.has_other_frontend();
        let triggers = self.stages.iter().any(|stage| stage.base_text.contains("onbuild"));
        (!foreign && !triggers && !self.stages.is_empty()).then_some(false)
    }

    /// The ids of the secrets that its `RUN`s mount; nothing if one of them is not known.
    pub fn mounted_secrets(&self) -> Option<Vec<String>> {
        let mut ids = Vec::new();
        for step in self.steps_with_triggers() {
            let mounts = step.instruction.flags.iter().filter(|flag| flag.name.text == "mount");
            for value in mounts.filter_map(|flag| flag.value.as_ref()) {
                let mount = MountOptions::read(&value.text, |text| self.value(step.index, text));
                if mount.kind.is_some_and(|kind| kind != MountKind::Secret) {
                    continue;
                }
                let base = || mount.target().map(|it| it.rsplit('/').next().unwrap_or(it));
                ids.push(mount.value(&["id", "source", "src"]).or_else(base)?.to_owned());
            }
        }
        Some(ids)
    }
}
