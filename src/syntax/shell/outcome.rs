use super::Script;
use super::command::Command;
use super::context::{Connector, Enclosure, Role, SubstitutionPlace};
use super::tree::{FunctionData, RoleData};
use super::word::{Commands, Part};
use super::wrapper::is_shell;

/// Options that `set` switches, as far as they matter for what a failure does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ShellOptions {
    /// `set -e`
    pub errexit: bool,
    /// `set -o pipefail`
    pub pipefail: bool,
    /// `set -u`
    pub nounset: bool,
    /// `set -x`
    pub xtrace: bool,
}

/// What happens if a command fails.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'s> {
    /// The script decides by it: it is a condition, left of `&&` or `||`, or `$?` is read right
    /// behind it.
    Decides(Enclosure<'s>),
    /// The script stops with an error, or has failed with it at its end.
    Fails,
    /// The script goes on as if nothing had happened.
    Lost(Loss),
    /// It stands in a function that the script does not call.
    Uncalled,
}

/// Why nobody notices a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Commands follow, and `errexit` is off.
    NoErrexit,
    /// Commands follow, and `errexit` is suspended: what encloses them is a condition.
    Suspended,
    /// It is not the last stage of a pipeline, and `pipefail` is off.
    Pipe,
    /// `export V=$(...)` and its like succeed by themselves.
    Declaration,
    /// The command into whose words it is substituted has its own status.
    Substitution,
    /// Nobody waits for it.
    Background,
    /// `!` before it.
    Negated,
}

/// A function that the script defines.
#[derive(Clone, Copy)]
pub struct Function<'s> {
    script: &'s Script,
    data: &'s FunctionData,
}

impl<'s> Function<'s> {
    /// Its name.
    pub fn name(self) -> &'s str {
        self.script.resolve(self.data.name)
    }

    /// Where its definition stands.
    pub fn span(self) -> crate::text::Span {
        self.data.span
    }

    /// The commands of its body.
    pub fn body(self) -> Commands<'s> {
        Commands::new(self.script, self.data.commands.start, self.data.commands.end)
    }

    /// The commands that call it.
    pub fn calls(self) -> impl Iterator<Item = Command<'s>> {
        let name = self.name();
        self.script.commands().filter(move |command| {
            command.invocation().and_then(|it| it.name_word()).is_some_and(|word| word.is(name))
        })
    }
}

impl std::fmt::Debug for Function<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}() {:?}", self.name(), self.body())
    }
}

impl Script {
    /// The functions that it defines, in order.
    pub fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        self.tree.functions.iter().map(|data| Function { script: self, data })
    }

    /// The function of this name: its last definition.
    pub fn function(&self, name: &str) -> Option<Function<'_>> {
        self.functions().filter(|function| function.name() == name).last()
    }
}

const MAX_CALLS: u32 = 8;

