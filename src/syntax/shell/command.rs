use super::Script;
use super::tree::{AssignmentData, CommandData, NONE, RedirectionData};
use super::word::{Commands, Word};
use crate::text::Span;

/// A simple command: a name with arguments, assignments alone, `[[ ... ]]` (named `[[`) or
/// `(( ... ))` (named `((`).
#[derive(Clone, Copy)]
pub struct Command<'s> {
    pub(super) script: &'s Script,
    pub(super) index: u32,
}

/// `NAME=value` before a command, alone, or as an operand of `export` and its like.
#[derive(Clone, Copy)]
pub struct Assignment<'s> {
    script: &'s Script,
    data: &'s AssignmentData,
}

/// `> file`, `2>&1`, `<<EOF` ...
#[derive(Clone, Copy)]
pub struct Redirection<'s> {
    script: &'s Script,
    data: &'s RedirectionData,
}

/// What a redirection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectionKind {
    /// `>` and `>|`
    Output,
    /// `>>`
    Append,
    /// `<`
    Input,
    /// `<>`
    ReadWrite,
    /// `<<`, `<<-`
    Heredoc,
    /// `<<<`
    HereString,
    /// `>&`
    DuplicateOutput,
    /// `<&`
    DuplicateInput,
    /// `&>`: both standard output and standard error
    OutputBoth,
    /// `&>>`: both, behind what the file holds already
    AppendBoth,
}

impl<'s> Command<'s> {
    pub(super) fn data(self) -> &'s CommandData {
        &self.script.tree.commands[self.index as usize]
    }

    /// The script it belongs to.
    pub const fn script(self) -> &'s Script {
        self.script
    }

    /// Its number among the script's commands, in the order in which they are written.
    pub const fn index(self) -> usize {
        self.index as usize
    }

    /// Where it stands, from its first word or assignment to its last word; redirections are not
    /// part of it.
    pub fn span(self) -> Span {
        self.data().span
    }

    /// The command as it is written.
    pub fn source_text(self) -> &'s str {
        self.script.slice(self.span())
    }

    /// The first word, if it is literal.
    pub fn name(self) -> Option<&'s str> {
        self.words().next()?.literal()
    }

    /// Whether the first word is literally `name`, or a path that ends in it.
    pub fn is(self, name: &str) -> bool {
        self.name().is_some_and(|own| {
            own.strip_suffix(name).is_some_and(|path| path.is_empty() || path.ends_with('/'))
        })
    }

    /// All its words, the name first; none if it only assigns.
    pub fn words(self) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator {
        let script = self.script;
        self.data().words.usize().map(move |index| Word { script, index: index as u32 })
    }

    /// All its words, with variables filled in where their values are known: one word may have
    /// become several or none. What is not known stays as it is written.
    pub fn filled_words(self) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator {
        let script = self.script;
        self.data().filled.usize().map(move |index| Word { script, index: index as u32 })
    }

    /// The words behind the name.
    pub fn arguments(self) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator {
        self.words().skip(1)
    }

    /// Its assignments: those before the name, or all if there is no name, and those that are
    /// operands of `export`, `local`, `declare`, `readonly`, `typeset`.
    pub fn assignments(self) -> impl ExactSizeIterator<Item = Assignment<'s>> {
        let script = self.script;
        let all = &script.tree.assignments[self.data().assignments.usize()];
        all.iter().map(move |data| Assignment { script, data })
    }

    /// Its redirections.
    pub fn redirections(self) -> impl ExactSizeIterator<Item = Redirection<'s>> {
        let script = self.script;
        let all = &script.tree.redirections[self.data().redirections.usize()];
        all.iter().map(move |data| Redirection { script, data })
    }

    /// The commands inside this one: substitutions in its words, and the script of `sh -c`.
    pub fn inner(self) -> Commands<'s> {
        Commands::new(self.script, self.index + 1, self.data().end)
    }
}

impl std::fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.assignments()).entries(self.words()).finish()?;
        self.redirections().try_for_each(|redirection| write!(f, " {redirection:?}"))
    }
}

impl<'s> Assignment<'s> {
    /// Where it stands.
    pub fn span(self) -> Span {
        self.data.span
    }

    /// The variable's name.
    pub fn name(self) -> &'s str {
        self.script.resolve(self.data.name)
    }

    /// The value, if it is one word and not an array; nothing for `X=`.
    pub fn value(self) -> Option<Word<'s>> {
        if self.data.array { None } else { self.values().next() }
    }

    /// The value's words: one, none for `X=`, or the elements of an array.
    pub fn values(self) -> impl Iterator<Item = Word<'s>> {
        let script = self.script;
        self.data.values.usize().map(move |index| Word { script, index: index as u32 })
    }

    /// Whether it is an array: `X=(a b)`.
    pub fn is_array(self) -> bool {
        self.data.array
    }

    /// Whether it appends: `X+=value`.
    pub fn appends(self) -> bool {
        self.data.append
    }

    /// Whether it is an operand of `export`, `local`, `declare` ..., whose own status hides that
    /// of a substitution in the value.
    pub fn is_declared(self) -> bool {
        self.data.declared
    }
}

impl std::fmt::Debug for Assignment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}=", self.name())?;
        self.values().try_for_each(|value| write!(f, "{value:?}"))
    }
}

impl<'s> Redirection<'s> {
    /// Where it stands.
    pub fn span(self) -> Span {
        self.data.span
    }

    /// What it does.
    pub fn kind(self) -> RedirectionKind {
        self.data.kind
    }

    /// The file descriptor: the written one, else 0 for input and 1 for output.
    pub fn fd(self) -> u32 {
        self.data.fd.unwrap_or(match self.data.kind {
            RedirectionKind::Input
            | RedirectionKind::ReadWrite
            | RedirectionKind::Heredoc
            | RedirectionKind::HereString
            | RedirectionKind::DuplicateInput => 0,
            _ => 1,
        })
    }

    /// Whether standard output goes into the file.
    pub fn takes_output(self) -> bool {
        match self.kind() {
            RedirectionKind::Output | RedirectionKind::Append => self.fd() == 1,
            RedirectionKind::OutputBoth | RedirectionKind::AppendBoth => true,
            _ => false,
        }
    }

    /// The file, the other descriptor, the here string, or a heredoc's delimiter.
    pub fn target(self) -> Option<Word<'s>> {
        let index = self.data.target;
        (index != NONE).then_some(Word { script: self.script, index })
    }

    /// A heredoc's body.
    pub fn heredoc(self) -> Option<Word<'s>> {
        let index = self.data.body;
        (index != NONE).then_some(Word { script: self.script, index })
    }
}

impl std::fmt::Debug for Redirection<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:?} {:?}", self.fd(), self.kind(), self.target())
    }
}
