use super::Script;
use super::command::Command;
use super::word::{Expansion, ExpansionKind, Part, Word};

/// The value of a variable from outside of the script; nothing if it is not known.
pub type Outer<'o> = &'o dyn Fn(&str) -> Option<String>;

/// How far values are followed from variable to variable.
const MAX_DEPTH: u32 = 6;
/// How many words one word may become.
const MAX_FIELDS: usize = 256;

/// A piece of a field: text, and whether the shell may split it.
type Piece = (String, bool);

impl<'s> Word<'s> {
    /// The words that the shell makes of it when `at` runs: variables filled in from the script's
    /// own assignments, from the words of a `for` loop around it, and from `outer`; split at
    /// blanks where it is not quoted. Nothing if a part is not known, or assigned more than once.
    pub fn fields(self, at: Command<'s>, outer: Outer<'_>) -> Option<Vec<String>> {
        self.fields_in(at, outer, 0)
    }

    fn fields_in(self, at: Command<'s>, outer: Outer<'_>, depth: u32) -> Option<Vec<String>> {
        if let Some(literal) = self.literal() {
            return Some(vec![literal.to_owned()]);
        }
        let mut choices: Vec<Vec<Piece>> = vec![Vec::new()];
        for (part, _, quoted) in self.parts_with_spans() {
            let values = match part {
                Part::Literal(text) => vec![(text.to_owned(), false)],
                Part::Variable(expansion) => {
                    let values = expanded(expansion, at, outer, depth)?;
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

    /// Its text when `at` runs, unsplit; nothing if it is not known or one of several.
    pub fn text_at(self, at: Command<'s>, outer: Outer<'_>) -> Option<String> {
        self.text_in(at, outer, 0)
    }

    fn text_in(self, at: Command<'s>, outer: Outer<'_>, depth: u32) -> Option<String> {
        let mut text = String::new();
        for part in self.parts() {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Variable(expansion) => {
                    match expanded(expansion, at, outer, depth)?.as_slice() {
                        [value] => text.push_str(value),
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
        Some(text)
    }
}

impl<'s> Expansion<'s> {
    /// Its value when `at` runs; nothing if it is not known or one of several.
    pub fn text_at(self, at: Command<'s>, outer: Outer<'_>) -> Option<String> {
        match expanded(self, at, outer, 0)?.as_slice() {
            [value] => Some(value.clone()),
            _ => None,
        }
    }
}

/// The values that an expansion may have.
fn expanded<'s>(
    expansion: Expansion<'s>,
    at: Command<'s>,
    outer: Outer<'_>,
    depth: u32,
) -> Option<Vec<String>> {
    if depth >= MAX_DEPTH {
        return None;
    }
    match expansion.kind {
        ExpansionKind::Elements => at.script().elements(expansion.name, at, outer, depth + 1),
        ExpansionKind::Plain => at.script().values(expansion.name, at, outer, depth + 1),
        ExpansionKind::Default | ExpansionKind::AssignDefault => {
            let values = at.script().values(expansion.name, at, outer, depth + 1)?;
            let empty = values.iter().all(|value| value.is_empty() && expansion.colon);
            match expansion.operand() {
                Some(operand) if empty => Some(vec![operand.text_in(at, outer, depth + 1)?]),
                _ => Some(values),
            }
        }
        _ => None,
    }
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

impl Script {
    /// The elements of an array that is assigned once.
    fn elements<'s>(
        &'s self,
        name: &str,
        at: Command<'s>,
        outer: Outer<'_>,
        depth: u32,
    ) -> Option<Vec<String>> {
        let mut assigned = self.assigned.iter().filter(|it| &*it.0 == name);
        let (_, index) = assigned.next()?;
        let command = Command { script: self, index: *index };
        let assignment = command.assignments().find(|it| it.name() == name)?;
        let whole = assignment.is_array() && !assignment.appends();
        if !whole || assigned.next().is_some() || command.index() >= at.index() {
            return None;
        }
        let mut elements = Vec::new();
        for word in assignment.values() {
            elements.extend(word.fields_in(command, outer, depth)?);
        }
        Some(elements)
    }

    /// The values that a variable may have when `at` runs, as far as the script shows.
    fn values<'s>(
        &'s self,
        name: &str,
        at: Command<'s>,
        outer: Outer<'_>,
        depth: u32,
    ) -> Option<Vec<String>> {
        if let Some(found) = at.loops().find(|it| it.variable() == Some(name)) {
            let mut values = Vec::new();
            for word in found.words() {
                if word.has_glob() || word.has_braces() {
                    return None;
                }
                values.extend(word.fields_in(at, outer, depth)?);
            }
            return Some(values);
        }
        let mut assigned = self.assigned.iter().filter(|it| &*it.0 == name);
        let Some((_, command)) = assigned.next() else { return Some(vec![outer(name)?]) };
        if assigned.next().is_some() {
            return None;
        }
        let command = Command { script: self, index: *command };
        // `X=1 cmd` sets X for `cmd` alone, and only once its words are made.
        let passing = command.words().len() > 0
            && command.assignments().any(|it| it.name() == name && !it.is_declared());
        if passing || command.index() >= at.index() {
            return Some(vec![outer(name)?]);
        }
        let assignment = command.assignments().find(|it| it.name() == name)?;
        if assignment.appends() || assignment.is_array() {
            return None;
        }
        match assignment.value() {
            Some(value) => Some(vec![value.text_in(command, outer, depth)?]),
            None => Some(vec![String::new()]),
        }
    }
}
