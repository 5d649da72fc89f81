//! What variables an instruction sees.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::syntax::dockerfile::Value;
use crate::text::Span;

/// The platform arguments: known to `FROM`, and in a stage after a bare `ARG`.
pub const PLATFORM_ARGS: [&str; 11] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
];

/// Above so many stages on one another a variable counts as unknown.
const MAX_PARENTS: usize = 1_000;

/// Which instruction defines a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefinitionKind {
    /// `ARG`
    Arg,
    /// `ENV`
    Env,
}

/// The definition of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// By `ARG` or `ENV`.
    pub kind: DefinitionKind,
    /// The expanded value. `ARG name` without a default has none; whether it gets one is decided
    /// at the build.
    pub value: Known,
    /// The number of the instruction.
    pub instruction: usize,
    /// The pair `name=value`.
    pub span: Span,
}

/// A value, as far as the files tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is this.
    Text(String),
    /// `ARG name` without a default.
    Open,
    /// It depends on something that the files do not tell.
    Unknown,
}

impl Known {
    /// The text, if it is known.
    pub fn text(&self) -> Option<&str> {
        match self {
            Known::Text(text) => Some(text),
            Known::Open | Known::Unknown => None,
        }
    }
}

/// The variables of a stage, or the global ones, in the order of their definition.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    definitions: Vec<Definition>,
    // For each name its definitions in order, each with the one that counts from there on: itself, or
    // the last one with a value.
    by_name: FxHashMap<String, Vec<(u32, u32)>>,
    names: Vec<String>,
    /// The stage whose variables it takes over.
    parent: Option<usize>,
    /// What holds for a variable that is defined nowhere.
    outside: Outside,
}

/// What is known of the variables that a base brings along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Outside {
    /// None, or only `PATH`.
    OnlyPath,
    /// Nothing is known.
    #[default]
    Unknown,
}

impl Scope {
    pub(super) fn new(parent: Option<usize>, outside: Outside) -> Self {
        Self { parent, outside, ..Self::default() }
    }

    pub(super) fn define(&mut self, definition: Definition) {
        let number = u32::try_from(self.definitions.len()).unwrap_or(u32::MAX);
        let same = self.by_name.entry(definition.name.clone()).or_default();
        if same.is_empty() {
            self.names.push(definition.name.clone());
        }
        let counts = match same.last() {
            Some((_, before)) if definition.value == Known::Open => *before,
            _ => number,
        };
        same.push((number, counts));
        self.definitions.push(definition);
    }

    /// All definitions in order.
    pub fn definitions(&self) -> &[Definition] {
        &self.definitions
    }

    /// The names that are defined, each once, in the order of their first definition.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The last definition of `name` in front of the instruction `before` with a value; if there
    /// is none with a value, the last one.
    pub fn definition(&self, name: &str, before: usize) -> Option<&Definition> {
        let same = self.by_name.get(name)?;
        let at = |number: u32| self.definitions.get(number as usize);
        let earlier =
            same.partition_point(|(own, _)| at(*own).is_some_and(|it| it.instruction < before));
        let (_, counts) = same.get(earlier.checked_sub(1)?)?;
        at(*counts)
    }
}

/// All scopes of a file.
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    /// The `ARG`s in front of the first `FROM`.
    pub global: Scope,
    /// One for each stage.
    pub stages: Vec<Scope>,
}

impl Scopes {
    /// The definition of `name` that the instruction `before` of `stage` sees, also from the
    /// stages that it is based on.
    pub fn definition(&self, stage: usize, name: &str, before: usize) -> Option<&Definition> {
        let mut before = before;
        let mut stage = stage;
        let mut open = None;
        for _ in 0..MAX_PARENTS {
            let scope = self.stages.get(stage)?;
            match scope.definition(name, before) {
                Some(found) if found.value != Known::Open => return Some(found),
                Some(found) => open = open.or(Some(found)),
                None => {}
            }
            before = usize::MAX;
            match scope.parent {
                Some(parent) => stage = parent,
                None => return open,
            }
        }
        open
    }

    /// What is known of `name` at the instruction `before` of `stage`.
    pub fn value(&self, stage: usize, name: &str, before: usize) -> Value<'_> {
        match self.definition(stage, name, before).map(|it| &it.value) {
            Some(Known::Text(text)) => Value::Set(Cow::Borrowed(text)),
            Some(Known::Open | Known::Unknown) => Value::Unknown,
            None if self.outside(stage) == Outside::OnlyPath && name != "PATH" => Value::Unset,
            None => Value::Unknown,
        }
    }

    /// What is known of `name` in a `FROM`.
    pub fn global_value(&self, name: &str) -> Value<'_> {
        match self.global.definition(name, usize::MAX).map(|it| &it.value) {
            Some(Known::Text(text)) => Value::Set(Cow::Borrowed(text)),
            Some(Known::Open | Known::Unknown) => Value::Unknown,
            None if PLATFORM_ARGS.contains(&name) => Value::Unknown,
            None => Value::Unset,
        }
    }

    fn outside(&self, stage: usize) -> Outside {
        let mut stage = stage;
        for _ in 0..MAX_PARENTS {
            let Some(scope) = self.stages.get(stage) else { break };
            match scope.parent {
                Some(parent) => stage = parent,
                None => return scope.outside,
            }
        }
        Outside::Unknown
    }
}
