//! The arena in which a script's tree is kept. Ranges are indices into the vectors of [`Tree`].

use crate::text::Span;

/// No index.
pub(super) const NONE: u32 = u32::MAX;

/// A range of indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Range {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Range {
    pub(super) const fn usize(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text: a piece of the script's text, or of what was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextRef {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) decoded: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    pub(super) decoded: String,
    pub(super) commands: Vec<CommandData>,
    pub(super) words: Vec<WordData>,
    pub(super) parts: Vec<PartData>,
    pub(super) assignments: Vec<AssignmentData>,
    pub(super) redirections: Vec<RedirectionData>,
    pub(super) frames: Vec<Frame>,
    pub(super) loops: Vec<LoopData>,
    pub(super) functions: Vec<FunctionData>,
    pub(super) comments: Vec<Span>,
    /// The commands that are `set`.
    pub(super) sets: Vec<u32>,
}

impl Tree {
    /// Makes room for what a script of so many bytes mostly holds, unless it is a very long one.
    pub(super) fn reserve(&mut self, bytes: usize) {
        let bytes = bytes.min(1 << 16);
        self.commands.reserve(bytes / 32 + 1);
        self.words.reserve(bytes / 8 + 1);
        self.parts.reserve(bytes / 8 + 1);
    }

    /// Gives back what its lists do not need: there are as many trees as jobs, and all stay.
    pub(super) fn shrink_to_fit(&mut self) {
        self.commands.shrink_to_fit();
        self.words.shrink_to_fit();
        self.parts.shrink_to_fit();
        self.frames.shrink_to_fit();
    }
}

impl Tree {
    /// Keeps a text that stands nowhere in the script as it is.
    pub(super) fn decode(&mut self, text: &str) -> TextRef {
        let start = self.decoded.len();
        self.decoded.push_str(text);
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        TextRef { start: clamp(start), end: clamp(self.decoded.len()), decoded: true }
    }
}

#[derive(Debug, Clone)]
pub(super) struct CommandData {
    pub(super) span: Span,
    pub(super) frame: u32,
    pub(super) words: Range,
    /// The words with variables filled in; the same range where there is nothing to fill in.
    pub(super) filled: Range,
    pub(super) assignments: Range,
    pub(super) redirections: Range,
    /// What it runs, once the whole script is read.
    pub(super) invoked: Option<Invoked>,
    /// The commands that stand inside this one (substitutions, `sh -c`): those behind it up to here.
    pub(super) end: u32,
}

/// Behind which wrappers the words of a command go on with what it really runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invoked {
    /// The number of the word that is its name.
    pub(super) name: u32,
    /// The wrappers, a bit for each.
    pub(super) wrappers: u8,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct WordData {
    pub(super) span: Span,
    pub(super) parts: Range,
    pub(super) literal: Option<TextRef>,
    pub(super) braces: bool,
    /// The word as it is written, if this is what its variables make of it; or [`NONE`].
    pub(super) written: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct PartData {
    pub(super) span: Span,
    pub(super) quoted: bool,
    pub(super) kind: PartKind,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum PartKind {
    Literal(TextRef),
    Variable {
        name: TextRef,
        kind: super::ExpansionKind,
        colon: bool,
        /// Index of a word, or [`NONE`].
        operand: u32,
    },
    Commands {
        commands: Range,
    },
    Process {
        commands: Range,
        input: bool,
    },
    /// The expression's text.
    Arithmetic {
        text: TextRef,
    },
}

#[derive(Debug, Clone, Copy)]
pub(super) struct AssignmentData {
    pub(super) span: Span,
    pub(super) name: TextRef,
    pub(super) append: bool,
    pub(super) declared: bool,
    pub(super) array: bool,
    pub(super) values: Range,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct RedirectionData {
    pub(super) span: Span,
    pub(super) kind: super::RedirectionKind,
    pub(super) fd: Option<u32>,
    /// Index of the target's word: the path, the descriptor, the heredoc's delimiter.
    pub(super) target: u32,
    /// Index of the word that is the heredoc's body, or [`NONE`].
    pub(super) body: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) parent: u32,
    pub(super) span: Span,
    pub(super) commands: Range,
    pub(super) role: RoleData,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum RoleData {
    Script,
    /// `dead` if a statement before it leaves the list.
    Item {
        index: u32,
        len: u32,
        dead: bool,
    },
    Background,
    Negated,
    Left(super::Connector),
    Right(super::Connector),
    Stage {
        index: u32,
        len: u32,
    },
    Condition(super::Construct),
    Branch,
    Otherwise,
    LoopBody(u32),
    CaseArm,
    Function(u32),
    Group,
    Subshell,
    Substitution {
        command: u32,
        place: super::SubstitutionPlace,
    },
    Nested {
        command: u32,
    },
}

#[derive(Debug, Clone, Copy)]
pub(super) struct LoopData {
    pub(super) construct: super::Construct,
    pub(super) span: Span,
    pub(super) variable: Option<TextRef>,
    /// Words of `for ... in`, or the one word of an arithmetic header.
    pub(super) words: Range,
    pub(super) arithmetic: bool,
    /// The frames of condition and body.
    pub(super) condition: u32,
    pub(super) body: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct FunctionData {
    pub(super) name: TextRef,
    pub(super) span: Span,
    pub(super) commands: Range,
    /// The frame of the body.
    pub(super) frame: u32,
}
