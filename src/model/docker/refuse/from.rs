//! What a `FROM` refers to.

use super::{Refusals, Step, nearest};
use crate::model::docker::{Base, ImageRef, PLATFORM_ARGS, is_platform};
use crate::syntax::dockerfile::{ErrorKind, Word};
use crate::text::did_you_mean;

impl Refusals<'_, '_> {
    pub(super) fn from(&mut self, step: Step<'_, '_>) {
        if let Some(parts) = step.instruction.from_parts() {
            if let Some(name) = parts.name
                && !is_stage_name(&name.text.to_lowercase())
            {
                let message = format!(
                    "invalid name for build stage: {:?}, name can't start with a number or \
                     contain symbols",
                    name.text
                );
                self.add(ErrorKind::StageName, name.span, message);
            }
            self.base(step, parts.image);
        }
        if let Some(value) = step.instruction.flag_value("platform") {
            self.platform(step, value);
        }
    }

    /// The image. With a default that is not valid the build may still be given another value;
    /// only where no argument is declared, the result is certain.
    fn base(&mut self, step: Step<'_, '_>, image: &Word<'_>) {
        let text = &image.text;
        let Ok(expansion) = self.dockerfile.expand(step.index, text) else { return };
        let is_stage = step.stage.is_some_and(|stage| matches!(stage.base, Base::Stage(_)));
        if is_stage || expansion.unknown || expansion.references.iter().any(|it| !it.unset) {
            return;
        }
        let message = if expansion.text.is_empty() {
            format!("base name ({text}) should not be blank")
        } else {
            let Err(why) = ImageRef::parse(&expansion.text) else { return };
            format!("failed to parse stage name {:?}: it {why}", expansion.text)
        };
        self.add(ErrorKind::Reference, image.span, message);
    }

    fn platform(&mut self, step: Step<'_, '_>, value: &Word<'_>) {
        let text = &value.text;
        let Ok(expansion) = self.dockerfile.expand(step.index, text) else { return };
        let is_open = expansion.unknown || expansion.references.iter().any(|it| !it.unset);
        if text.is_empty() || is_open || is_platform(&expansion.text) {
            return;
        }
        let mut message = if expansion.text.is_empty() {
            format!("empty platform value from expression {text}")
        } else {
            format!("failed to parse platform {text}: it is `os/arch` or `os/arch/variant`")
        };
        let mut known = PLATFORM_ARGS.to_vec();
        let global = self.dockerfile.scopes.global.names();
        known.extend(global.iter().map(String::as_str));
        let names = expansion.references.iter().map(|it| it.name.as_str());
        if let Some(near) = names.filter_map(|name| nearest(name, &known)).next() {
            message.push_str(&format!(" ({})", did_you_mean(near)));
        }
        self.add(ErrorKind::Flag, value.span, message);
    }
}

/// `^[a-z][a-z0-9-_.]*$`
fn is_stage_name(name: &str) -> bool {
    let tail = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || "-_.".contains(ch);
    name.starts_with(|ch: char| ch.is_ascii_lowercase()) && name.chars().all(tail)
}
