//! What the command lines of package managers ask for, and which words name packages.

use super::managers::{Action, Manager};
use super::pins::{apt_pinned, go_pinned, npm_pinned, pip_pinned, rpm_pinned};
use crate::syntax::shell::{Command, Invocation, Outer, Part, Word};

/// A package manager's command line.
#[derive(Clone, Copy, Debug)]
pub struct PackageCommand<'s> {
    /// Which manager.
    pub manager: Manager,
    /// What it is asked to do.
    pub action: Action,
    /// The command line from the manager's name on.
    pub invocation: Invocation<'s>,
    /// The command line from the subcommand on: `install ...`.
    pub verb: Invocation<'s>,
}

/// A word that names a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package<W> {
    /// The word.
    pub word: W,
    /// What it says, variables filled in.
    pub text: String,
    /// Whether it says which version.
    pub pinned: bool,
}

/// Names for a message: up to three, and how many there are beyond.
pub fn listed<W>(packages: &[Package<W>]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> =
        packages.iter().take(SHOWN).map(|package| format!("`{}`", package.text)).collect();
    match packages.len().saturating_sub(SHOWN) {
        0 => match shown.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        },
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Stands for a part of a word that is not known.
pub(super) const UNKNOWN: char = '\u{1}';

impl<'s> PackageCommand<'s> {
    /// The package manager's command line that a command is, behind `sudo` and its like; nothing
    /// if it is none, or has no subcommand.
    pub fn of(command: Command<'s>) -> Option<Self> {
        let mut invocation = command.invocation()?;
        let mut manager = Manager::of_name(invocation.name()?);
        if manager.is_none() {
            invocation = module_of_python(invocation)?;
            manager = Manager::of_name(invocation.name()?);
        }
        let manager = manager?;
        let mut verb = invocation.subcommand(manager.valued())?;
        let mut action = manager.action(verb.name().unwrap_or(""));
        if manager == Manager::Yum || manager.is_dnf() {
            let nested = verb.is_any(&["group", "groups", "module"]);
            if let Some(inner) = nested.then(|| verb.subcommand(manager.valued())).flatten()
                && inner.is("install")
            {
                action = Action::Install;
                verb = inner;
            }
        }
        if manager == Manager::Yarn && verb.is("cache") {
            let cleans = verb.subcommand(&[]).is_some_and(|inner| inner.is("clean"));
            action = if cleans { Action::Clean } else { Action::Other };
        }
        Some(Self { manager, action, invocation, verb })
    }

    /// Whether it installs modules (`dnf module install`).
    pub fn is_module(&self) -> bool {
        self.is_nested("module")
    }

    /// Whether it installs groups of packages (`dnf group install`, `groupinstall`).
    pub fn is_group(&self) -> bool {
        self.verb.is("groupinstall") || self.is_nested("group") || self.is_nested("groups")
    }

    fn is_nested(&self, kind: &str) -> bool {
        let first = self.invocation.subcommand(self.manager.valued());
        first.is_some_and(|first| first.is(kind))
    }

    /// The words that may name packages, as they are written.
    pub fn operands(&self) -> Vec<Word<'s>> {
        match self.manager {
            Manager::Gem => {
                // Behind `--` stand options for the build.
                let all = self.verb.operands(self.manager.valued());
                let dashes = self.verb.arguments().find(|word| word.is("--"));
                let before = |word: &Word<'s>| {
                    dashes.is_none_or(|dashes| word.span().start < dashes.span().start)
                };
                all.into_iter().filter(before).collect()
            }
            Manager::Go if self.verb.is("run") => {
                self.verb.operands(self.manager.valued()).into_iter().take(1).collect()
            }
            _ => self.verb.operands(self.manager.valued()),
        }
    }

    /// The packages that it names; `outer` tells the values of variables that come from outside
    /// of the script. Words that are not known are left out: they accuse nobody.
    pub fn packages(&self, outer: Outer<'_>) -> Vec<Package<Word<'s>>> {
        let mut found = Vec::new();
        if self.action != Action::Install {
            return found;
        }
        let command = self.invocation.command();
        for word in self.operands() {
            let texts = match word.fields(command, outer) {
                Some(texts) => texts,
                None => vec![skeleton(word, command, outer)],
            };
            for text in texts {
                if let Some(pinned) = self.is_pinned(&text) {
                    found.push(Package { word, text: text.replace(UNKNOWN, "..."), pinned });
                }
            }
        }
        found
    }

    /// Whether the text of a word pins a version; nothing if it names no package of a version, or
    /// that cannot be told.
    fn is_pinned(&self, text: &str) -> Option<bool> {
        let pinned = match self.manager {
            Manager::AptGet | Manager::Apt | Manager::Aptitude => apt_pinned(text),
            Manager::Apk => text.contains(['=', '~', '<', '>']) || text.ends_with(".apk"),
            Manager::Yum | Manager::Dnf | Manager::Microdnf => {
                if self.is_group() || text.starts_with('@') {
                    return None;
                }
                if self.is_module() { text.contains(':') } else { rpm_pinned(text) }
            }
            Manager::Zypper => text.contains(['=', '<', '>', '/']) || text.ends_with(".rpm"),
            Manager::Pip | Manager::Pipx => pip_pinned(text),
            Manager::Npm | Manager::Yarn => npm_pinned(text),
            Manager::Gem => text.contains(':') || text.ends_with(".gem"),
            Manager::Go => go_pinned(text)?,
        };
        // What is missing may stand in the unknown part.
        (!text.is_empty() && (pinned || !text.contains(UNKNOWN))).then_some(pinned)
    }
}