impl<'s> Command<'s> {
    /// The options in force where it stands, as far as the script shows, if `initial` are those
    /// that it starts with. Inside `sh -c` they are those of that shell.
    pub fn options(self, initial: ShellOptions) -> ShellOptions {
        let own = |command: Command<'s>| {
            command.context().find_map(|it| match it.role() {
                Role::Nested(shell) => Some(shell),
                _ => None,
            })
        };
        let shell = own(self);
        let mut options = initial;
        if let Some(shell) = shell {
            options = ShellOptions::default();
            let words = shell.words().skip_while(|word| {
                !word.literal().is_some_and(|it| is_shell(super::wrapper::base(it)))
            });
            options.apply(words.skip(1).map_while(|word| word.literal()));
        }
        let sets = &self.script.tree.sets;
        for index in sets.iter().take_while(|index| **index < self.index) {
            let command = Command { script: self.script, index: *index };
            let same = own(command).map(Command::index) == shell.map(Command::index);
            // A subshell and a function keep their options to themselves, or set them when called.
            let outside = || {
                command.context().any(|it| match it.role() {
                    Role::Subshell | Role::Substitution { .. } | Role::Function(_) => {
                        !it.commands().any(|inner| inner.index == self.index)
                    }
                    _ => false,
                })
            };
            if same && !outside() {
                options.apply(command.arguments().map_while(|word| word.literal()));
            }
        }
        options
    }

    /// Whether it can run at all: no `exit`, `return` or `exec` stands before it, and the function
    /// that it stands in is called.
    pub fn is_reachable(self) -> bool {
        self.reachable(0)
    }

    fn reachable(self, depth: u32) -> bool {
        self.context().all(|it| match self.script.tree.frames[it.index as usize].role {
            RoleData::Item { dead, .. } => !dead,
            RoleData::Function(index) => {
                let data = &self.script.tree.functions[index as usize];
                let function = Function { script: self.script, data };
                depth >= MAX_CALLS
                    || function.calls().any(|call| {
                        call.index != self.index
                            && !it.commands().any(|inner| inner.index == call.index)
                            && call.reachable(depth + 1)
                    })
            }
            _ => true,
        })
    }

    /// Whether anything in the script looks at whether it succeeds, apart from `errexit`.
    pub fn is_tested(self) -> bool {
        let options = ShellOptions { pipefail: true, ..ShellOptions::default() };
        matches!(self.outcome(options), Outcome::Decides(_))
    }

    /// What happens if it fails, if `initial` are the options that the script starts with.
    pub fn outcome(self, initial: ShellOptions) -> Outcome<'s> {
        self.outcome_in(initial, self.options(initial), 0)
    }

    fn outcome_in(self, initial: ShellOptions, options: ShellOptions, depth: u32) -> Outcome<'s> {
        let mut negated = false;
        for it in self.context() {
            match it.role() {
                Role::Item { index, len } if index + 1 < len => {
                    if self.status_is_read(it) {
                        return Outcome::Decides(it);
                    }
                    return if negated {
                        Outcome::Lost(Loss::Negated)
                    } else if !options.errexit || self.is_in_bash_substitution() {
                        Outcome::Lost(Loss::NoErrexit)
                    } else if it.suspends(depth) {
                        Outcome::Lost(Loss::Suspended)
                    } else {
                        Outcome::Fails
                    };
                }
                Role::Left(_) | Role::Condition(_) => return Outcome::Decides(it),
                Role::Negated => negated = true,
                Role::Stage { index, len } if index + 1 < len && !options.pipefail => {
                    return Outcome::Lost(Loss::Pipe);
                }
                Role::Background => return Outcome::Lost(Loss::Background),
                Role::Substitution { command, place } => {
                    let alone = command.filter(|owner| owner.words().len() == 0);
                    return match (place, alone) {
                        (SubstitutionPlace::Assignment { declared: false }, Some(owner)) => {
                            owner.outcome_in(initial, options, depth)
                        }
                        (SubstitutionPlace::Assignment { declared: true }, _) => {
                            Outcome::Lost(Loss::Declaration)
                        }
                        _ => Outcome::Lost(Loss::Substitution),
                    };
                }
                Role::Nested(shell) => {
                    return shell.outcome_in(initial, shell.options(initial), depth);
                }
                Role::Function(name) => {
                    let mut calls =
                        self.script.function(name).into_iter().flat_map(|it| it.calls());
                    let outer =
                        calls.find(|call| !it.commands().any(|inner| inner.index == call.index));
                    return match outer {
                        Some(call) if depth < MAX_CALLS => {
                            call.outcome_in(initial, call.options(initial), depth + 1)
                        }
                        _ => Outcome::Uncalled,
                    };
                }
                _ => {}
            }
        }
        if negated { Outcome::Lost(Loss::Negated) } else { Outcome::Fails }
    }

    /// bash switches `errexit` off in `$(...)`; the other shells hand it down.
    fn is_in_bash_substitution(self) -> bool {
        self.script.dialect() == super::Dialect::Bash
            && self.context().any(|it| matches!(it.role(), Role::Substitution { .. }))
    }

    /// Whether the statement behind `item`, in which this command stands, reads `$?`.
    fn status_is_read(self, item: Enclosure<'s>) -> bool {
        let frames = &self.script.tree.frames;
        let end = frames[item.index as usize].commands.end;
        let next = Command { script: self.script, index: end };
        if end as usize >= self.script.tree.commands.len() {
            return false;
        }
        let values = next.assignments().flat_map(|it| it.values().collect::<Vec<_>>());
        next.words().chain(values).any(|word| {
            word.parts().any(|part| matches!(part, Part::Variable(it) if it.name == "?"))
        })
    }

    /// The commands that run instead if it fails: the right side of the `||` behind it.
    pub fn fallback(self) -> Option<Commands<'s>> {
        let left = self.context().find_map(|it| match it.role() {
            Role::Left(Connector::Or) => Some(Some(it)),
            Role::Left(Connector::And)
            | Role::Right(_)
            | Role::Stage { .. }
            | Role::Group
            | Role::Subshell => None,
            Role::Item { index, len } if index + 1 == len => None,
            Role::Substitution {
                place: SubstitutionPlace::Assignment { declared: false }, ..
            } => None,
            _ => Some(None),
        })??;
        let frames = &self.script.tree.frames;
        let end = frames[left.index as usize].commands.end;
        let parent = frames[left.index as usize].parent;
        let right = frames.iter().skip(left.index as usize + 1).find(|frame| {
            frame.parent == parent
                && matches!(frame.role, RoleData::Right(Connector::Or))
                && frame.commands.start == end
        })?;
        Some(Commands::new(self.script, right.commands.start, right.commands.end))
    }
}

