//! What the words of a command stand for, turn by turn.

use crate::model::Files;
use crate::model::gitlab::expand::{Piece, pieces};
use crate::model::gitlab::{Code, FileKind, Instance, Job, JobShell, Pipeline, Settings};
use crate::syntax::shell::{
    Assignment, Command, Enclosure, Expansion, ExpansionKind, Part, Role, Word,
};

/// Stands for the project folder in a text, where a path below it may begin.
pub(super) const ROOT: &str = "\0";

/// How deep variables in variables, and calls in calls, are followed.
const DEPTH: u32 = 5;
/// How many turns of loops, calls and instances of one command are told apart.
const MAX_FRAMES: usize = 48;

/// The job whose scripts are read.
#[derive(Clone, Copy)]
pub(super) struct Place<'a, 'p> {
    pub job: &'a Job<'p>,
    pub pipeline: &'a Pipeline<'p>,
    pub shell: &'a JobShell<'p>,
    pub code: Code<'a, 'p>,
    pub settings: &'a Settings,
    pub files: &'p dyn Files,
}

/// One turn: what the variables of loops, the arguments of functions and the matrix hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame<'a, 'p> {
    bound: Vec<(String, Option<String>)>,
    instance: Option<&'a Instance<'p>>,
}

impl<'a, 'p> Place<'a, 'p> {
    /// The turns in which a command runs.
    pub(super) fn frames(&self, command: Command<'a>) -> Vec<Frame<'a, 'p>> {
        let instances = &self.job.parallel.instances;
        let varies = instances.iter().any(|instance| !instance.variables.is_empty());
        let mut frames = Vec::new();
        if varies && self.job.parallel.known && instances.len() <= MAX_FRAMES {
            let of = |instance| Frame { bound: Vec::new(), instance: Some(instance) };
            frames.extend(instances.iter().map(of));
        } else {
            let names = instances.iter().flat_map(|instance| &instance.variables);
            let bound = names.map(|(name, _)| (name.to_string(), None)).collect();
            frames.push(Frame { bound, instance: None });
        }
        self.turns(command, frames, DEPTH)
    }

    fn turns(
        &self,
        command: Command<'a>,
        mut frames: Vec<Frame<'a, 'p>>,
        depth: u32,
    ) -> Vec<Frame<'a, 'p>> {
        if let Some(name) = command.function()
            && let Some(function) = command.script().function(name)
        {
            let mut called = Vec::new();
            for call in function.calls().filter(|_| depth > 0) {
                for frame in self.turns(call, frames.clone(), depth - 1) {
                    let mut bound = frame.bound.clone();
                    for (at, word) in call.arguments().enumerate() {
                        bound.push(((at + 1).to_string(), self.text(word, call, &frame)));
                    }
                    called.push(Frame { bound, ..frame });
                }
            }
            if !called.is_empty() && called.len() <= MAX_FRAMES {
                frames = called;
            }
        }
        let loops: Vec<_> = command.loops().collect();
        for around in loops.into_iter().rev() {
            let Some(variable) = around.variable() else { continue };
            let mut turned = Vec::new();
            for frame in &frames {
                let mut values = Some(Vec::new());
                for word in around.words() {
                    let fields = self.fields(word, command, frame);
                    let known = fields.filter(|_| !word.has_glob() && !word.has_braces());
                    values = values.zip(known).map(|(values, known)| [values, known].concat());
                }
                let values: Vec<Option<String>> = match values {
                    Some(values) if !values.is_empty() => values.into_iter().map(Some).collect(),
                    _ => vec![None],
                };
                for value in values {
                    let mut bound = frame.bound.clone();
                    bound.push((variable.to_owned(), value));
                    turned.push(Frame { bound, ..frame.clone() });
                }
            }
            if turned.len() > MAX_FRAMES {
                for frame in &mut frames {
                    frame.bound.push((variable.to_owned(), None));
                }
            } else {
                frames = turned;
            }
        }
        frames
    }

    /// The text of a word, unsplit.
    pub(super) fn text(
        &self,
        word: Word<'a>,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
    ) -> Option<String> {
        self.text_in(word, command, frame, DEPTH)
    }

    fn text_in(
        &self,
        word: Word<'a>,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
        depth: u32,
    ) -> Option<String> {
        word.parts().map(|part| self.part(part, command, frame, depth)).collect()
    }

    fn fields(
        &self,
        word: Word<'a>,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
    ) -> Option<Vec<String>> {
        let text = self.text(word, command, frame)?;
        Some(match word.splits() {
            true => text.split_whitespace().map(str::to_owned).collect(),
            false => vec![text],
        })
    }

    /// The text of one part of a word.
    pub(super) fn part(
        &self,
        part: Part<'a>,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
        depth: u32,
    ) -> Option<String> {
        match part {
            Part::Literal(text) => Some(text.to_owned()),
            Part::Variable(expansion) => self.expansion(expansion, command, frame, depth),
            Part::Commands(commands) => {
                let mut commands = commands;
                let only = commands.next().filter(|_| commands.next().is_none())?;
                let here = only.words().len() == 1 && only.is("pwd");
                (here && !self.moves()).then(|| ROOT.to_owned())
            }
            Part::Process { .. } | Part::Arithmetic(_) => None,
        }
    }

