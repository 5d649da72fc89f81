use std::borrow::Cow;
use std::ops::Range;

use super::{Heredoc, Logical};
use crate::text::Span;

/// The instructions that BuildKit knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// A word that is no instruction.
    Unknown,
}

impl Keyword {
    /// All instructions, sorted by name.
    pub const ALL: [Keyword; 18] = [
        Keyword::Add,
        Keyword::Arg,
        Keyword::Cmd,
        Keyword::Copy,
        Keyword::Entrypoint,
        Keyword::Env,
        Keyword::Expose,
        Keyword::From,
        Keyword::Healthcheck,
        Keyword::Label,
        Keyword::Maintainer,
        Keyword::Onbuild,
        Keyword::Run,
        Keyword::Shell,
        Keyword::Stopsignal,
        Keyword::User,
        Keyword::Volume,
        Keyword::Workdir,
    ];

    /// The name in capitals; empty for [`Keyword::Unknown`].
    pub const fn as_str(self) -> &'static str {
        match self {
            Keyword::Add => "ADD",
            Keyword::Arg => "ARG",
            Keyword::Cmd => "CMD",
            Keyword::Copy => "COPY",
            Keyword::Entrypoint => "ENTRYPOINT",
            Keyword::Env => "ENV",
            Keyword::Expose => "EXPOSE",
            Keyword::From => "FROM",
            Keyword::Healthcheck => "HEALTHCHECK",
            Keyword::Label => "LABEL",
            Keyword::Maintainer => "MAINTAINER",
            Keyword::Onbuild => "ONBUILD",
            Keyword::Run => "RUN",
            Keyword::Shell => "SHELL",
            Keyword::Stopsignal => "STOPSIGNAL",
            Keyword::User => "USER",
            Keyword::Volume => "VOLUME",
            Keyword::Workdir => "WORKDIR",
            Keyword::Unknown => "",
        }
    }

    /// The instruction of this name, in any case.
    pub fn from_name(name: &str) -> Self {
        let named = |keyword: &Keyword| keyword.as_str().eq_ignore_ascii_case(name);
        Self::ALL.into_iter().find(named).unwrap_or(Keyword::Unknown)
    }
}

/// A part of an instruction's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// The text as the builder reads it: continued lines joined. Quotes and escapes stand in it,
    /// but for flags and JSON strings, whose text is the value.
    pub text: Cow<'a, str>,
    /// Where it stands in the file; continuations and comments within it lie inside the span.
    pub span: Span,
    /// Where it starts in [`Instruction::logical`].
    pub at: u32,
}

/// A builder flag: `--name` or `--name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag<'a> {
    /// The name without the dashes.
    pub name: Word<'a>,
    /// The value; empty for `--name=`, nothing for a bare `--name`.
    pub value: Option<Word<'a>>,
    /// The whole flag.
    pub span: Span,
}

/// A key with its value, of `ENV`, `LABEL` and `ARG`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The key as written, quotes included.
    pub key: Word<'a>,
    /// The value as written, quotes included; nothing for an `ARG` without a default.
    pub value: Option<Word<'a>>,
    /// Both.
    pub span: Span,
}

