use shuck_parser::ShellDialect;

/// The grammar by which a script is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// POSIX `sh` as Debian's dash has it: no `[[`, no arrays, no `pipefail`.
    Posix,
    /// bash.
    #[default]
    Bash,
    /// BusyBox ash, Alpine's `sh`: POSIX with `[[`, `local`, `pipefail` and some more of bash.
    Ash,
}

impl Dialect {
    /// The dialect of a shell by its path or name (`/bin/sh`, `bash`, `ash`); nothing for what is
    /// no Bourne shell.
    pub fn of_shell(shell: &str) -> Option<Self> {
        let name = shell.rsplit(['/', '\\']).next().unwrap_or(shell);
        match name.strip_suffix(".exe").unwrap_or(name) {
            "sh" | "dash" => Some(Self::Posix),
            "bash" | "zsh" | "ksh" | "mksh" => Some(Self::Bash),
            "ash" | "busybox" => Some(Self::Ash),
            _ => None,
        }
    }

    /// Every dialect is read by bash's grammar: what the others lack is a matter of rules, and a
    /// base image may well have bash as its `sh`.
    pub(super) const fn grammar(self) -> ShellDialect {
        ShellDialect::Bash
    }
}
