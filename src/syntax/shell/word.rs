use super::Script;
use super::command::Command;
use super::tree::{NONE, PartData, PartKind, WordData};
use crate::text::Span;

/// One word of a command, with its quoting and its expansions.
#[derive(Clone, Copy)]
pub struct Word<'s> {
    pub(super) script: &'s Script,
    pub(super) index: u32,
}

/// A piece of a word.
#[derive(Clone, Copy, Debug)]
pub enum Part<'s> {
    /// Text that stands for itself, with quotes and escapes taken off.
    Literal(&'s str),
    /// `$NAME`, `${NAME:-word}` ...
    Variable(Expansion<'s>),
    /// `$(...)` or backticks: the commands inside, in order.
    Commands(Commands<'s>),
    /// `<(...)` (`input`) or `>(...)`.
    Process {
        /// The commands inside, in order.
        commands: Commands<'s>,
        /// Whether the command reads from them.
        input: bool,
    },
    /// `$((...))`: the expression's text.
    Arithmetic(&'s str),
}

/// A run of commands, in the order in which they are written.
#[derive(Clone, Copy)]
pub struct Commands<'s> {
    script: &'s Script,
    next: u32,
    end: u32,
}

impl<'s> Commands<'s> {
    pub(super) const fn new(script: &'s Script, next: u32, end: u32) -> Self {
        Self { script, next, end }
    }
}

impl std::fmt::Debug for Commands<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl<'s> Iterator for Commands<'s> {
    type Item = Command<'s>;

    fn next(&mut self) -> Option<Command<'s>> {
        if self.next >= self.end || self.next as usize >= self.script.tree.commands.len() {
            return None;
        }
        let index = self.next;
        self.next += 1;
        Some(Command { script: self.script, index })
    }
}

/// A variable as a word uses it.
#[derive(Clone, Copy)]
pub struct Expansion<'s> {
    /// The variable's name; `?`, `@`, `1` for the special ones.
    pub name: &'s str,
    /// What is done to its value.
    pub kind: ExpansionKind,
    /// Whether the operator has a colon (`:-`), so that an empty value counts as none.
    pub colon: bool,
    script: &'s Script,
    operand: u32,
}

impl<'s> Expansion<'s> {
    /// The operator's word: the default, the pattern, the message.
    pub fn operand(&self) -> Option<Word<'s>> {
        (self.operand != NONE).then_some(Word { script: self.script, index: self.operand })
    }
}

impl std::fmt::Debug for Expansion<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "${{{} {:?}", self.name, self.kind)?;
        if let Some(operand) = self.operand() {
            write!(f, " {operand:?}")?;
        }
        f.write_str("}")
    }
}

/// What an expansion does to the variable's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpansionKind {
    /// `$X`, `${X}`, an element of an array
    Plain,
    /// `${X[@]}`, `${X[*]}`: all elements of an array
    Elements,
    /// `${X-word}`, `${X:-word}`
    Default,
    /// `${X=word}`, `${X:=word}`
    AssignDefault,
    /// `${X+word}`, `${X:+word}`
    Alternative,
    /// `${X?word}`, `${X:?word}`
    Error,
    /// `${X#pattern}`, `${X##pattern}`
    RemovePrefix,
    /// `${X%pattern}`, `${X%%pattern}`
    RemoveSuffix,
    /// `${X/pattern/text}`
    Replace,
    /// `${#X}`
    Length,
    /// `${X:1:2}`
    Slice,
    /// `${!X}`
    Indirect,
    /// Case changes and what else bash has.
    Other,
}

