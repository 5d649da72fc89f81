//! Sources, destinations and stages of `COPY` and `ADD`.

use super::{Refusals, Step};
use crate::model::docker::{CopyParts, ImageRef, StageRef, is_git_source, is_http_source};
use crate::syntax::dockerfile::{ErrorKind, Expander, Keyword, Value};

impl Refusals<'_, '_> {
    pub(super) fn copy(&mut self, step: Step<'_, '_>) {
        let instruction = step.instruction;
        let name = instruction.keyword.as_str();
        let words = instruction.words();
        if let [only] = words {
            let message = format!(
                "{name} requires at least two arguments, but only one was provided. \
                 Destination could not be determined"
            );
            self.add(ErrorKind::Arguments, only.span, message);
        }
        if instruction.keyword == Keyword::Copy {
            self.copy_from(step);
        }
        self.chmod(step);
        let Some(parts) = CopyParts::of(instruction) else { return };
        let is_heredoc = |span| instruction.heredocs.iter().any(|it| it.marker.span.touches(span));
        if is_heredoc(parts.destination.span.start) {
            let message = format!("{name} cannot accept a heredoc as a destination");
            self.add(ErrorKind::Heredoc, parts.destination.span, message);
        }
        if instruction.keyword == Keyword::Add {
            self.checksum(step, &parts);
            return;
        }
        for source in &parts.sources {
            let Some(text) = self.dockerfile.value(step.index, &source.text) else { continue };
            let what = match text.as_str() {
                text if is_git_source(text) => "git ref",
                text if is_http_source(text) => "URL",
                _ => continue,
            };
            let message = format!("source can't be a {what} for COPY: `ADD` takes one");
            self.add(ErrorKind::Copy, source.span, message);
        }
    }

    fn checksum(&mut self, step: Step<'_, '_>, parts: &CopyParts<'_, '_>) {
        let Some(flag) = step.instruction.flag_value("checksum") else { return };
        let Some(checksum) = self.dockerfile.value(step.index, &flag.text) else { return };
        if checksum.is_empty() {
            return;
        }
        let [source] = parts.sources.as_slice() else {
            let message = "checksum can't be specified for multiple sources";
            self.add(ErrorKind::Copy, flag.span, message);
            return;
        };
        let Some(source) = self.dockerfile.value(step.index, &source.text) else { return };
        if is_git_source(&source) {
            return;
        }
        if !is_http_source(&source) {
            let message = "checksum requires HTTP(S) or Git sources";
            self.add(ErrorKind::Copy, flag.span, message);
        } else if let Some(why) = odd_digest(&checksum) {
            let message =
                format!("{why}: {checksum}, it is `sha256:` and 64 lower-case hex digits");
            self.add(ErrorKind::Flag, flag.span, message);
        }
    }

    fn chmod(&mut self, step: Step<'_, '_>) {
        let Some(value) = step.instruction.flag_value("chmod") else { return };
        let Some(mode) = self.dockerfile.value(step.index, &value.text) else { return };
        if !mode.is_empty() && !is_octal_mode(&mode) && !is_symbolic_mode(&mode) {
            let message = format!(
                "invalid chmod parameter: '{mode}', it should be an octal string between 0 and \
                 07777 or a symbolic mode"
            );
            self.add(ErrorKind::Flag, value.span, message);
        }
    }

    fn copy_from(&mut self, step: Step<'_, '_>) {
        let Some(from) = step.instruction.flag_value("from") else { return };
        let expanded = Expander::new('\\').expand(&from.text, |_| Value::Unset);
        if expanded.is_ok_and(|it| !it.references.is_empty()) {
            let message = "variable expansion is not supported for --from, define a new stage \
                           with FROM using ARG from global scope as a workaround";
            self.add(ErrorKind::Copy, from.span, message);
            return;
        }
        // At trigger time the stages are those of another file.
        let Some(stage) = step.stage.filter(|_| !step.onbuild && !from.text.is_empty()) else {
            return;
        };
        let name = &from.text;
        let message = match self.dockerfile.stage_ref(stage, name) {
            StageRef::Earlier(_) | StageRef::Context => return,
            StageRef::Same(_) => {
                let message =
                    format!("circular dependency detected on stage: {name} copies from itself");
                self.add(ErrorKind::OwnStage, from.span, message);
                return;
            }
            StageRef::Later(later) if self.is_circular(stage.index, later) => format!(
                "circular dependency detected on stage: {name} needs {} itself",
                stage.label()
            ),
            StageRef::Later(_) => {
                format!("stage {name:?} needs to be defined before current stage")
            }
            // A stage without `FROM` has no number, and neither have those before it.
            StageRef::NoSuchNumber(number) => format!("invalid stage index {number}"),
            StageRef::Other if self.dockerfile.has_unknown_contexts => return,
            StageRef::Other => match ImageRef::parse(name) {
                Err(why) => format!("failed to parse stage name {name:?}: it {why}"),
                Ok(_) => return,
            },
        };
        self.add(ErrorKind::Copy, from.span, message);
    }
}

/// What is wrong with the digest of a download.
fn odd_digest(text: &str) -> Option<&'static str> {
    let format = Some("invalid checksum digest format");
    let Some((algorithm, hex)) =
        text.split_once(':').filter(|(a, hex)| !a.is_empty() && !hex.is_empty())
    else {
        return format;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Some("unsupported digest algorithm"),
    };
    if hex.len() != length {
        return Some("invalid checksum digest length");
    }
    let is_hex = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if is_hex { None } else { format }
}

fn is_octal_mode(mode: &str) -> bool {
    !mode.starts_with('+') && u32::from_str_radix(mode, 8).is_ok_and(|mode| mode <= 0o7777)
}

/// `u=rwX,go=rX`
fn is_symbolic_mode(mode: &str) -> bool {
    mode.split(',').all(|clause| {
        let rest = clause.trim_start_matches(['u', 'g', 'o', 'a']);
        rest.starts_with(['+', '-', '='])
            && rest.chars().all(|ch| matches!(ch, '+' | '-' | '=') || "rwxXstugo".contains(ch))
    })
}
