//! Why BuildKit refuses a file: what each instruction accepts.

mod arguments;
mod copy;
mod cycle;
mod duration;
mod flags;
mod from;
mod mount;
mod signal;

use std::cell::OnceCell;

use super::{Dockerfile, Port, Step};
use crate::syntax::dockerfile::{
    CheckDirective, DirectiveName, Error, ErrorKind, Expander, ExpansionError, Instruction,
    Keyword, Value,
};
use crate::text::{Span, did_you_mean};

/// All errors in file order, those of the reader among them.
pub(super) fn errors(dockerfile: &Dockerfile<'_>) -> Vec<Error> {
    let errors = dockerfile.tree.errors.clone();
    let mut found = Refusals { dockerfile, errors, circular: OnceCell::new() };
    found.stages();
    found.check_directive();
    for step in dockerfile.steps() {
        found.step(step);
        if let Some(trigger) = step.instruction.trigger() {
            found.step(Step { instruction: trigger, onbuild: true, ..step });
        }
    }
    let mut errors = found.errors;
    if dockerfile.has_other_frontend() {
        // It may know more instructions, flags and options.
        errors.retain(|error| {
            !matches!(
                error.kind,
                ErrorKind::UnknownInstruction | ErrorKind::Flag | ErrorKind::Mount
            )
        });
    }
    errors.sort_by(|a, b| {
        (a.span.start, a.span.end, a.kind).cmp(&(b.span.start, b.span.end, b.kind))
    });
    errors
}

struct Refusals<'d, 'p> {
    dockerfile: &'d Dockerfile<'p>,
    errors: Vec<Error>,
    // For each stage whether it needs itself.
    circular: OnceCell<Vec<bool>>,
}

/// The known name that was meant, if one is near.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    if name.len() >= 30 {
        return None;
    }
    let distance = |known: &&str| strsim::damerau_levenshtein(known, name);
    let near = known.iter().copied().min_by_key(distance)?;
    (distance(&near) <= 2 && distance(&near) * 2 < name.len()).then_some(near)
}

/// The instruction that a word at the start of a line was meant to be.
fn meant(word: &str) -> Option<&'static str> {
    nearest(&word.to_ascii_uppercase(), &Keyword::ALL.map(Keyword::as_str))
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
        // Where `FROM` has a slip in it, that is told already.
        let is_from = |it: &Instruction<'_>| {
            it.keyword == Keyword::From
                || it.keyword == Keyword::Unknown && meant(&it.name.text) == Some("FROM")
        };
        let has_from = instructions.iter().any(is_from);
        let early = instructions
            .iter()
            .take_while(|it| !is_from(it))
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
        // What a build argument says stands in for the directive, which is not even read then.
        if self.dockerfile.pragmas.iter().any(|pragma| pragma.given.is_some()) {
            return;
        }
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
            if let Some(near) = meant(name) {
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

    /// Forms of variables that the builder does not know, and the first one that has no value
    /// where one is demanded. The builder stops at the first in an instruction.
    fn expansions(&mut self, step: Step<'_, '_>) {
        for word in super::expanded_words(step.instruction) {
            if let Err(error) = self.dockerfile.expand_word(step, &word) {
                self.expansion(step, (&word.text, word.span), &error);
                return;
            }
        }
        let copies = matches!(step.instruction.keyword, Keyword::Copy | Keyword::Add);
        for heredoc in step.instruction.heredocs.iter().filter(|it| copies && it.expand) {
            let body = self.dockerfile.source.slice(heredoc.body);
            let expander = Expander::new('\\').plain_quotes();
            let Err(error) = expander.expand(body, |_| Value::Unknown) else { continue };
            let span = Span::from_range(error.at.clone()).shift(heredoc.body.start);
            let written = body.get(error.at.clone()).unwrap_or("");
            self.expansion(step, (written, span), &error);
            return;
        }
    }

    /// The builder cannot expand a text. Whether a variable has a value is only judged where
    /// nothing in the file defines it: a build argument may give one to those that are declared.
    fn expansion(
        &mut self,
        step: Step<'_, '_>,
        (text, span): (&str, Span),
        error: &ExpansionError,
    ) {
        let scopes = &self.dockerfile.scopes;
        let is_defined = |name: &String| match step.stage {
            Some(stage) if step.instruction.keyword != Keyword::From => {
                scopes.definition(stage.index, name, step.index + 1).is_some()
            }
            _ => scopes.global.definition(name, usize::MAX).is_some(),
        };
        if step.onbuild || error.demanded.as_ref().is_some_and(is_defined) {
            return;
        }
        let message = format!("failed to process {text:?}: {}", error.message);
        self.add(ErrorKind::Expansion, span, message);
    }
}