    fn expansion(
        &self,
        expansion: Expansion<'a>,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
        depth: u32,
    ) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let value = || self.variable(expansion.name, command, frame, depth);
        match expansion.kind {
            ExpansionKind::Plain => value(),
            ExpansionKind::Default | ExpansionKind::AssignDefault => {
                let value = value()?;
                match expansion.operand() {
                    Some(operand) if value.is_empty() && expansion.colon => {
                        self.text_in(operand, command, frame, depth)
                    }
                    _ => Some(value),
                }
            }
            ExpansionKind::Error => value(),
            _ => None,
        }
    }

    /// The value of a variable when a command runs.
    pub(super) fn variable(
        &self,
        name: &str,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
        depth: u32,
    ) -> Option<String> {
        if let Some((_, value)) = frame.bound.iter().rev().find(|(bound, _)| bound == name) {
            return value.clone();
        }
        if !name.starts_with(|ch: char| ch.is_ascii_alphabetic() || ch == '_') {
            return None;
        }
        let mut assigned = assignments(command, name);
        if let Some((at, assignment)) = assigned.next() {
            let only = assigned.next().is_none() && at.index() < command.index();
            if !only || assignment.appends() || assignment.is_array() || !reaches(at, command) {
                return None;
            }
            return match assignment.value() {
                Some(value) => self.text_in(value, at, frame, depth.checked_sub(1)?),
                None => Some(String::new()),
            };
        }
        if is_read(command, name) || self.is_set_elsewhere(name) {
            return None;
        }
        if name == "PWD" {
            return (!self.moves()).then(|| ROOT.to_owned());
        }
        self.job_variable(name, frame, depth)
    }

    /// Whether another script of the shell sets a variable that this one sees.
    fn is_set_elsewhere(&self, name: &str) -> bool {
        let sets = |script: &crate::syntax::shell::Script| {
            script.commands().flat_map(Command::assignments).any(|it| it.name() == name)
        };
        let called = self.shell.called.iter();
        match self.code {
            Code::Own(_) => called.filter(|it| it.sourced).any(|it| sets(&it.script)),
            Code::Called(_) => {
                sets(&self.shell.script) || called.into_iter().any(|it| sets(&it.script))
            }
        }
    }

    /// The value that the pipeline gives a variable of the job.
    fn job_variable(&self, name: &str, frame: &Frame<'a, 'p>, depth: u32) -> Option<String> {
        if name == "CI_PROJECT_DIR" {
            return Some(ROOT.to_owned());
        }
        if let Some(value) = self.settings.variable(name) {
            return Some(value.to_owned());
        }
        let of_instance = frame.instance.into_iter().flat_map(|instance| &instance.variables);
        if let Some((_, value)) = of_instance.into_iter().find(|(key, _)| key == name) {
            return self.filled(&value.to_text()?, frame, depth);
        }
        let job_rules = self.job.rules.iter().flatten();
        let rules = job_rules.chain(self.pipeline.workflow_rules.iter().flatten());
        if rules.flat_map(|rule| &rule.variables).any(|it| it.name == *name) {
            return None;
        }
        // Who includes a template sets its variables.
        if matches!(self.pipeline.kind, FileKind::Template | FileKind::Component) {
            return None;
        }
        let own = self.job.variable(name);
        if own.is_none() && self.job.is_partial() {
            return None;
        }
        let variable = self.pipeline.variable_of(self.job, name)?;
        let text = variable.text.as_ref()?.as_str();
        if variable.expand { self.filled(text, frame, depth) } else { Some(text.to_owned()) }
    }

    /// A value of the configuration with the variables in it filled in.
    fn filled(&self, text: &str, frame: &Frame<'a, 'p>, depth: u32) -> Option<String> {
        if text.contains("$$") || text.contains("$[[") {
            return None;
        }
        let depth = depth.checked_sub(1)?;
        let filled = pieces(text).into_iter().map(|piece| match piece {
            Piece::Text(text) => Some(text.to_owned()),
            Piece::Variable { name, .. } => self.job_variable(name, frame, depth),
        });
        filled.collect()
    }

    /// Whether any command of the script leaves the folder that it starts in.
    pub(super) fn moves(&self) -> bool {
        let moves =
            |command: Command<'_>| command.is("cd") || command.is("pushd") || command.is("popd");
        self.shell.script.commands().any(moves) || self.code.script().commands().any(moves)
    }
}

/// The assignments to a variable in the script of a command, those for one command alone left out.
fn assignments<'a>(
    command: Command<'a>,
    name: &str,
) -> impl Iterator<Item = (Command<'a>, Assignment<'a>)> {
    let all = command.script().commands().flat_map(|at| at.assignments().map(move |it| (at, it)));
    all.filter(move |(at, it)| it.name() == name && (at.words().len() == 0 || it.is_declared()))
}

fn is_read(command: Command<'_>, name: &str) -> bool {
    let reads = |it: &Command<'_>| ["read", "getopts", "mapfile"].iter().any(|own| it.is(own));
    command.script().commands().filter(reads).any(|it| it.arguments().any(|word| word.is(name)))
}

/// Whether a command has run for certain, in the same shell, when a later one does.
pub(super) fn reaches(earlier: Command<'_>, later: Command<'_>) -> bool {
    let covers = |it: &Enclosure<'_>| it.span().contains(later.span());
    let outside: Vec<Enclosure<'_>> = earlier.context().take_while(|it| !covers(it)).collect();
    let shares_item = earlier
        .context()
        .find(|it| matches!(it.role(), Role::Item { .. }))
        .is_none_or(|it| covers(&it));
    outside.iter().all(|it| match it.role() {
        Role::Item { .. } | Role::Group | Role::Left(_) | Role::Script | Role::Negated => true,
        Role::Right(_) => shares_item,
        Role::Condition(crate::syntax::shell::Construct::If) => true,
        _ => false,
    })
}
