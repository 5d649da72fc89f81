use std::borrow::Cow;

use super::ImageRef;
use crate::syntax::shell::Dialect;

/// The kinds of shells that run the shell form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShellKind {
    /// A `sh` of which nothing else is known.
    Posix,
    /// bash, or one that is as rich: zsh, ksh.
    Bash,
    /// BusyBox ash: `sh` of Alpine.
    Ash,
    /// Windows PowerShell or `pwsh`.
    PowerShell,
    /// `cmd.exe`.
    Cmd,
    /// Something else: python, nushell ...
    Other,
}

/// The shell of a stage from some instruction on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shell<'p> {
    /// What kind of shell it is.
    pub kind: ShellKind,
    /// The words of the `SHELL` instruction; empty for the default shell.
    pub words: Vec<Cow<'p, str>>,
    /// The number of the `SHELL` instruction; nothing for the default shell.
    pub instruction: Option<usize>,
}

impl ShellKind {
    /// The kind of the shell that is started by this program.
    pub fn of_program(program: &str) -> Self {
        let name = program.rsplit(['/', '\\']).next().unwrap_or(program).to_ascii_lowercase();
        match name.strip_suffix(".exe").unwrap_or(&name) {
            "powershell" | "pwsh" => ShellKind::PowerShell,
            "cmd" => ShellKind::Cmd,
            name => match Dialect::of_shell(name) {
                Some(Dialect::Posix) => ShellKind::Posix,
                Some(Dialect::Bash) => ShellKind::Bash,
                Some(Dialect::Ash) => ShellKind::Ash,
                None => ShellKind::Other,
            },
        }
    }

    /// The kind of the default shell of an image: `cmd` on Windows, ash on Alpine and BusyBox.
    pub fn of_image(image: &str) -> Self {
        let name = ImageRef::split(image);
        let lower = |text: &str| text.to_ascii_lowercase();
        let repository = lower(name.repository);
        let tag = lower(name.tag.unwrap_or(""));
        let has = |word: &str| repository.contains(word) || tag.contains(word);
        if is_windows(&repository, &tag) {
            ShellKind::Cmd
        } else if has("alpine") || has("busybox") {
            ShellKind::Ash
        } else {
            ShellKind::Posix
        }
    }

    /// How a script for it is read; nothing for what is no Bourne shell.
    pub const fn dialect(self) -> Option<Dialect> {
        match self {
            ShellKind::Posix => Some(Dialect::Posix),
            ShellKind::Bash => Some(Dialect::Bash),
            ShellKind::Ash => Some(Dialect::Ash),
            ShellKind::PowerShell | ShellKind::Cmd | ShellKind::Other => None,
        }
    }

    /// The dialect of `sh` in an image: Debian's dash where that is known, ash of BusyBox, else bash,
    /// which other distributions have as their `sh`, and in which nothing of bash is missing.
    pub fn sh_of_image(image: &str) -> Dialect {
        const DEBIAN: [&str; 14] = [
            "debian",
            "ubuntu",
            "buildpack-deps",
            "python",
            "node",
            "golang",
            "ruby",
            "rust",
            "php",
            "perl",
            "gcc",
            "postgres",
            "nginx",
            "httpd",
        ];
        let official = ImageRef::split(image).official();
        match Self::of_image(image) {
            ShellKind::Ash => Dialect::Ash,
            _ if official.is_some_and(|name| DEBIAN.contains(&name)) => Dialect::Posix,
            _ => Dialect::Bash,
        }
    }

    /// Whether it runs on Windows only.
    pub const fn is_windows(self) -> bool {
        matches!(self, ShellKind::Cmd)
    }
}

fn is_windows(repository: &str, tag: &str) -> bool {
    let words = ["nanoserver", "servercore", "windowsservercore"];
    let has = |word: &str| repository.contains(word) || tag.contains(word);
    words.iter().any(|word| has(word))
        || repository.split(['/', '-', '_']).any(|part| part == "windows")
        || tag.split(['-', '_']).any(|part| part.starts_with("ltsc") || part == "windows")
}

impl<'p> Shell<'p> {
    /// The default shell of a kind.
    pub fn default_of(kind: ShellKind) -> Self {
        Self { kind, words: Vec::new(), instruction: None }
    }

    /// Whether a pipe fails if any of its commands does: `-o pipefail` stands among the words, the
    /// `o` alone or among other letters.
    pub fn has_pipefail(&self) -> bool {
        self.words.windows(2).any(|pair| {
            let short = pair[0].starts_with('-') && !pair[0].starts_with("--");
            short && pair[0].contains('o') && pair[1] == "pipefail"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_follows_the_program_or_the_image() {
        assert_eq!(ShellKind::of_program("C:\\x\\PowerShell.exe"), ShellKind::PowerShell);
        assert_eq!(ShellKind::of_program("/bin/ash"), ShellKind::Ash);
        assert_eq!(ShellKind::of_program("python3"), ShellKind::Other);
        assert_eq!(ShellKind::of_image("golang:1.25.5-alpine3.23"), ShellKind::Ash);
        assert_eq!(
            ShellKind::of_image("mcr.microsoft.com/windows/servercore:ltsc2022"),
            ShellKind::Cmd
        );
        assert_eq!(ShellKind::of_image("debian:12"), ShellKind::Posix);
    }

    #[test]
    fn pipefail_stands_behind_a_group_of_options_with_o() {
        let shell = |words: &[&'static str]| Shell {
            kind: ShellKind::Bash,
            words: words.iter().map(|word| Cow::Borrowed(*word)).collect(),
            instruction: Some(0),
        };
        assert!(shell(&["/bin/bash", "-eo", "pipefail", "-c"]).has_pipefail());
        assert!(shell(&["/bin/bash", "-oe", "pipefail", "-c"]).has_pipefail());
        assert!(!shell(&["/bin/bash", "-c"]).has_pipefail());
    }
}
