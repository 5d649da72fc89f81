//! Under which circumstances a command of a script runs.

use super::{Action, Dockerfile, Manager, RunCommand, unquoted};
use crate::syntax::shell::{Connector, Invocation, Role, gives_flag};

impl<'d> RunCommand<'d, '_> {
    /// Whether the script may run it or not: in a branch, right of `||`, in a function, with a
    /// failure that is put up with.
    pub fn is_conditional(self) -> bool {
        self.command.context().any(|it| {
            matches!(
                it.role(),
                Role::Branch
                    | Role::Otherwise
                    | Role::CaseArm
                    | Role::Condition(_)
                    | Role::Function(_)
                    | Role::Left(Connector::Or)
                    | Role::Right(Connector::Or)
            )
        })
    }

    /// Whether one of these options is given, or may be: variables are filled in where they are known,
    /// and one that is not known holds options if its name says so.
    pub fn may_give(self, invocation: Invocation<'d>, flags: &[&str]) -> bool {
        invocation.has_flag(flags)
            || self.filled_in(invocation).is_none_or(|texts| {
                texts.iter().any(|text| flags.iter().any(|flag| gives_flag(text, flag)))
            })
    }

    /// The words of a command line that variables become; nothing if one of them is not known and
    /// its name tells of options.
    pub fn filled_in(self, invocation: Invocation<'d>) -> Option<Vec<String>> {
        const NAMES: [&str; 6] = ["opt", "flag", "arg", "param", "yes", "quiet"];
        let outer = |name: &str| self.value(name);
        let mut texts = Vec::new();
        for word in invocation.arguments().filter(|word| word.literal().is_none()) {
            match word.fields(self.command, &outer) {
                Some(fields) => texts.extend(fields),
                None => {
                    let mut variables = word.variables().into_iter();
                    let tells = |name: &str| {
                        let lower = name.to_ascii_lowercase();
                        NAMES.iter().any(|part| lower.contains(part))
                    };
                    if variables.any(|variable| tells(variable.name)) {
                        return None;
                    }
                }
            }
        }
        Some(texts)
    }

    /// Whether it works in another root than that of the image.
    pub fn is_elsewhere(self) -> bool {
        const ROOTS: [&str; 5] = ["--root", "--installroot", "--rootdir", "--admindir", "-p"];
        let words = || self.command.filled_words();
        words().any(|word| word.is("chroot"))
            || words().any(|word| {
                let text = word.literal_prefix();
                ROOTS.iter().any(|root| text == *root || text.starts_with(&format!("{root}=")))
            })
    }
}

impl Dockerfile<'_> {
    /// The user that runs an instruction, as far as a `USER` in the file says; without the group.
    pub fn user_at(&self, instruction: usize) -> Option<String> {
        let user = self.state(instruction).user?;
        let word = self.instructions().get(user)?.value()?;
        let value = self.value(user, &word.text)?;
        let name = unquoted(&value).split(':').next()?.to_owned();
        (!name.is_empty()).then_some(name)
    }

    /// Whether an earlier command of the stage, or of those that it is based on, installs a package of
    /// one of these names, so that the image has more than its base.
    pub fn installs(&self, at: RunCommand<'_, '_>, names: &[&str]) -> bool {
        let Some(stage) = self.stages.get(at.run.stage) else { return true };
        let stages: Vec<usize> = self.ancestry(stage).map(|it| it.index).collect();
        self.package_commands().any(|(other, command)| {
            command.action == Action::Install
                && !matches!(command.manager, Manager::Pip | Manager::Npm | Manager::Gem)
                && stages.contains(&other.run.stage)
                && command.operands().iter().any(|word| {
                    let text = word.literal_prefix();
                    names.iter().any(|name| text.starts_with(name))
                })
        })
    }
}
