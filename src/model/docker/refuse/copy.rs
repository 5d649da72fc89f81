//! Sources, destinations and stages of `COPY` and `ADD`.

use super::{Refusals, Step};
use crate::model::docker::{CopyParts, StageRef};
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
        let Some(parts) = CopyParts::of(instruction) else { return };
        let is_heredoc = |span| instruction.heredocs.iter().any(|it| it.marker.span.touches(span));
        if is_heredoc(parts.destination.span.start) {
            let message = format!("{name} cannot accept a heredoc as a destination");
            self.add(ErrorKind::Heredoc, parts.destination.span, message);
        }
        if instruction.keyword == Keyword::Copy {
            self.copy_from(step);
            for source in &parts.sources {
                let text = source.text.to_ascii_lowercase();
                if text.starts_with("http://") || text.starts_with("https://") {
                    let message = "source can't be a URL for COPY: `ADD` takes one";
                    self.add(ErrorKind::Copy, source.span, message);
                } else if is_git(&text) {
                    let message = "source can't be a git ref for COPY: `ADD` takes one";
                    self.add(ErrorKind::Copy, source.span, message);
                }
            }
        } else if let Some(flag) = instruction.flag("checksum") {
            let sources = parts.sources.len() + instruction.heredocs.len();
            let remote = |text: &str| text.contains("://") || text.contains('$') || is_git(text);
            if sources != 1 {
                let message = "checksum can't be specified for multiple sources";
                self.add(ErrorKind::Copy, flag.span, message);
            } else if !parts.sources.iter().all(|source| remote(&source.text)) {
                let message = "checksum requires an HTTP or Git source";
                self.add(ErrorKind::Copy, flag.span, message);
            }
        }
        self.chmod(step);
    }

    fn chmod(&mut self, step: Step<'_, '_>) {
        let Some(value) = step.instruction.flag_value("chmod") else { return };
        let Some(mode) = self.dockerfile.value(step.index, &value.text) else { return };
        if !is_octal_mode(&mode) && !is_symbolic_mode(&mode) {
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
            self.add(ErrorKind::Reference, from.span, message);
            return;
        }
        // At trigger time the stages are those of another file.
        let Some(stage) = step.stage.filter(|_| !step.onbuild) else { return };
        let message = match self.dockerfile.stage_ref(stage, &from.text) {
            StageRef::Earlier(_) | StageRef::Context | StageRef::Other => return,
            StageRef::Same(_) => {
                let message = format!(
                    "circular dependency detected on stage: {} copies from itself",
                    from.text
                );
                self.add(ErrorKind::OwnStage, from.span, message);
                return;
            }
            StageRef::Later(_) => {
                format!("stage {:?} needs to be defined before current stage", from.text)
            }
            StageRef::NoSuchNumber(number) => {
                // A stage without `FROM` has no number, and neither have those before it.
                format!("invalid stage index {number}")
            }
        };
        self.add(ErrorKind::Reference, from.span, message);
    }
}

/// Whether a source is a Git reference.
fn is_git(text: &str) -> bool {
    text.starts_with("git@") || text.starts_with("git://") || text.starts_with("ssh://")
}

fn is_octal_mode(mode: &str) -> bool {
    !mode.is_empty() && u32::from_str_radix(mode, 8).is_ok_and(|mode| mode <= 0o7777)
}

/// `u=rwX,go=rX`
fn is_symbolic_mode(mode: &str) -> bool {
    mode.split(',').all(|clause| {
        let rest = clause.trim_start_matches(['u', 'g', 'o', 'a']);
        rest.starts_with(['+', '-', '='])
            && rest.chars().all(|ch| matches!(ch, '+' | '-' | '=') || "rwxXstugo".contains(ch))
    })
}
