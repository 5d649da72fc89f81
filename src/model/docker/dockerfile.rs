use rustc_hash::FxHashMap;

use super::{
    Base, EffectiveBase, IgnoreFile, ImageRef, Pragma, Run, Scopes, Shell, Stage, StageRef,
};
use crate::syntax::dockerfile::{
    Comment, Directive, DirectiveName, Error, ErrorKind, Expander, Expansion, ExpansionError,
    Instruction, Keyword, Tree, Word,
};
use crate::text::{Location, Source, Span};

/// What is known of the build from outside the file.
#[derive(Clone, Debug, Default)]
pub struct Build<'p> {
    /// The build arguments; nothing as a value for one whose value is not known.
    pub args: Vec<(String, Option<String>)>,
    /// The build context, a folder below the root; nothing if it is not known.
    pub context: Option<String>,
    /// The ignore file of the build context.
    pub ignore_file: Option<&'p Source>,
    /// The names of further contexts.
    pub named_contexts: Vec<String>,
    /// Whether there may be more contexts than those.
    pub has_unknown_contexts: bool,
    /// The settings of the build checks that a build argument gives (`BUILDKIT_DOCKERFILE_CHECK`),
    /// with its place. They stand in for the directive of the file.
    pub checks: Option<(String, Location)>,
}

/// A Dockerfile and what it means.
#[derive(Debug)]
pub struct Dockerfile<'p> {
    /// Its text.
    pub source: &'p Source,
    /// Its tree. Offsets are those of [`Dockerfile::source`].
    pub tree: Tree<'p>,
    /// The stages in file order. Instructions in front of the first `FROM` other than `ARG`
    /// make a stage too, one without a [`Stage::number`].
    pub stages: Vec<Stage>,
    /// The scripts of `RUN`, in file order.
    pub runs: Vec<Run<'p>>,
    /// What variables hold.
    pub scopes: Scopes,
    /// Why BuildKit refuses the file, in file order.
    pub errors: Vec<Error>,
    /// The comments that other tools take as settings.
    pub pragmas: Vec<Pragma<'p>>,
    /// The build context, a folder below the root (empty for the root itself); nothing if it is not
    /// known.
    pub context: Option<String>,
    /// The names of further contexts, in lower case.
    pub named_contexts: Vec<String>,
    /// Whether there may be more contexts than those.
    pub has_unknown_contexts: bool,
    /// The ignore file of the build context, if it was given.
    pub ignore: Option<IgnoreFile<'p>>,
    pub(super) shells: Vec<Shell<'p>>,
    pub(super) states: Vec<State>,
    // The positions of the stages of each name.
    pub(super) named: FxHashMap<String, Vec<usize>>,
}

/// What holds in front of an instruction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The position of the stage; nothing for an `ARG` in front of the first `FROM`. A `FROM`
    /// belongs to the stage that it starts.
    pub stage: Option<usize>,
    /// The number of the `USER` instruction that holds, also from a stage that this one is based on.
    pub user: Option<usize>,
    /// The number of the `WORKDIR` instruction that holds, likewise.
    pub workdir: Option<usize>,
    pub(super) shell: usize,
}

/// An instruction with its place.
#[derive(Clone, Copy, Debug)]
pub struct Step<'d, 'p> {
    /// The number of the instruction; of the `ONBUILD`, if it is a trigger.
    pub index: usize,
    /// Its stage; nothing for an `ARG` in front of the first `FROM`.
    pub stage: Option<&'d Stage>,
    /// The instruction.
    pub instruction: &'d Instruction<'p>,
    /// Whether it stands behind `ONBUILD`.
    pub onbuild: bool,
}

impl<'p> Dockerfile<'p> {
    /// Reads and resolves a file of whose build nothing is known.
    pub fn resolve(source: &'p Source) -> Self {
        super::resolve::resolve(source, &Build::default())
    }

    /// Reads and resolves a file with what is known of its build.
    pub fn resolve_with(source: &'p Source, build: &Build<'p>) -> Self {
        super::resolve::resolve(source, build)
    }

    /// The instructions in file order.
    pub fn instructions(&self) -> &[Instruction<'p>] {
        &self.tree.instructions
    }

    /// The parser directives.
    pub fn directives(&self) -> &[Directive<'p>] {
        &self.tree.directives
    }

    /// Whether `# syntax=` names a frontend that is not Docker's, with a grammar of its own.
    pub fn has_other_frontend(&self) -> bool {
        let syntax = self.tree.directive(DirectiveName::Syntax);
        syntax.is_some_and(|directive| !directive.setting().contains("docker/dockerfile"))
    }

