//! What a `FROM` refers to.

use super::{Refusals, Step};
use crate::model::docker::ImageRef;
use crate::syntax::dockerfile::ErrorKind;

impl Refusals<'_, '_> {
    pub(super) fn from(&mut self, step: Step<'_, '_>) {
        let instruction = step.instruction;
        if let Some(parts) = instruction.from_parts() {
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
            if let Ok(image) = self.dockerfile.expand(step.index, &parts.image.text) {
                let text = &parts.image.text;
                if !image.unknown && image.text.is_empty() {
                    // With a default that is empty the build may still be given another one.
                    let open = image.references.iter().any(|it| !it.unset);
                    if !open {
                        let message = format!("base name ({text}) should not be blank");
                        self.add(ErrorKind::Reference, parts.image.span, message);
                    }
                } else if image.references.is_empty()
                    && let Err(why) = ImageRef::parse(&image.text)
                    && !step
                        .stage
                        .is_some_and(|it| matches!(it.base, crate::model::docker::Base::Stage(_)))
                {
                    let message = format!("failed to parse stage name {text:?}: it {why}");
                    self.add(ErrorKind::Reference, parts.image.span, message);
                }
            }
        }
        if let Some(value) = instruction.flag_value("platform")
            && let Ok(platform) = self.dockerfile.expand(step.index, &value.text)
            && !platform.unknown
            && platform.text.is_empty()
            && platform.references.iter().all(|it| it.unset)
        {
            let message = format!("empty platform value from expression {}", value.text);
            self.add(ErrorKind::Reference, instruction.flags[0].span, message);
        }
    }
}

/// `^[a-z][a-z0-9-_.]*$`
fn is_stage_name(name: &str) -> bool {
    let tail = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit() || "-_.".contains(ch);
    name.starts_with(|ch: char| ch.is_ascii_lowercase()) && name.chars().all(tail)
}
