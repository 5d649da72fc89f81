//! How many arguments an instruction takes, and of which form.

use super::{Refusals, Step};
use crate::syntax::dockerfile::{Arguments, ErrorKind, Instruction, Keyword, Pair};

impl Refusals<'_, '_> {
    pub(super) fn arguments(&mut self, step: Step<'_, '_>) {
        let instruction = step.instruction;
        let name = instruction.keyword.as_str();
        let whole = instruction.span;
        let kind = ErrorKind::Arguments;
        match &instruction.arguments {
            Arguments::Missing => {
                if let Some(message) = missing(instruction.keyword) {
                    self.add(kind, whole, format!("{name} requires {message}"));
                }
            }
            Arguments::Pairs { pairs, legacy } => {
                for pair in pairs {
                    self.pair(instruction, pair, *legacy);
                }
            }
            Arguments::Shell(word) if instruction.keyword == Keyword::Shell => {
                let message = "SHELL requires the arguments to be in JSON form";
                self.add(kind, word.span, message);
            }
            Arguments::Exec(words) => self.exec(instruction, words.is_empty()),
            Arguments::Words(words) if instruction.keyword == Keyword::From => {
                let as_word = words.get(1).is_none_or(|word| word.text.eq_ignore_ascii_case("as"));
                if !matches!(words.len(), 1 | 3) || !as_word {
                    let message = "FROM requires either one or three arguments";
                    self.add(kind, instruction.rest_span(), message);
                }
            }
            Arguments::Healthcheck { kind: word, command } => {
                // An array with something else in it was reported by the reader and has no words.
                let reported = self.errors.iter().any(|error| whole.contains(error.span));
                let missing = matches!(command.as_ref(), Arguments::Missing)
                    || matches!(command.as_ref(), Arguments::Exec(words) if words.is_empty() && !reported);
                let message = if word.text.eq_ignore_ascii_case("none") {
                    (!missing).then(|| "HEALTHCHECK NONE takes no arguments".to_owned())
                } else if word.text.eq_ignore_ascii_case("cmd") {
                    missing.then(|| "Missing command after HEALTHCHECK CMD".to_owned())
                } else {
                    Some(format!("Unknown type {:?} in HEALTHCHECK (try CMD)", word.text))
                };
                if let Some(message) = message {
                    self.add(kind, word.span, message);
                }
            }
            _ => {}
        }
    }

    fn exec(&mut self, instruction: &Instruction<'_>, empty: bool) {
        let kind = ErrorKind::Arguments;
        let span = instruction.rest_span();
        let reported = self.errors.iter().any(|error| error.span == span);
        match instruction.keyword {
            Keyword::Shell | Keyword::Volume if empty && !reported => {
                let name = instruction.keyword.as_str();
                self.add(kind, span, format!("{name} requires at least one argument"));
            }
            Keyword::Copy | Keyword::Add if empty && !reported => {
                let name = instruction.keyword.as_str();
                self.add(kind, span, format!("{name} requires at least two arguments"));
            }
            Keyword::Volume => {
                for word in instruction.words().iter().filter(|word| word.text.trim().is_empty()) {
                    let message = "VOLUME specified can not be an empty string";
                    self.add(kind, word.span, message);
                }
            }
            _ => {}
        }
    }

    fn pair(&mut self, instruction: &Instruction<'_>, pair: &Pair<'_>, legacy: bool) {
        let name = instruction.keyword.as_str();
        let is_arg = instruction.keyword == Keyword::Arg;
        let message = if pair.key.text.is_empty() {
            format!("{name} names can not be blank")
        } else if pair.value.is_some() || is_arg {
            return;
        } else if legacy {
            format!("{name} must have two arguments")
        } else {
            format!(
                "Syntax error - can't find = in {:?}. Must be of the form: name=value",
                pair.key.text
            )
        };
        self.add(ErrorKind::Arguments, pair.span, message);
    }
}

/// What an instruction without arguments lacks.
fn missing(keyword: Keyword) -> Option<&'static str> {
    match keyword {
        Keyword::From => Some("either one or three arguments"),
        Keyword::Add | Keyword::Copy => Some("at least two arguments"),
        Keyword::Arg
        | Keyword::Env
        | Keyword::Expose
        | Keyword::Healthcheck
        | Keyword::Label
        | Keyword::Onbuild
        | Keyword::Shell
        | Keyword::Volume => Some("at least one argument"),
        Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => {
            Some("exactly one argument")
        }
        Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Unknown => None,
    }
}
