//! Why BuildKit refuses a file: what each instruction accepts.

mod arguments;
mod copy;
mod duration;
mod flags;
mod from;
mod mount;
mod signal;

use super::{Dockerfile, Port, Step};
use crate::syntax::dockerfile::{CheckDirective, DirectiveName, Error, ErrorKind, Keyword};
use crate::text::{Span, did_you_mean};

/// All errors in file order, those of the reader among them.
pub(super) fn errors(dockerfile: &Dockerfile<'_>) -> Vec<Error> {
    let mut found = Refusals { dockerfile, errors: dockerfile.tree.errors.clone() };
    found.stages();
    found.check_directive();
    for step in dockerfile.steps() {
        found.step(step);
        if let Some(trigger) = step.instruction.trigger() {
            found.step(Step { instruction: trigger, onbuild: true, ..step });
        }
    }
    let mut errors = found.errors;
    errors.sort_by(|a, b| {
        (a.span.start, a.span.end, a.kind).cmp(&(b.span.start, b.span.end, b.kind))
    });
    errors
}

struct Refusals<'d, 'p> {
    dockerfile: &'d Dockerfile<'p>,
    errors: Vec<Error>,
}

impl Refusals<'_, '_> {
    fn add(&mut self, kind: ErrorKind, span: Span, message: impl Into<String>) {
        self.errors.push(Error::new(kind, span, message));
    }

    fn stages(&mut self) {
        let instructions = self.dockerfile.instructions();
        if instructions.is_empty() {
            if self.errors.is_empty() {
                let message = "file with no instructions";
                self.add(ErrorKind::NoStage, Span::empty(0), message);
            }
            return;
        }
        let has_from = instructions.iter().any(|it| it.keyword == Keyword::From);
        let early = instructions
            .iter()
            .take_while(|it| it.keyword != Keyword::From)
            .find(|it| !matches!(it.keyword, Keyword::Arg | Keyword::Unknown));
        match early {
            Some(early) => {
                let message = format!(
                    "no build stage in current context: `{}` stands in front of the first `FROM`",
                    early.keyword.as_str()
                );
                let span = early.name.span;
                self.add(ErrorKind::NoStage, span, message);
            }
            None if !has_from => {
                let span = instructions.first().map_or(Span::empty(0), |it| it.name.span);
                let message = "dockerfile contains no stages to build: there is no `FROM`";
                self.add(ErrorKind::NoStage, span, message);
            }
            None => {}
        }
    }

    fn check_directive(&mut self) {
        let directive = self.dockerfile.tree.directive(DirectiveName::Check);
        if let Some(directive) = directive
            && let Err(option) = CheckDirective::read(directive.setting())
        {
            let message = format!(
                "invalid check option {option:?}: `skip`, `experimental` and `error` are known"
            );
            self.add(ErrorKind::Directive, directive.value_span, message);
        }
    }

    fn step(&mut self, step: Step<'_, '_>) {
        let instruction = step.instruction;
        if instruction.keyword == Keyword::Unknown {
            let name = &instruction.name.text;
            let mut message = format!("unknown instruction: {name}");
            let known = Keyword::ALL.into_iter().map(Keyword::as_str);
            let lookup = name.to_ascii_uppercase();
            let distance = |known: &&str| strsim::damerau_levenshtein(known, &lookup);
            if lookup.len() < 30
                && let Some(near) = known.min_by_key(distance)
                && distance(&near) <= 2
                && distance(&near) * 2 < lookup.len()
            {
                message.push_str(&format!(" ({})", did_you_mean(near)));
            }
            self.add(ErrorKind::UnknownInstruction, instruction.name.span, message);
            return;
        }
        let before = self.errors.len();
        self.flags(step);
        self.arguments(step);
        match instruction.keyword {
            Keyword::From => self.from(step),
            Keyword::Copy | Keyword::Add => self.copy(step),
            Keyword::Run => self.mounts(step),
            Keyword::Expose => self.ports(step),
            Keyword::Stopsignal => self.signal(step),
            Keyword::Onbuild => self.trigger(step),
            _ => {}
        }
        if self.errors.len() == before {
            self.expansions(step);
        }
    }

    fn trigger(&mut self, step: Step<'_, '_>) {
        let Some(trigger) = step.instruction.trigger() else { return };
        match trigger.keyword {
            Keyword::Onbuild => {
                let message = "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed";
                self.add(ErrorKind::Trigger, trigger.name.span, message);
            }
            Keyword::From | Keyword::Maintainer => {
                let message =
                    format!("{} isn't allowed as an ONBUILD trigger", trigger.keyword.as_str());
                self.add(ErrorKind::Trigger, trigger.name.span, message);
            }
            _ => {}
        }
    }

    fn ports(&mut self, step: Step<'_, '_>) {
        for word in step.instruction.words() {
            let Ok(expansion) = self.dockerfile.expand(step.index, &word.text) else { continue };
            if expansion.unknown {
                continue;
            }
            for (port, _) in expansion.words {
                if let Err(why) = Port::parse(&port) {
                    self.add(ErrorKind::Port, word.span, format!("`{port}` {why}"));
                }
            }
        }
    }

    fn signal(&mut self, step: Step<'_, '_>) {
        let Some(word) = step.instruction.value() else { return };
        if let Some(value) = self.dockerfile.value(step.index, &word.text)
            && !signal::is_signal(&value)
        {
            let message = format!("invalid signal: {value}");
            self.add(ErrorKind::Arguments, word.span, message);
        }
    }

    /// Forms of variables that the builder does not know. What depends on the value of a
    /// variable is not judged.
    fn expansions(&mut self, step: Step<'_, '_>) {
        for word in super::expanded_words(step.instruction) {
            if let Err(error) = self.dockerfile.expand(step.index, &word.text)
                && !error.demanded
            {
                let message = format!("failed to process {:?}: {}", word.text, error.message);
                self.add(ErrorKind::Expansion, word.span, message);
            }
        }
    }
}
