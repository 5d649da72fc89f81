use std::cell::Cell;

use super::Script;
use super::command::Command;
use super::context::{Connector, Construct, Role};
use super::tree::{PartData, PartKind, Range, WordData};
use super::word::{Expansion, ExpansionKind, Part, Word};

/// The value of a variable from outside of the script; nothing if it is not known.
pub type Outer<'o> = &'o dyn Fn(&str) -> Option<String>;

/// How far values are followed from variable to variable.
const MAX_DEPTH: u32 = 6;
/// How many words one word may become.
const MAX_FIELDS: usize = 256;
/// How many variables are looked up for one word.
const MAX_LOOKUPS: u32 = 500;
/// How long a value may be.
const MAX_LENGTH: usize = 1 << 16;
/// How many words variables may become in one script.
const MAX_FILLED: usize = 20_000;

/// A piece of a field: text, and whether the shell may split it.
type Piece = (String, bool);

/// A word by its index, and what it becomes, if that is known.
type Filling = (u32, Option<Vec<String>>);

/// What is asked for the value of one word.
struct Lookup<'o> {
    outer: Outer<'o>,
    left: Cell<u32>,
}

impl<'o> Lookup<'o> {
    fn new(outer: Outer<'o>) -> Self {
        Self { outer, left: Cell::new(MAX_LOOKUPS) }
    }

    fn next(&self) -> Option<()> {
        self.left.set(self.left.get().checked_sub(1)?);
        Some(())
    }
}

impl<'s> Word<'s> {
    /// The words that the shell makes of it when `at` runs: variables filled in from the script's
    /// own assignments, from the words of a `for` loop around it, and from `outer`; split at
    /// blanks where it is not quoted. Nothing if a part is not known, or assigned more than once.
    pub fn fields(self, at: Command<'s>, outer: Outer<'_>) -> Option<Vec<String>> {
        self.fields_in(at, &Lookup::new(outer), 0)
    }

    fn fields_in(self, at: Command<'s>, lookup: &Lookup<'_>, depth: u32) -> Option<Vec<String>> {
        if let Some(literal) = self.literal() {
            return Some(vec![literal.to_owned()]);
        }
        let mut choices: Vec<Vec<Piece>> = vec![Vec::new()];
        for (part, _, quoted) in self.parts_with_spans() {
            let values = match part {
                Part::Literal(text) => vec![(text.to_owned(), false)],
                Part::Variable(expansion) => {
                    let values = expanded(expansion, at, lookup, depth)?;
                    values.into_iter().map(|value| (value, !quoted)).collect()
                }
                _ => return None,
            };
            if choices.len() * values.len() > MAX_FIELDS {
                return None;
            }
            let with = |choice: &Vec<Piece>| {
                let choice = choice.clone();
                values
                    .iter()
                    .map(move |value| [choice.as_slice(), std::slice::from_ref(value)].concat())
            };
            choices = choices.iter().flat_map(with).collect::<Vec<_>>();
        }
        let fields: Vec<String> = choices.iter().flat_map(|choice| split(choice)).collect();
        (fields.len() <= MAX_FIELDS).then_some(fields)
    }

    /// As [`Word::fields`], but nothing if the values are one of several in the turns of a loop.
    fn only_fields(self, at: Command<'s>, lookup: &Lookup<'_>) -> Option<Vec<String>> {
        if self.variable().is_some_and(|it| it.kind == ExpansionKind::Elements) {
            return self.fields_in(at, lookup, 0);
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for (part, _, quoted) in self.parts_with_spans() {
            pieces.push(match part {
                Part::Literal(text) => (text.to_owned(), false),
                Part::Variable(it) => (only(expanded(it, at, lookup, 0)?)?, !quoted),
                _ => return None,
            });
        }
        // What stands in quotes stays a word, even an empty one.
        let fields = split(&pieces);
        (fields.len() <= MAX_FIELDS).then_some(fields)
    }

    /// Its text when `at` runs, unsplit; nothing if it is not known or one of several.
    pub fn text_at(self, at: Command<'s>, outer: Outer<'_>) -> Option<String> {
        self.text_in(at, &Lookup::new(outer), 0)
    }

    fn text_in(self, at: Command<'s>, lookup: &Lookup<'_>, depth: u32) -> Option<String> {
        let mut text = String::new();
        for part in self.parts() {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Variable(it) => text.push_str(&only(expanded(it, at, lookup, depth)?)?),
                _ => return None,
            }
        }
        (text.len() <= MAX_LENGTH).then_some(text)
    }
}

