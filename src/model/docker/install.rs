//! Commands that install what a manifest of the sources lists.

use super::{PackageCommand, RunCommand};

/// A command that installs what manifests list, and those manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManifestInstall {
    /// The manifests that it reads.
    pub manifests: &'static str,
}

/// The commands, by name and subcommand, that read nothing but manifests.
const INSTALLS: [(&str, &str, &str); 17] = [
    ("npm", "ci", "`package.json` and `package-lock.json`"),
    ("npm", "install", "`package.json` and `package-lock.json`"),
    ("npm", "i", "`package.json` and `package-lock.json`"),
    ("yarn", "install", "`package.json` and `yarn.lock`"),
    ("yarn", "", "`package.json` and `yarn.lock`"),
    ("pnpm", "install", "`package.json` and `pnpm-lock.yaml`"),
    ("pnpm", "i", "`package.json` and `pnpm-lock.yaml`"),
    ("bun", "install", "`package.json` and `bun.lock`"),
    ("bundle", "install", "`Gemfile` and `Gemfile.lock`"),
    ("bundle", "", "`Gemfile` and `Gemfile.lock`"),
    ("composer", "install", "`composer.json` and `composer.lock`"),
    ("go", "mod", "`go.mod` and `go.sum`"),
    ("poetry", "install", "`pyproject.toml` and `poetry.lock`"),
    ("pipenv", "install", "`Pipfile` and `Pipfile.lock`"),
    ("pipenv", "sync", "`Pipfile` and `Pipfile.lock`"),
    ("cargo", "fetch", "`Cargo.toml` and `Cargo.lock`"),
    ("uv", "sync", "`pyproject.toml` and `uv.lock`"),
];

impl ManifestInstall {
    /// What a command installs from manifests; nothing if it also names packages, or is none.
    pub fn of(at: RunCommand<'_, '_>) -> Option<Self> {
        if let Some(command) = PackageCommand::of(at.command)
            && command.manager.name() == "pip"
            && command.verb.is("install")
        {
            let requirements = command.verb.has_flag(&["-r", "--requirement"]);
            let others = !command.operands().is_empty();
            let found = Self { manifests: "the requirements file" };
            return (requirements && !others).then_some(found);
        }
        let run = at.invocation()?;
        let name = run.name()?;
        let verb = run.subcommand(&["--prefix", "--cwd", "-C", "--dir", "--filter"]);
        let word = match verb {
            Some(verb) => verb.name()?,
            None => "",
        };
        let (_, _, manifests) = INSTALLS.iter().find(|it| it.0 == name && it.1 == word)?;
        let operands = verb.map(|verb| verb.operands(&[])).unwrap_or_default();
        let plain = match name {
            "go" => operands.first().is_some_and(|first| first.is("download")),
            _ => operands.is_empty(),
        };
        let elsewhere = run.has_flag(&["-g", "--global", "--prefix", "--cwd", "-C", "--version"]);
        (plain && !elsewhere).then_some(Self { manifests })
    }
}
