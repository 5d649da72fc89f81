use crate::text::Span;

/// Why BuildKit refuses a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What sort of fault it is.
    pub kind: ErrorKind,
    /// Where.
    pub span: Span,
    /// What is wrong and what would be right, one sentence without a final full stop.
    pub message: String,
}

/// The sorts of faults, as a person would look them up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ErrorKind {
    /// A parser directive is repeated or has a value that it cannot have.
    Directive,
    /// The word at the start of an instruction is none that BuildKit knows.
    UnknownInstruction,
    /// A line of 65,536 bytes or more.
    LineLength,
    /// A flag is unknown, repeated, or has a value that it cannot have.
    Flag,
    /// An option of `RUN --mount` is unknown or does not go with the type of the mount.
    Mount,
    /// Too few or too many arguments, a blank name, a form that the instruction does not take.
    Arguments,
    /// A heredoc without its end, or in a place where none can be.
    Heredoc,
    /// A variable is written in a form that the builder cannot expand.
    Expansion,
    /// An instruction that cannot be a trigger of `ONBUILD`.
    Trigger,
    /// A port, a range or a protocol of `EXPOSE`.
    Port,
    /// No instruction, no `FROM`, or an instruction in front of the first `FROM`.
    NoStage,
    /// The name of a stage.
    StageName,
    /// The image of a `FROM`.
    Reference,
    /// `COPY --from` its own stage.
    OwnStage,
    /// A source of `COPY` or `ADD`, or the stage that it is in.
    Copy,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, span, message: message.into() }
    }
}