    /// The comment lines, directives aside.
    pub fn comments(&self) -> &[Comment<'p>] {
        &self.tree.comments
    }

    /// A location in the file.
    pub fn at(&self, span: Span) -> Location {
        self.source.at(span)
    }

    /// All instructions with their stage; triggers stay inside their `ONBUILD`.
    pub fn steps(&self) -> impl Iterator<Item = Step<'_, 'p>> {
        (0..self.tree.instructions.len()).filter_map(|index| self.step(index))
    }

    /// The instruction of this number with its stage.
    pub fn step(&self, index: usize) -> Option<Step<'_, 'p>> {
        let instruction = self.tree.instructions.get(index)?;
        let stage = self.state(index).stage.and_then(|stage| self.stages.get(stage));
        Some(Step { index, stage, instruction, onbuild: false })
    }

    /// As [`Dockerfile::steps`], with the trigger in place of its `ONBUILD`.
    pub fn steps_with_triggers(&self) -> impl Iterator<Item = Step<'_, 'p>> {
        self.steps().map(|step| match step.instruction.trigger() {
            Some(instruction) => Step { instruction, onbuild: true, ..step },
            None => step,
        })
    }

    /// The steps of one stage without its `FROM`.
    pub fn steps_of(&self, stage: &Stage) -> impl Iterator<Item = Step<'_, 'p>> {
        stage.instructions.clone().filter_map(|index| self.step(index))
    }

    /// All instructions of this keyword, triggers aside.
    pub fn all(&self, keyword: Keyword) -> impl Iterator<Item = Step<'_, 'p>> {
        self.steps().filter(move |step| step.instruction.keyword == keyword)
    }

    /// The errors of one kind.
    pub fn errors_of(&self, kind: ErrorKind) -> impl Iterator<Item = &Error> {
        self.errors.iter().filter(move |error| error.kind == kind)
    }

    /// The instruction that covers a place of the file.
    pub fn step_at(&self, offset: u32) -> Option<Step<'_, 'p>> {
        let after = self.tree.instructions.partition_point(|it| it.span.start <= offset);
        self.step(after.checked_sub(1)?)
    }

    /// What holds in front of an instruction.
    pub fn state(&self, instruction: usize) -> State {
        self.states.get(instruction).copied().unwrap_or_default()
    }

    /// What holds at the end of a stage.
    pub fn final_state(&self, stage: &Stage) -> State {
        let last = stage.instructions.clone().next_back().or(stage.from);
        let Some(last) = last else { return State::default() };
        let mut state = self.state(last);
        if let Some(instruction) = self.tree.instructions.get(last) {
            match instruction.keyword {
                Keyword::User => state.user = Some(last),
                Keyword::Workdir => state.workdir = Some(last),
                _ => {}
            }
        }
        state
    }