/// What stands behind the keyword and the flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arguments<'a> {
    /// Nothing.
    Missing,
    /// Words that blanks part: `FROM`, `EXPOSE`, unknown instructions; `ADD`, `COPY`, `VOLUME`
    /// that are not in JSON form.
    Words(Vec<Word<'a>>),
    /// The JSON (exec) form of `RUN`, `CMD`, `ENTRYPOINT`, `SHELL`, `ADD`, `COPY`, `VOLUME`; the
    /// spans include the quotes.
    Exec(Vec<Word<'a>>),
    /// The shell form of `RUN`, `CMD`, `ENTRYPOINT`; a `SHELL` that is no JSON.
    Shell(Word<'a>),
    /// `ENV`, `LABEL`, `ARG`.
    Pairs {
        /// The pairs.
        pairs: Vec<Pair<'a>>,
        /// Whether it is the form `KEY value`, with a blank instead of `=`.
        legacy: bool,
    },
    /// The one argument of `MAINTAINER`, `STOPSIGNAL`, `USER`, `WORKDIR`; may hold blanks.
    Text(Word<'a>),
    /// `HEALTHCHECK`.
    Healthcheck {
        /// `NONE` or `CMD`.
        kind: Word<'a>,
        /// What is behind it: [`Arguments::Exec`], [`Arguments::Shell`] or nothing.
        command: Box<Arguments<'a>>,
    },
    /// The trigger of an `ONBUILD`.
    Trigger(Box<Instruction<'a>>),
}

/// The parts of `FROM image [AS name]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FromParts<'i, 'a> {
    /// The image or stage.
    pub image: &'i Word<'a>,
    /// The word `AS`, in any case.
    pub as_word: Option<&'i Word<'a>>,
    /// The stage name.
    pub name: Option<&'i Word<'a>>,
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction<'a> {
    /// Which one.
    pub keyword: Keyword,
    /// The keyword as written.
    pub name: Word<'a>,
    /// From the keyword to the last byte, heredocs with their terminators included; without the
    /// final line break.
    pub span: Span,
    /// From the keyword to the end of the last of its lines in front of any heredoc body.
    pub head: Span,
    /// The instruction with its continued lines joined, without heredoc bodies.
    pub logical: Logical<'a>,
    /// The builder flags.
    pub flags: Vec<Flag<'a>>,
    /// What is behind keyword and flags, as a range of [`Instruction::logical`].
    pub rest: Range<u32>,
    /// The arguments.
    pub arguments: Arguments<'a>,
    /// The heredocs in the order of their bodies. Those of an `ONBUILD` stand at its trigger.
    pub heredocs: Vec<Heredoc<'a>>,
    /// Which of [`super::Tree::comments`] are attached to it.
    pub comments: Range<u32>,
    /// The blank lines within its continuations.
    pub blank_lines: Vec<Span>,
}

impl<'a> Instruction<'a> {
    /// The flag of this name, the last one if it is repeated.
    pub fn flag(&self, name: &str) -> Option<&Flag<'a>> {
        self.flags.iter().rev().find(|flag| flag.name.text == name)
    }

    /// The value of the flag of this name.
    pub fn flag_value(&self, name: &str) -> Option<&Word<'a>> {
        self.flag(name)?.value.as_ref()
    }

    /// Everything behind keyword and flags.
    pub fn rest_text(&self) -> &str {
        let range = self.rest.start as usize..self.rest.end as usize;
        self.logical.text.get(range).unwrap_or("")
    }

    /// Where everything behind keyword and flags stands.
    pub fn rest_span(&self) -> Span {
        self.logical.map.span(self.rest.clone())
    }

    /// The words of a list, in JSON form or not; empty for other kinds of arguments.
    pub fn words(&self) -> &[Word<'a>] {
        match &self.arguments {
            Arguments::Words(words) | Arguments::Exec(words) => words,
            _ => &[],
        }
    }

    /// The pairs of `ENV`, `LABEL`, `ARG`; empty for others.
    pub fn pairs(&self) -> &[Pair<'a>] {
        match &self.arguments {
            Arguments::Pairs { pairs, .. } => pairs,
            _ => &[],
        }
    }

    /// The one argument of `USER`, `WORKDIR`, `STOPSIGNAL`, `MAINTAINER`.
    pub fn value(&self) -> Option<&Word<'a>> {
        match &self.arguments {
            Arguments::Text(word) => Some(word),
            _ => None,
        }
    }

    /// The words of the JSON form.
    pub fn exec(&self) -> Option<&[Word<'a>]> {
        match &self.arguments {
            Arguments::Exec(words) => Some(words),
            Arguments::Healthcheck { command, .. } => match command.as_ref() {
                Arguments::Exec(words) => Some(words),
                _ => None,
            },
            _ => None,
        }
    }

    /// The command line of the shell form, also of a `HEALTHCHECK CMD`.
    pub fn shell(&self) -> Option<&Word<'a>> {
        match &self.arguments {
            Arguments::Shell(word) => Some(word),
            Arguments::Healthcheck { command, .. } => match command.as_ref() {
                Arguments::Shell(word) => Some(word),
                _ => None,
            },
            _ => None,
        }
    }

    /// The instruction that an `ONBUILD` triggers.
    pub fn trigger(&self) -> Option<&Instruction<'a>> {
        match &self.arguments {
            Arguments::Trigger(inner) => Some(inner),
            _ => None,
        }
    }

    /// The parts of a `FROM` with one or three words; of any other number the first counts.
    pub fn from_parts(&self) -> Option<FromParts<'_, 'a>> {
        if self.keyword != Keyword::From {
            return None;
        }
        let words = self.words();
        let (as_word, name) = match words {
            [_, as_word, name, ..] if as_word.text.eq_ignore_ascii_case("as") => {
                (Some(as_word), Some(name))
            }
            _ => (None, None),
        };
        Some(FromParts { image: words.first()?, as_word, name })
    }

    /// Whether the instruction has lines of its own beyond the first, heredocs aside.
    pub fn is_continued(&self) -> bool {
        matches!(self.logical.text, Cow::Owned(_)) || !self.blank_lines.is_empty()
    }
}
