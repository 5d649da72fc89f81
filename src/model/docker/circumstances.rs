//! Under which circumstances a command of a script runs.

use super::{Action, Dockerfile, Manager, RunCommand, unquoted};
use crate::syntax::shell::{Connector, Role};

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

    /// Whether it works in another root than that of the image.
    pub fn is_elsewhere(self) -> bool {
        const ROOTS: [&str; 5] = ["--root", "--installroot", "--rootdir", "--admindir", "-p"];
        let words = || self.command.words();
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