    /// The shell that runs the shell form at an instruction.
    pub fn shell(&self, instruction: usize) -> Option<&Shell<'p>> {
        self.shells.get(self.state(instruction).shell)
    }

    /// The scripts of one instruction's `RUN`; at most one.
    pub fn run_of(&self, instruction: usize) -> Option<&Run<'p>> {
        let at = self.runs.binary_search_by_key(&instruction, |run| run.instruction).ok()?;
        self.runs.get(at)
    }

    /// Expands a text of an instruction as the builder does. `FROM` sees the global arguments.
    ///
    /// # Errors
    /// Fails where the builder does.
    pub fn expand(&self, instruction: usize, text: &str) -> Result<Expansion, ExpansionError> {
        let expander = Expander::new(self.tree.escape);
        let is_from =
            self.tree.instructions.get(instruction).is_some_and(|it| it.keyword == Keyword::From);
        match self.state(instruction).stage {
            Some(stage) if !is_from => {
                expander.expand(text, |name| self.scopes.value(stage, name, instruction))
            }
            _ => expander.expand(text, |name| self.scopes.global_value(name)),
        }
    }

    /// As [`Dockerfile::expand`], for a word of the instruction. The arguments of one `ARG` see
    /// those in front of them.
    ///
    /// # Errors
    /// Fails where the builder does.
    pub fn expand_word(
        &self,
        step: Step<'_, 'p>,
        word: &Word<'p>,
    ) -> Result<Expansion, ExpansionError> {
        let Some(stage) = step.stage.filter(|_| step.instruction.keyword == Keyword::Arg) else {
            return self.expand(step.index, &word.text);
        };
        let before = |name: &str| {
            let mut pairs = step.instruction.pairs().iter();
            pairs.any(|pair| pair.key.text == name && pair.span.end <= word.span.start)
        };
        Expander::new(self.tree.escape).expand(&word.text, |name| {
            let until = step.index + usize::from(before(name));
            self.scopes.value(stage.index, name, until)
        })
    }

    /// The value of a text of an instruction, if it can be told.
    pub fn value(&self, instruction: usize, text: &str) -> Option<String> {
        let expansion = self.expand(instruction, text).ok()?;
        (!expansion.unknown).then_some(expansion.text)
    }

    /// What a stage starts from in the end.
    pub fn effective_base(&self, stage: &Stage) -> EffectiveBase<'_> {
        let mut index = stage.index;
        // Each step leads to an earlier stage.
        while let Some(stage) = self.stages.get(index) {
            match &stage.base {
                Base::Scratch => return EffectiveBase::Scratch,
                Base::Unknown => return EffectiveBase::Unknown,
                Base::Stage(earlier) if *earlier < index => index = *earlier,
                Base::Stage(_) => return EffectiveBase::Unknown,
                Base::Image(text) => {
                    let image = ImageRef::split(text);
                    return EffectiveBase::Image {
                        text,
                        image,
                        stage: index,
                        span: stage.base_span,
                    };
                }
            }
        }
        EffectiveBase::Unknown
    }

    /// The stage and those that it is based on, the nearest first.
    pub fn ancestry(&self, stage: &Stage) -> impl Iterator<Item = &Stage> {
        std::iter::successors(self.stages.get(stage.index), |stage| match stage.base {
            Base::Stage(earlier) if earlier < stage.index => self.stages.get(earlier),
            _ => None,
        })
    }

    /// The last stage: what a build without `--target` gives.
    pub fn final_stage(&self) -> Option<&Stage> {
        self.stages.last()
    }

    /// The stage that `--target` names, in any case or by its number.
    pub fn target(&self, name: &str) -> Option<&Stage> {
        let lower = name.to_lowercase();
        let named = self.stages.iter().rev().find(|it| it.name.as_deref() == Some(&lower));
        named.or_else(|| {
            let number: usize = name.parse().ok()?;
            self.stages.iter().find(|stage| stage.number == Some(number))
        })
    }

    /// What `--from=` or `from=` at a stage names. Names are compared in any case; of several
    /// stages of one name the stage itself counts, then the nearest earlier one.
    pub fn stage_ref(&self, stage: &Stage, name: &str) -> StageRef {
        if let Some(named) = self.named.get(&name.to_lowercase()) {
            let after = named.partition_point(|other| *other <= stage.index);
            let one = after.checked_sub(1).and_then(|last| named.get(last)).or(named.first());
            return one.map_or(StageRef::Other, |one| StageRef::to(stage, *one));
        }
        let Some(number) = go_integer(name) else { return self.context_ref(name) };
        // Only the first stage may be one without a number.
        let first = self.stages.iter().position(|it| it.number.is_some());
        let index = first
            .zip(usize::try_from(number).ok())
            .map(|(first, number)| first.saturating_add(number));
        match index.filter(|index| *index < self.stages.len()) {
            Some(index) => StageRef::to(stage, index),
            None => StageRef::NoSuchNumber(number),
        }
    }
}

impl Dockerfile<'_> {
    /// What `from=` of a mount names: as [`Dockerfile::stage_ref`], but for a number, which is the
    /// name of an image there.
    pub fn mount_ref(&self, stage: &Stage, name: &str) -> StageRef {
        match self.named.contains_key(&name.to_lowercase()) {
            true => self.stage_ref(stage, name),
            false => self.context_ref(name),
        }
    }

    fn context_ref(&self, name: &str) -> StageRef {
        match self.named_contexts.contains(&name.to_lowercase()) {
            true => StageRef::Context,
            false => StageRef::Other,
        }
    }
}

impl<'d> Step<'d, '_> {
    /// A short name of the instruction that is stable under line moves: `build/COPY a b`.
    pub fn symbol(&self) -> String {
        let stage = self.stage.and_then(|stage| stage.name.as_deref()).unwrap_or("");
        let words = self.instruction.rest_text().split_whitespace().take(3);
        let words = words.collect::<Vec<_>>().join(" ");
        format!("{stage}/{} {words}", self.instruction.name.text.to_ascii_uppercase())
    }
}

/// A decimal number as Go's `Atoi` takes it: with a sign, with leading zeros.
fn go_integer(text: &str) -> Option<i64> {
    text.parse().ok()
}
