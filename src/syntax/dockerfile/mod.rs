//! Dockerfiles after BuildKit's rules: instructions, flags, heredocs, continuations, with byte spans.
//!
//! [`parse`] reads a file as BuildKit's own parser does, line by line, but never stops: an
//! instruction that cannot be read leaves an [`Error`], and all others are there. What an
//! instruction as such accepts (its flags, how many arguments) is the model's business.

mod directive;
mod error;
mod expand;
mod heredoc;
mod instruction;
mod json;
mod logical;
mod reader;
mod split;
#[cfg(test)]
mod tests;

pub use directive::{CheckDirective, Directive, DirectiveName, Selection};
pub use error::{Error, ErrorKind};
pub use expand::{Expander, Expansion, ExpansionError, Reference, Value};
pub use heredoc::Heredoc;
pub use instruction::{Arguments, Flag, FromParts, Instruction, Keyword, Pair, Word};
pub use logical::{Logical, SourceMap};

use crate::text::Span;

/// A Dockerfile as written. Offsets count bytes of the text that was parsed.
#[derive(Clone, Debug)]
pub struct Tree<'a> {
    /// The text that was parsed.
    pub text: &'a str,
    /// The escape character: a backslash, or a backtick after `# escape=`.
    pub escape: char,
    /// The parser directives at the top of the file.
    pub directives: Vec<Directive<'a>>,
    /// The instructions in file order; a trigger stands inside its `ONBUILD`.
    pub instructions: Vec<Instruction<'a>>,
    /// All comment lines in file order, also those within continued instructions; no directives.
    pub comments: Vec<Comment<'a>>,
    /// What could not be read.
    pub errors: Vec<Error>,
}

impl<'a> Tree<'a> {
    /// The comments above an instruction, as BuildKit attaches them: blank lines do not part
    /// them from it, a bare `#` line does.
    pub fn comments_of(&self, instruction: &Instruction<'a>) -> &[Comment<'a>] {
        let range = instruction.comments.start as usize..instruction.comments.end as usize;
        self.comments.get(range).unwrap_or(&[])
    }

    /// The directive of this name, the first one if it is repeated.
    pub fn directive(&self, name: DirectiveName) -> Option<&Directive<'a>> {
        self.directives.iter().find(|directive| directive.name == name)
    }
}

/// A comment line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    /// From `#` to the end of the line.
    pub span: Span,
    /// The text behind `#`, trimmed.
    pub text: &'a str,
    /// Whether it stands between the lines of a continued instruction.
    pub inside: bool,
}

/// Reads a Dockerfile. A byte order mark at the start is skipped.
pub fn parse(text: &str) -> Tree<'_> {
    reader::read(text)
}
