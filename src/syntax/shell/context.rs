use super::Script;
use super::command::Command;
use super::tree::{Frame, LoopData, NONE, RoleData};
use super::word::{Commands, Word};
use crate::text::Span;

/// One construct that encloses a command, and the command's part in it.
#[derive(Clone, Copy)]
pub struct Enclosure<'s> {
    pub(super) script: &'s Script,
    pub(super) index: u32,
}

/// The part that a command, or what it stands in, has in a construct.
#[derive(Clone, Copy, Debug)]
pub enum Role<'s> {
    /// It is the whole script.
    Script,
    /// It is one statement of a list.
    Item {
        /// Its number, from 0.
        index: usize,
        /// How many there are.
        len: usize,
    },
    /// It runs in the background: `&`.
    Background,
    /// Its status is turned round: `!`.
    Negated,
    /// It stands left of `&&` or `||`, which look at its status.
    Left(Connector),
    /// It stands right of `&&` or `||`.
    Right(Connector),
    /// It is a stage of a pipeline.
    Stage {
        /// Its number, from 0.
        index: usize,
        /// How many there are.
        len: usize,
    },
    /// It is the condition of `if`, `elif`, `while`, `until`.
    Condition(Construct),
    /// It runs if a condition of `if` holds.
    Branch,
    /// It stands behind `else`.
    Otherwise,
    /// It is the body of a loop.
    LoopBody(Loop<'s>),
    /// It is an arm of `case`.
    CaseArm,
    /// It is the body of the function of this name.
    Function(&'s str),
    /// `{ ... }`
    Group,
    /// `( ... )`
    Subshell,
    /// It is substituted into a word.
    Substitution {
        /// The command that has the word; nothing if it belongs to the header of a loop or `case`.
        command: Option<Command<'s>>,
        /// Where in that command.
        place: SubstitutionPlace,
    },
    /// It is the script that this command (`sh -c`) runs.
    Nested(Command<'s>),
}

/// `&&` or `||`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// What has conditions or bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Construct {
    /// `if`
    If,
    /// `elif`
    Elif,
    /// `while`
    While,
    /// `until`
    Until,
    /// `for NAME in WORDS`
    For,
    /// `for ((...))`
    ArithmeticFor,
    /// `select`
    Select,
}

/// Where a substitution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubstitutionPlace {
    /// In the value of an assignment; `declared` if `export`, `local` or their like hide its status.
    Assignment {
        /// Whether the assignment is an operand of `export`, `local`, `declare` ...
        declared: bool,
    },
    /// In a word of a command, whose own status hides that of the substitution.
    Word,
    /// In the target of a redirection.
    Redirection,
    /// In the body of a heredoc.
    Heredoc,
    /// `<(...)` or `>(...)`
    Process,
}

/// A loop.
#[derive(Clone, Copy)]
pub struct Loop<'s> {
    script: &'s Script,
    index: u32,
}

impl<'s> Loop<'s> {
    fn data(self) -> &'s LoopData {
        &self.script.tree.loops[self.index as usize]
    }

    /// What kind of loop.
    pub fn construct(self) -> Construct {
        self.data().construct
    }

    /// Where the whole loop stands.
    pub fn span(self) -> Span {
        self.data().span
    }

    /// The variable of `for` and `select`.
    pub fn variable(self) -> Option<&'s str> {
        Some(self.script.resolve(self.data().variable?))
    }

    /// The words of `for NAME in WORDS`.
    pub fn words(self) -> impl ExactSizeIterator<Item = Word<'s>> {
        let script = self.script;
        let words = if self.data().arithmetic { 0..0 } else { self.data().words.usize() };
        words.map(move |index| Word { script, index: index as u32 })
    }

    /// The text between the double parentheses of an arithmetic `for`.
    pub fn arithmetic(self) -> Option<&'s str> {
        let index = self.data().words.start;
        self.data().arithmetic.then(|| Word { script: self.script, index }.source_text())
    }

    /// The commands of the condition of `while` and `until`.
    pub fn condition(self) -> Commands<'s> {
        self.commands(self.data().condition)
    }

    /// The commands of the body.
    pub fn body(self) -> Commands<'s> {
        self.commands(self.data().body)
    }

    fn commands(self, frame: u32) -> Commands<'s> {
        let range = self.script.tree.frames.get(frame as usize).map(|frame| frame.commands);
        let range = range.unwrap_or_default();
        Commands::new(self.script, range.start, range.end)
    }
}