impl<'s> Expansion<'s> {
    /// Its value when `at` runs; nothing if it is not known or one of several.
    pub fn text_at(self, at: Command<'s>, outer: Outer<'_>) -> Option<String> {
        only(expanded(self, at, &Lookup::new(outer), 0)?)
    }
}

impl Script {
    /// Fills in the variables of [`Command::filled_words`] whose values are known, from the script
    /// itself and from `outer`.
    pub(super) fn fill_in(&mut self, outer: Outer<'_>) {
        // With other separators words are split otherwise.
        let splits = self.assigned_in("IFS").is_empty();
        let mut filled: Vec<(u32, Vec<Filling>)> = Vec::new();
        let mut count = 0;
        for command in self.commands() {
            if command.words().all(|word| word.literal().is_some()) {
                continue;
            }
            let known = |word: Word<'_>| {
                let expands = word.literal().is_none() && (splits || !word.splits());
                let fields = expands.then(|| word.only_fields(command, &Lookup::new(outer)));
                fields.flatten().filter(|it| it.iter().map(String::len).sum::<usize>() < MAX_LENGTH)
            };
            let words: Vec<_> = command.words().map(|word| (word.index, known(word))).collect();
            count += words.iter().flat_map(|(_, fields)| fields).map(Vec::len).sum::<usize>();
            if count > MAX_FILLED {
                break;
            }
            if words.iter().any(|(_, fields)| fields.is_some()) {
                filled.push((command.index, words));
            }
        }
        for (command, words) in filled {
            let start = self.tree.words.len();
            for (index, fields) in words {
                match fields {
                    Some(fields) => fields.iter().for_each(|text| self.push_filled(index, text)),
                    None => self.tree.words.push(self.tree.words[index as usize]),
                }
            }
            self.tree.commands[command as usize].filled =
                Range { start: number(start), end: number(self.tree.words.len()) };
        }
    }

    /// Adds a word that a written one becomes.
    fn push_filled(&mut self, written: u32, text: &str) {
        let word = self.tree.words[written as usize];
        let quoted = self.tree.parts[word.parts.usize()].iter().all(|part| part.quoted);
        let text = self.tree.decode(text);
        let start = self.tree.parts.len();
        let kind = PartKind::Literal(text);
        self.tree.parts.push(PartData { span: word.span, quoted, kind });
        let parts = Range { start: number(start), end: number(start + 1) };
        let literal = Some(text);
        self.tree.words.push(WordData { parts, literal, written, braces: false, ..word });
    }

    /// The commands that assign, read or unset a variable.
    fn assigned_in(&self, name: &str) -> &[(Box<str>, u32)] {
        let start = self.assigned.partition_point(|(own, _)| &**own < name);
        let rest = &self.assigned[start..];
        &rest[..rest.partition_point(|(own, _)| &**own == name)]
    }

    /// The elements of an array that is assigned once.
    fn elements<'s>(
        &'s self,
        name: &str,
        at: Command<'s>,
        lookup: &Lookup<'_>,
        depth: u32,
    ) -> Option<Vec<String>> {
        let [(_, index)] = self.assigned_in(name) else { return None };
        let command = Command { script: self, index: *index };
        let assignment = command.assignments().find(|it| it.name() == name)?;
        let whole = assignment.is_array() && !assignment.appends();
        if !whole || command.index() >= at.index() || !runs_before(command, at) {
            return None;
        }
        let mut elements = Vec::new();
        for word in assignment.values() {
            elements.extend(word.fields_in(command, lookup, depth)?);
        }
        Some(elements)
    }

    /// The values that a variable may have when `at` runs, as far as the script shows.
    fn values<'s>(
        &'s self,
        name: &str,
        at: Command<'s>,
        lookup: &Lookup<'_>,
        depth: u32,
    ) -> Option<Vec<String>> {
        lookup.next()?;
        let outer = || Some(vec![(lookup.outer)(name)?]);
        if let Some(found) = at.loops().find(|it| it.variable() == Some(name)) {
            let mut values = Vec::new();
            for word in found.words() {
                if word.has_glob() || word.has_braces() {
                    return None;
                }
                values.extend(word.fields_in(at, lookup, depth)?);
            }
            return Some(values);
        }
        let index = match self.assigned_in(name) {
            [] => return outer(),
            [(_, only)] => *only,
            _ => return None,
        };
        let command = Command { script: self, index };
        // `X=1 cmd` sets X for `cmd` alone, and only once its words are made.
        let passing = command.words().len() > 0
            && command.assignments().any(|it| it.name() == name && !it.is_declared());
        if passing {
            return outer();
        }
        if command.index() >= at.index() {
            return if may_run_again(at, command) { None } else { outer() };
        }
        let assignment = command.assignments().find(|it| it.name() == name)?;
        if assignment.appends() || assignment.is_array() || !runs_before(command, at) {
            return None;
        }
        match assignment.value() {
            Some(value) => Some(vec![value.text_in(command, lookup, depth)?]),
            None => Some(vec![String::new()]),
        }
    }
}

