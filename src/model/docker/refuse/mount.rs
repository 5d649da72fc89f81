//! The options of `RUN --mount`.

use super::{Refusals, Step, nearest};
use crate::model::docker::{ImageRef, MountKind, MountOption, MountOptions, StageRef};
use crate::syntax::dockerfile::ErrorKind;
use crate::text::{Span, did_you_mean};

/// Options that buildah and podman have beyond BuildKit's; a file may be meant for them.
const BUILDAH: [&str; 4] = ["z", "u", "relabel", "bind-propagation"];

/// The options of BuildKit.
const KNOWN: [&str; 18] = [
    "destination",
    "dst",
    "env",
    "from",
    "gid",
    "id",
    "mode",
    "readonly",
    "readwrite",
    "required",
    "ro",
    "rw",
    "sharing",
    "size",
    "source",
    "src",
    "target",
    "type",
];

impl Refusals<'_, '_> {
    pub(super) fn mounts(&mut self, step: Step<'_, '_>) {
        for flag in step.instruction.flags.iter().filter(|flag| flag.name.text == "mount") {
            let Some(value) = &flag.value else { continue };
            self.mount(step, &value.text, value.span);
        }
    }

    fn mount(&mut self, step: Step<'_, '_>, text: &str, span: Span) {
        let mut failures = Vec::new();
        let mount =
            MountOptions::read(text, |value| match self.dockerfile.expand(step.index, value) {
                Ok(expansion) => (!expansion.unknown).then_some(expansion.text),
                Err(error) => {
                    failures.push((value.to_owned(), error));
                    None
                }
            });
        if mount.malformed {
            let message = format!("the options of the mount are no CSV: {text}");
            self.add(ErrorKind::Mount, span, message);
            return;
        }
        if let Some((text, error)) = failures.first() {
            self.expansion(step, (text, span), error);
            return;
        }
        if let Some(from) = &mount.from_with_variable {
            let message = format!(
                "'from' doesn't support variable expansion, define alias stage instead of `{from}`"
            );
            self.add(ErrorKind::Mount, span, message);
        } else if let Some(from) = mount.value(&["from"]).filter(|from| !from.is_empty()) {
            self.mounted_stage(step, from, span);
        }
        if let Some(kind) = &mount.unknown_kind {
            let message = format!(
                "unsupported mount type {kind:?}: it is `bind`, `cache`, `tmpfs`, `secret` or `ssh`"
            );
            self.add(ErrorKind::Mount, span, message);
            return;
        }
        // The type that was read so far decides about some.
        let mut kind = Some(MountKind::Bind);
        for option in &mount.options {
            if option.key == "type" {
                kind = mount.kind;
            }
            if let Some(message) = odd_option(option, kind) {
                self.add(ErrorKind::Mount, span, message);
            }
        }
        if let Some(message) = mount.kind.and_then(|kind| misfit(&mount, kind)) {
            self.add(ErrorKind::Mount, span, message);
        }
    }

    /// The stage or image that is mounted.
    fn mounted_stage(&mut self, step: Step<'_, '_>, from: &str, span: Span) {
        let Some(stage) = step.stage.filter(|_| !step.onbuild) else { return };
        let message = match self.dockerfile.mount_ref(stage, from) {
            StageRef::Same(_) => {
                format!("circular dependency detected on stage: {from} is mounted into itself")
            }
            StageRef::Later(later) if self.is_circular(stage.index, later) => format!(
                "circular dependency detected on stage: {from} needs {} itself",
                stage.label()
            ),
            StageRef::Later(_) => format!(
                "cannot mount from stage {from:?}: it needs to be defined before current command"
            ),
            StageRef::Other if self.dockerfile.has_unknown_contexts => return,
            StageRef::Other => match ImageRef::parse(from) {
                Err(why) => format!("failed to parse stage name {from:?}: it {why}"),
                Ok(_) => return,
            },
            StageRef::Earlier(_) | StageRef::Context | StageRef::NoSuchNumber(_) => return,
        };
        self.add(ErrorKind::Mount, span, message);
    }
}

/// What is wrong with one option as such; `kind` is the type that was read up to it.
fn odd_option(option: &MountOption, kind: Option<MountKind>) -> Option<String> {
    let key = option.key.as_str();
    let value = option.value.as_deref();
    let shown = value.unwrap_or("");
    let name = kind.map_or("", MountKind::as_str);
    let unexpected = || format!("unexpected key '{key}' for mount type '{name}'");
    let is_bad = |fits: fn(&str) -> bool| value.is_some_and(|value| !fits(value));
    match key {
        "type" | "from" | "source" | "src" | "target" | "dst" | "destination" | "id" | "env"
            if option.has_value =>
        {
            None
        }
        "required" if !matches!(kind, None | Some(MountKind::Secret | MountKind::Ssh)) => {
            Some(unexpected())
        }
        "readonly" | "ro" | "readwrite" | "rw" | "required" => {
            is_bad(is_go_bool).then(|| format!("invalid value for {key}: {shown}"))
        }
        "size" if option.has_value => {
            if matches!(kind, None | Some(MountKind::Tmpfs)) {
                is_bad(is_size).then(|| format!("invalid value for size: {shown}"))
            } else {
                Some(unexpected())
            }
        }
        "sharing" if option.has_value => is_bad(is_sharing).then(|| {
            format!("unsupported sharing value {shown:?}: it is `shared`, `private` or `locked`")
        }),
        "mode" if option.has_value => {
            is_bad(is_octal).then(|| format!("invalid value {shown} for mode"))
        }
        "uid" | "gid" if option.has_value => {
            is_bad(is_decimal).then(|| format!("invalid value {shown} for {key}"))
        }
        _ if BUILDAH.contains(&key) => None,
        _ if !option.has_value => Some(format!("invalid field '{key}' must be a key=value pair")),
        _ => {
            let mut message = format!("unexpected key '{key}' in '{key}={shown}'");
            if let Some(near) = nearest(key, &KNOWN) {
                message.push_str(&format!(" ({})", did_you_mean(near)));
            }
            Some(message)
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
    if kind == MountKind::Secret {
        let source = mount.has("source") || mount.has("src");
        let target = ["target", "dst", "destination"].iter().any(|key| mount.has(key));
        if mount.has("from") {
            return Some("secret mount should not have a from".to_owned());
        }
        if mount.has("sharing") {
            return Some("secret mount should not define sharing".to_owned());
        }
        if source && mount.has("id") {
            return Some("both source and id can't be set for a secret mount".to_owned());
        }
        if !source && !target && !mount.has("id") {
            return Some("invalid secret mount. one of source, target required".to_owned());
        }
    }
    if kind != MountKind::Cache && mount.has("sharing") {
        return Some(format!("invalid cache sharing set for {name} mount"));
    }
    let filesystem = matches!(kind, MountKind::Bind | MountKind::Cache | MountKind::Tmpfs);
    let target = mount.target().filter(|target| filesystem && is_root(target))?;
    Some(format!("invalid mount target \"/\": `{target}` is the whole file system"))
}

/// Whether a path is the root once its dots are worked out.
fn is_root(path: &str) -> bool {
    if !path.starts_with('/') {
        return false;
    }
    let mut depth = 0_u32;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    depth == 0
}

fn is_sharing(text: &str) -> bool {
    ["shared", "private", "locked"].iter().any(|mode| text.eq_ignore_ascii_case(mode))
}

fn is_octal(text: &str) -> bool {
    !text.starts_with('+') && u32::from_str_radix(text, 8).is_ok()
}

fn is_decimal(text: &str) -> bool {
    !text.starts_with('+') && text.parse::<u32>().is_ok()
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