impl std::fmt::Debug for Loop<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} in ", self.construct(), self.variable())?;
        f.debug_list().entries(self.words()).finish()
    }
}

impl<'s> Enclosure<'s> {
    fn data(self) -> &'s Frame {
        &self.script.tree.frames[self.index as usize]
    }

    /// The span of what has this part: the branch, the body, the statement.
    pub fn span(self) -> Span {
        self.data().span
    }

    /// The commands in it.
    pub fn commands(self) -> Commands<'s> {
        let range = self.data().commands;
        Commands::new(self.script, range.start, range.end)
    }

    /// Whether a command stands in it.
    pub fn encloses(self, command: Command<'s>) -> bool {
        let range = self.data().commands;
        (range.start..range.end).contains(&command.index)
    }

    /// What encloses this in turn.
    pub fn parent(self) -> Option<Enclosure<'s>> {
        let index = self.data().parent;
        (index != NONE).then_some(Enclosure { script: self.script, index })
    }

    /// The part it has.
    pub fn role(self) -> Role<'s> {
        let script = self.script;
        let command = |index: u32| (index != NONE).then_some(Command { script, index });
        match self.data().role {
            RoleData::Script => Role::Script,
            RoleData::Item { index, len, .. } => {
                Role::Item { index: index as usize, len: len as usize }
            }
            RoleData::Background => Role::Background,
            RoleData::Negated => Role::Negated,
            RoleData::Left(connector) => Role::Left(connector),
            RoleData::Right(connector) => Role::Right(connector),
            RoleData::Stage { index, len } => {
                Role::Stage { index: index as usize, len: len as usize }
            }
            RoleData::Condition(construct) => Role::Condition(construct),
            RoleData::Branch => Role::Branch,
            RoleData::Otherwise => Role::Otherwise,
            RoleData::LoopBody(index) => Role::LoopBody(Loop { script, index }),
            RoleData::CaseArm => Role::CaseArm,
            RoleData::Function(index) => {
                Role::Function(script.resolve(script.tree.functions[index as usize].name))
            }
            RoleData::Group => Role::Group,
            RoleData::Subshell => Role::Subshell,
            RoleData::Substitution { command: index, place } => {
                Role::Substitution { command: command(index), place }
            }
            RoleData::Nested { command: index } => Role::Nested(Command { script, index }),
        }
    }
}

impl std::fmt::Debug for Enclosure<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}@{:?}", self.role(), self.span())
    }
}

impl<'s> Command<'s> {
    /// What encloses it, the innermost construct first; the last one is the script.
    pub fn context(self) -> impl Iterator<Item = Enclosure<'s>> {
        let first = Enclosure { script: self.script, index: self.data().frame };
        std::iter::successors(Some(first), |it| it.parent())
    }

    /// The loops it runs in, the innermost first; not those around a function or a `sh -c`.
    pub fn loops(self) -> impl Iterator<Item = Loop<'s>> {
        let same = |it: &Enclosure<'s>| !matches!(it.role(), Role::Function(_) | Role::Nested(_));
        self.context().take_while(same).filter_map(|it| match it.role() {
            Role::LoopBody(found) => Some(found),
            _ => None,
        })
    }

    /// The function whose body it stands in.
    pub fn function(self) -> Option<&'s str> {
        self.context().find_map(|it| match it.role() {
            Role::Function(name) => Some(name),
            _ => None,
        })
    }

    /// The commands of the pipeline's next stage, if its output is piped.
    pub fn piped_into(self) -> Option<Commands<'s>> {
        for it in self.context() {
            match it.role() {
                Role::Stage { index, len } if index + 1 < len => {
                    let frames = &self.script.tree.frames;
                    let parent = it.data().parent;
                    let next = frames.iter().skip(it.index as usize + 1).find(|frame| {
                        frame.parent == parent
                            && matches!(frame.role, RoleData::Stage { index: at, .. } if at as usize == index + 1)
                    })?;
                    return Some(Commands::new(
                        self.script,
                        next.commands.start,
                        next.commands.end,
                    ));
                }
                Role::Stage { .. } | Role::Group | Role::Subshell | Role::Negated => {}
                Role::Left(_) | Role::Right(_) | Role::Item { .. } | Role::Branch => {}
                Role::Otherwise | Role::LoopBody(_) | Role::CaseArm | Role::Nested(_) => {}
                _ => return None,
            }
        }
        None
    }
}