/// Whether what an earlier command assigns is there when `at` runs: it stands in no branch, loop,
/// function or shell of its own that `at` does not stand in too.
fn runs_before<'s>(earlier: Command<'s>, at: Command<'s>) -> bool {
    earlier.context().all(|it| {
        let apart = matches!(
            it.role(),
            Role::Branch
                | Role::Otherwise
                | Role::CaseArm
                | Role::Condition(Construct::Elif)
                | Role::LoopBody(_)
                | Role::Function(_)
                | Role::Subshell
                | Role::Substitution { .. }
                | Role::Nested(_)
                | Role::Background
                | Role::Stage { .. }
                | Role::Right(Connector::Or)
        );
        !apart || it.encloses(at)
    })
}

/// Whether `at` may run once more behind a later command: in a loop around both, in a function.
fn may_run_again<'s>(at: Command<'s>, later: Command<'s>) -> bool {
    at.context().any(|it| match it.role() {
        Role::LoopBody(_) => it.encloses(later),
        Role::Function(_) => true,
        _ => false,
    })
}

/// The values that an expansion may have.
fn expanded<'s>(
    expansion: Expansion<'s>,
    at: Command<'s>,
    lookup: &Lookup<'_>,
    depth: u32,
) -> Option<Vec<String>> {
    if depth >= MAX_DEPTH {
        return None;
    }
    match expansion.kind {
        ExpansionKind::Elements => at.script().elements(expansion.name, at, lookup, depth + 1),
        ExpansionKind::Plain => at.script().values(expansion.name, at, lookup, depth + 1),
        ExpansionKind::Default | ExpansionKind::AssignDefault => {
            let values = at.script().values(expansion.name, at, lookup, depth + 1)?;
            let empty = values.iter().all(|value| value.is_empty() && expansion.colon);
            match expansion.operand() {
                Some(operand) if empty => Some(vec![operand.text_in(at, lookup, depth + 1)?]),
                _ => Some(values),
            }
        }
        _ => None,
    }
}

fn only(mut values: Vec<String>) -> Option<String> {
    let value = values.pop()?;
    values.is_empty().then_some(value)
}

fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// The fields that pieces make when those that may be split are split at blanks.
fn split(pieces: &[Piece]) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field: Option<String> = None;
    for (text, splits) in pieces {
        if !splits {
            field.get_or_insert_default().push_str(text);
            continue;
        }
        for (at, piece) in text.split([' ', '\t', '\n']).enumerate() {
            if at > 0 {
                fields.extend(field.take());
            }
            if !piece.is_empty() {
                field.get_or_insert_default().push_str(piece);
            }
        }
    }
    fields.extend(field);
    fields
}