impl Enclosure<'_> {
    /// Whether `errexit` does not count here, because what encloses this is tested.
    fn suspends(self, depth: u32) -> bool {
        let own_shell = |it: &Enclosure<'_>| !matches!(it.role(), Role::Nested(_));
        let mut outer =
            std::iter::successors(self.parent(), |it| it.parent()).take_while(own_shell);
        outer.any(|it| match it.role() {
            Role::Left(_) | Role::Condition(_) | Role::Negated => true,
            Role::Function(name) => {
                let mut calls = self.script.function(name).into_iter().flat_map(|it| it.calls());
                depth < MAX_CALLS
                    && calls.next().is_some_and(|call| {
                        let place = Enclosure { script: self.script, index: call.data().frame };
                        !it.commands().any(|inner| inner.index == call.index)
                            && (matches!(
                                place.role(),
                                Role::Left(_) | Role::Condition(_) | Role::Negated
                            ) || place.suspends(depth + 1))
                    })
            }
            _ => false,
        })
    }
}

impl ShellOptions {
    /// The options of GitLab's runner for `script`: `errexit`, and `pipefail` where the shell
    /// knows it (bash and BusyBox ash do, Debian's dash does not).
    pub const fn gitlab(pipefail: bool) -> Self {
        Self { errexit: true, pipefail, nounset: false, xtrace: false }
    }

    /// Applies the arguments of `set`, or the options of a shell.
    pub fn apply<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) {
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let on = word.starts_with('-');
            let Some(letters) = word.strip_prefix(['-', '+']) else { return };
            if letters.starts_with('-') {
                continue;
            }
            for letter in letters.chars() {
                match letter {
                    'e' => self.errexit = on,
                    'u' => self.nounset = on,
                    'x' => self.xtrace = on,
                    'o' => match words.next() {
                        Some("errexit") => self.errexit = on,
                        Some("pipefail") => self.pipefail = on,
                        Some("nounset") => self.nounset = on,
                        Some("xtrace") => self.xtrace = on,
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
    }
}
