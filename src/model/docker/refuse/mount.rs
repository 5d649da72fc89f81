//! The options of `RUN --mount`.

use super::{Refusals, Step};
use crate::model::docker::{MountKind, MountOptions};
use crate::syntax::dockerfile::ErrorKind;
use crate::text::Span;

/// Options that buildah and podman have beyond BuildKit's; a file may be meant for them.
const BUILDAH: [&str; 4] = ["z", "u", "relabel", "bind-propagation"];

impl Refusals<'_, '_> {
    pub(super) fn mounts(&mut self, step: Step<'_, '_>) {
        for flag in step.instruction.flags.iter().filter(|flag| flag.name.text == "mount") {
            let Some(value) = &flag.value else { continue };
            self.mount(step, &value.text, value.span);
        }
    }

    fn mount(&mut self, step: Step<'_, '_>, text: &str, span: Span) {
        let mount = MountOptions::read(text, |value| self.dockerfile.value(step.index, value));
        let refuse =
            |refusals: &mut Self, message: String| refusals.add(ErrorKind::Mount, span, message);
        if mount.malformed {
            refuse(self, format!("the options of the mount are no CSV: {text}"));
            return;
        }
        if let Some(from) = &mount.from_with_variable {
            refuse(
                self,
                format!(
                    "'from' doesn't support variable expansion, define alias stage instead of `{from}`"
                ),
            );
        }
        if let Some(kind) = &mount.unknown_kind {
            refuse(
                self,
                format!(
                    "unsupported mount type {kind:?}: it is `bind`, `cache`, `tmpfs`, `secret` or `ssh`"
                ),
            );
            return;
        }
        // The type that was read so far decides about these two.
        let mut kind = Some(MountKind::Bind);
        for option in &mount.options {
            let key = option.key.as_str();
            let value = option.value.as_deref();
            let name = kind.map_or("", MountKind::as_str);
            match key {
                "type" => kind = mount.kind,
                "from" | "source" | "src" | "target" | "dst" | "destination" | "id" | "env"
                    if option.has_value => {}
                "readonly" | "ro" | "readwrite" | "rw" | "required" => {
                    let required = key == "required";
                    if required && !matches!(kind, None | Some(MountKind::Secret | MountKind::Ssh))
                    {
                        refuse(self, format!("unexpected key '{key}' for mount type '{name}'"));
                    } else if value.is_some_and(|value| !is_go_bool(value)) {
                        refuse(self, format!("invalid value for {key}: {}", value.unwrap_or("")));
                    }
                }
                "size" if option.has_value => {
                    if !matches!(kind, None | Some(MountKind::Tmpfs)) {
                        refuse(self, format!("unexpected key '{key}' for mount type '{name}'"));
                    } else if value.is_some_and(|value| !is_size(value)) {
                        refuse(self, format!("invalid value for size: {}", value.unwrap_or("")));
                    }
                }
                "sharing" if option.has_value => {
                    if value.is_some_and(|it| !matches!(it, "shared" | "private" | "locked")) {
                        refuse(
                            self,
                            format!(
                                "unsupported sharing value {:?}: it is `shared`, `private` or `locked`",
                                value.unwrap_or("")
                            ),
                        );
                    }
                }
                "mode" | "uid" | "gid" if option.has_value => {
                    let radix = if key == "mode" { 8 } else { 10 };
                    if value.is_some_and(|value| u32::from_str_radix(value, radix).is_err()) {
                        refuse(self, format!("invalid value {} for {key}", value.unwrap_or("")));
                    }
                }
                _ if BUILDAH.contains(&key) => {}
                _ if !option.has_value => {
                    refuse(self, format!("invalid field '{key}' must be a key=value pair"));
                }
                _ => refuse(
                    self,
                    format!("unexpected key '{key}' in '{key}={}'", value.unwrap_or("")),
                ),
            }
        }
        if let Some(kind) = mount.kind
            && let Some(message) = misfit(&mount, kind)
        {
            refuse(self, message);
        }
    }
}

/// Options that do not go with the type.
fn misfit(mount: &MountOptions, kind: MountKind) -> Option<String> {
    let name = kind.as_str();
    if matches!(kind, MountKind::Bind | MountKind::Tmpfs) {
        let owner = ["mode", "uid", "gid"].into_iter().find(|key| mount.has(key));
        if let Some(key) = owner {
            return Some(format!("{key} not allowed for {name:?} type mounts"));
        }
    }
    if kind != MountKind::Cache && mount.has("sharing") {
        return Some(format!("invalid cache sharing set for {name} mount"));
    }
    if kind == MountKind::Secret {
        let source = mount.has("source") || mount.has("src");
        let target = ["target", "dst", "destination"].iter().any(|key| mount.has(key));
        if mount.has("from") {
            return Some("secret mount should not have a from".to_owned());
        }
        if source && mount.has("id") {
            return Some("both source and id can't be set for a secret mount".to_owned());
        }
        if !source && !target && !mount.has("id") {
            return Some("invalid secret mount. one of source, target required".to_owned());
        }
    }
    None
}

/// What Go's `ParseBool` takes.
fn is_go_bool(text: &str) -> bool {
    matches!(
        text,
        "1" | "t" | "T" | "true" | "TRUE" | "True" | "0" | "f" | "F" | "false" | "FALSE" | "False"
    )
}

/// A size such as `64m`, `1.5GB`.
fn is_size(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let digits = lower.trim_end_matches(|ch: char| ch.is_ascii_alphabetic() || ch == ' ');
    let unit = lower.get(digits.len()..).unwrap_or("").trim();
    let unit = unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(unit);
    digits.parse::<f64>().is_ok_and(|size| size >= 0.0)
        && matches!(unit, "" | "k" | "m" | "g" | "t" | "p")
}
