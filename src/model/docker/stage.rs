use std::ops::Range;

use super::ImageRef;
use crate::text::Span;

/// What a stage starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// `scratch`: nothing.
    Scratch,
    /// An earlier stage, by its position in [`super::Dockerfile::stages`].
    Stage(usize),
    /// An image, its variables expanded.
    Image(String),
    /// It depends on a variable without a known value, or is not valid.
    Unknown,
}

/// One stage: a `FROM` and what follows up to the next.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its position in [`super::Dockerfile::stages`].
    pub index: usize,
    /// Its number as BuildKit counts; nothing for the instructions in front of the first `FROM`,
    /// which BuildKit refuses, and which are a stage of their own here.
    pub number: Option<usize>,
    /// The number of its `FROM` among the instructions.
    pub from: Option<usize>,
    /// Its name in lower case, as BuildKit compares it.
    pub name: Option<String>,
    /// Where the name is written.
    pub name_span: Option<Span>,
    /// What it starts from.
    pub base: Base,
    /// Where the base is written; empty if there is no `FROM`.
    pub base_span: Span,
    /// The base as written, with its variables.
    pub base_text: String,
    /// The global arguments that the base is made with, each with the place of its definition if
    /// it has one.
    pub base_variables: Vec<(String, Option<Span>)>,
    /// The value of `--platform`, expanded; nothing if the flag is absent or the value unknown.
    pub platform: Option<String>,
    /// The numbers of its instructions, without the `FROM`.
    pub instructions: Range<usize>,
}

impl Stage {
    /// The name, or the number, for messages: ``stage `build` `` or `stage 0`.
    pub fn label(&self) -> String {
        match (&self.name, self.number) {
            (Some(name), _) => format!("stage `{name}`"),
            (None, Some(number)) => format!("stage {number}"),
            (None, None) => "the file".to_owned(),
        }
    }
}

/// What a stage starts from in the end, aliases of stages followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectiveBase<'d> {
    /// `scratch`
    Scratch,
    /// An image.
    Image {
        /// The reference, variables expanded.
        text: &'d str,
        /// Its parts.
        image: ImageRef<'d>,
        /// The stage in whose `FROM` it is written.
        stage: usize,
        /// Where it is written there, with its variables.
        span: Span,
    },
    /// It cannot be told from the file.
    Unknown,
}

/// What `--from` of `COPY` and `from=` of a mount name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageRef {
    /// A stage in front of the instruction's own.
    Earlier(usize),
    /// The instruction's own stage.
    Same(usize),
    /// A stage behind it, which cannot be copied from.
    Later(usize),
    /// A number that no stage has.
    NoSuchNumber(i64),
    /// No stage, but a context that a build gives by this name.
    Context,
    /// No stage: an image, or a context that is not known.
    Other,
}

impl StageRef {
    /// A reference from `stage` to the one at this position.
    pub(super) const fn to(stage: &Stage, index: usize) -> Self {
        if index < stage.index {
            Self::Earlier(index)
        } else if index == stage.index {
            Self::Same(index)
        } else {
            Self::Later(index)
        }
    }
}