/// `pip` of `python3 -m pip ...`.
fn module_of_python(invocation: Invocation<'_>) -> Option<Invocation<'_>> {
    // `python3.13t` and `python3.11d` are builds of their own.
    let version = invocation.name()?.strip_prefix("python")?.trim_end_matches(['d', 't']);
    if !version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let at = invocation.arguments().position(|word| word.is("-m"))?;
    // Behind a script's name `-m` belongs to the script.
    let before = invocation.arguments().take(at);
    let options = |word: Word<'_>| word.literal().is_some_and(|it| it.starts_with('-'));
    before.into_iter().all(options).then(|| invocation.skip(at + 2)).flatten()
}

/// The text of a word with a mark for what is not known.
fn skeleton<'s>(word: Word<'s>, at: Command<'s>, outer: Outer<'_>) -> String {
    let mut text = String::new();
    for part in word.parts() {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Variable(it) => match it.text_at(at, outer) {
                Some(value) => text.push_str(&value),
                None => text.push(UNKNOWN),
            },
            _ => text.push(UNKNOWN),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::shell::{Dialect, Script};

    /// The packages of the first command, those without a version with `!`.
    fn packages(text: &str) -> String {
        let script = Script::parse(text, Dialect::Bash);
        let all = script.commands().filter_map(PackageCommand::of);
        let all = all.flat_map(|command| command.packages(&|_| None));
        let mark =
            |it: Package<Word<'_>>| format!("{}{}", it.text, if it.pinned { "" } else { "!" });
        all.map(mark).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_that_name_packages_are_told_from_options_and_their_values() {
        assert_eq!(
            packages("sudo apt-get -o X=y install -y -t sid a b=1 c/sid ./d.deb"),
            "a! b=1 c/sid ./d.deb"
        );
        assert_eq!(
            packages("apk add --no-cache -t .deps 'a>1' b c~2 -X http://x d"),
            "a>1 b! c~2 d!"
        );
        assert_eq!(
            packages("yum -y install a rpm-sign b-1.2 c-1:2k java@x @g d.rpm"),
            "a! rpm-sign! b-1.2 c-1:2k java@x! d.rpm"
        );
        assert_eq!(packages("dnf module install a b:1; dnf group install x"), "a! b:1");
        assert_eq!(packages("zypper -n in -r repo a 'b<1'"), "a! b<1");
        assert_eq!(packages("python3 -m pip install -i url a b==1 -e . -r x c/d"), "a! b==1 c/d");
        assert_eq!(
            packages("pip3.11 install git+https://x/y.git git+https://x/y.git@1#egg=z"),
            "git+https://x/y.git! git+https://x/y.git@1#egg=z"
        );
        assert_eq!(
            packages("npm i -g a @s/b @s/c@1 git+ssh://x git+ssh://x#1 ./d"),
            "a! @s/b! @s/c@1 git+ssh://x! git+ssh://x#1 ./d"
        );
        assert_eq!(packages("gem install a b:1 -- --c d"), "a! b:1");
        assert_eq!(
            packages("go install -ldflags '-s' x.y/z x.y/z@v1 x.y/z@latest ./..."),
            "x.y/z! x.y/z@v1 x.y/z@latest!"
        );
        assert_eq!(packages("go run x.y/z@v1 a b"), "x.y/z@v1");
        assert_eq!(
            packages("npm run install; apt-get update; pipenv install a; notdnf install b"),
            ""
        );
    }

    #[test]
    fn what_is_not_known_accuses_nobody() {
        assert_eq!(packages("apt-get install $A a=$B c$D"), "a=...");
        assert_eq!(packages("P='a b=1'; apt-get install $P"), "a! b=1");
        assert_eq!(packages("for p in a b; do apk add $p; done"), "a! b!");
        assert_eq!(packages("yum install a-$V $(b)"), "a-...");
    }
}