impl<'s> Word<'s> {
    fn data(self) -> &'s WordData {
        &self.script.tree.words[self.index as usize]
    }

    fn part_data(self) -> &'s [PartData] {
        &self.script.tree.parts[self.data().parts.usize()]
    }

    /// Where it stands, with its quotes.
    pub fn span(self) -> Span {
        self.data().span
    }

    /// The word as it is written, with its quotes.
    pub fn source_text(self) -> &'s str {
        self.script.slice(self.span())
    }

    /// The text it stands for, if nothing in it is expanded; quotes and escapes are taken off.
    /// Globs and braces are not expanded: see [`Word::has_glob`] and [`Word::has_braces`].
    pub fn literal(self) -> Option<&'s str> {
        Some(self.script.resolve(self.data().literal?))
    }

    /// Whether it is what a variable became: its text stands elsewhere, and [`Word::span`] is the
    /// place of the variable.
    pub fn is_filled_in(self) -> bool {
        self.data().written != NONE
    }

    /// Whether it is literally `text`.
    pub fn is(self, text: &str) -> bool {
        self.literal() == Some(text)
    }

    /// The literal text it begins with, up to the first expansion; may be empty.
    pub fn literal_prefix(self) -> &'s str {
        if let Some(literal) = self.literal() {
            return literal;
        }
        match self.parts().next() {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// Its pieces.
    pub fn parts(self) -> impl Iterator<Item = Part<'s>> {
        self.parts_with_spans().map(|(part, ..)| part)
    }

    /// Its pieces with their spans and whether each is quoted.
    pub fn parts_with_spans(self) -> impl Iterator<Item = (Part<'s>, Span, bool)> {
        let script = self.script;
        self.part_data().iter().map(move |part| (script.part(part), part.span, part.quoted))
    }

    /// The only variable that it consists of: `$X`, `"${X}"`.
    pub fn variable(self) -> Option<Expansion<'s>> {
        let mut parts = self.parts();
        match (parts.next(), parts.next()) {
            (Some(Part::Variable(expansion)), None) => Some(expansion),
            _ => None,
        }
    }

    /// All variables that it uses, also in defaults and arithmetic, but not those of the commands
    /// that it substitutes.
    pub fn variables(self) -> Vec<Expansion<'s>> {
        let mut found = Vec::new();
        let written = self.data().written;
        let mut rest = vec![if written == NONE { self.index } else { written }];
        while let Some(index) = rest.pop() {
            let word = Word { script: self.script, index };
            for part in word.part_data() {
                match self.script.part(part) {
                    Part::Variable(expansion) => {
                        found.push(expansion);
                        if expansion.operand != NONE {
                            rest.push(expansion.operand);
                        }
                    }
                    Part::Arithmetic(text) => {
                        found.extend(arithmetic_names(text).map(|name| Expansion {
                            name,
                            kind: ExpansionKind::Plain,
                            colon: false,
                            script: self.script,
                            operand: NONE,
                        }));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// Whether any part of it is quoted.
    pub fn is_quoted(self) -> bool {
        self.part_data().iter().any(|part| part.quoted)
            || self.source_text().starts_with(['"', '\''])
    }

    /// Whether an expansion in it stands outside quotes, so that the shell splits its value into
    /// words and expands globs in it.
    pub fn splits(self) -> bool {
        let expands = |part: &&PartData| {
            matches!(part.kind, PartKind::Variable { .. } | PartKind::Commands { .. })
        };
        self.part_data().iter().filter(expands).any(|part| !part.quoted)
    }

    /// Whether it has an unquoted `*`, `?` or `[`.
    pub fn has_glob(self) -> bool {
        self.part_data().iter().any(|part| {
            matches!(part.kind, PartKind::Literal(text)
                if !part.quoted && self.script.resolve(text).contains(['*', '?', '[']))
        })
    }

    /// Whether bash expands braces in it: `{a,b}`, `{1..3}`.
    pub fn has_braces(self) -> bool {
        self.data().braces
    }

    /// The word with its variables filled in by `value`, if every part then is known text.
    /// Defaults are respected; other operators, commands and arithmetic stay unknown.
    pub fn expand<'v>(self, value: &dyn Fn(&str) -> Option<&'v str>) -> Option<String> {
        let mut text = String::new();
        self.expand_into(value, &mut text, 0).then_some(text)
    }

    fn expand_into<'v>(
        self,
        value: &dyn Fn(&str) -> Option<&'v str>,
        text: &mut String,
        depth: u32,
    ) -> bool {
        if depth > 16 {
            return false;
        }
        self.parts().all(|part| match part {
            Part::Literal(literal) => {
                text.push_str(literal);
                true
            }
            Part::Variable(expansion) => match (expansion.kind, value(expansion.name)) {
                (ExpansionKind::Plain, Some(known)) => {
                    text.push_str(known);
                    true
                }
                (ExpansionKind::Default | ExpansionKind::AssignDefault, Some(known))
                    if !(known.is_empty() && expansion.colon) =>
                {
                    text.push_str(known);
                    true
                }
                (ExpansionKind::Default | ExpansionKind::AssignDefault, Some(_)) => expansion
                    .operand()
                    .is_none_or(|operand| operand.expand_into(value, text, depth + 1)),
                _ => false,
            },
            _ => false,
        })
    }
}

/// The names in an arithmetic expression, with or without `$`.
fn arithmetic_names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|ch: char| !(ch.is_ascii_alphanumeric() || ch == '_'));
    words.filter(|word| word.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_'))
}

impl std::fmt::Debug for Word<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.literal() {
            Some(literal) => write!(f, "{literal:?}"),
            None => f.debug_list().entries(self.parts()).finish(),
        }
    }
}

impl Script {
    fn part<'s>(&'s self, part: &PartData) -> Part<'s> {
        match part.kind {
            PartKind::Literal(text) => Part::Literal(self.resolve(text)),
            PartKind::Variable { name, kind, colon, operand } => Part::Variable(Expansion {
                name: self.resolve(name),
                kind,
                colon,
                script: self,
                operand,
            }),
            PartKind::Commands { commands } => {
                Part::Commands(Commands::new(self, commands.start, commands.end))
            }
            PartKind::Process { commands, input } => {
                Part::Process { commands: Commands::new(self, commands.start, commands.end), input }
            }
            PartKind::Arithmetic { text } => Part::Arithmetic(self.resolve(text)),
        }
    }
}
