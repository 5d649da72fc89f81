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

/// Cmdlets' verbs that scripts begin lines with; a line that starts with one of them, `-` and a
/// capital is PowerShell.
const VERBS: &[&str] = &[
    "Add",
    "Clear",
    "Close",
    "Compare",
    "Compress",
    "Connect",
    "Convert",
    "ConvertFrom",
    "ConvertTo",
    "Copy",
    "Disable",
    "Enable",
    "Enter",
    "Exit",
    "Expand",
    "Export",
    "Find",
    "ForEach",
    "Format",
    "Get",
    "Import",
    "Initialize",
    "Install",
    "Invoke",
    "Join",
    "Measure",
    "Mount",
    "Move",
    "New",
    "Out",
    "Pop",
    "Publish",
    "Push",
    "Read",
    "Receive",
    "Register",
    "Remove",
    "Rename",
    "Reset",
    "Resolve",
    "Restart",
    "Restore",
    "Save",
    "Select",
    "Send",
    "Set",
    "Show",
    "Sort",
    "Split",
    "Start",
    "Stop",
    "Test",
    "Trace",
    "Uninstall",
    "Unblock",
    "Unregister",
    "Update",
    "Wait",
    "Where",
    "Write",
];

/// Whether `text` is PowerShell: it calls cmdlets, reads `$env:NAME` or sets `$Variable = value`.
pub(super) fn looks_like_powershell(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().trim_start_matches(['@', '&', '(', '{']).trim_start();
        let with_dollar = || {
            line.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("$env:"))
                || has_environment_drive(line)
                || sets_like_powershell(line)
        };
        line.contains('$') && with_dollar()
            || has_dashed_capital(line)
                && line.split(['|', ';', '=', '{', '(']).any(starts_with_cmdlet)
    })
}

/// Whether a capital stands behind a dash somewhere, as in the name of each cmdlet.
fn has_dashed_capital(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .any(|(one, next)| *one == b'-' && next.is_ascii_uppercase())
}

fn starts_with_cmdlet(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or("");
    word.split_once('-').is_some_and(|(verb, noun)| {
        noun.starts_with(|ch: char| ch.is_ascii_uppercase())
            && noun.chars().all(|ch| ch.is_ascii_alphanumeric())
            && VERBS.contains(&verb)
    })
}

/// `$env:NAME`, not `"$env:$x"` of a script with a variable `env`.
fn has_environment_drive(line: &str) -> bool {
    let has_dollar_e = line.as_bytes().windows(2).any(|pair| pair == b"$e");
    has_dollar_e
        && line.match_indices("$env:").any(|(at, found)| {
            line[at + found.len()..].starts_with(|ch: char| ch.is_ascii_alphabetic())
                && !line[..at].ends_with('\\')
        })
}

/// `$Name = value`, which no Bourne shell has.
fn sets_like_powershell(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('$') else { return false };
    let is_name = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    let name = rest.len() - rest.trim_start_matches(is_name).len();
    let behind = rest[name..].trim_start();
    name > 0
        && behind.len() < rest[name..].len()
        && (behind.starts_with("= ") || behind.starts_with("+= "))
}

/// Whether a text that no Bourne shell can read is for a shell of Windows: it has blocks in braces
/// behind conditions, calls by `&`, type names, or paths with a drive. A Bourne script may hold all
/// of these in a heredoc, so this is asked only of what cannot be read.
pub(super) fn may_be_for_windows(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        let lower = line.to_ascii_lowercase();
        opens_block(&lower)
            || ["& ", "&\"", "&'", ".\\"].iter().any(|start| line.starts_with(start))
            || ["} else", "} catch", "} finally", "param(", "param ("]
                .iter()
                .any(|start| lower.starts_with(start))
            || line.contains("]::")
            || has_drive(line)
    })
}

/// `if (...) {`, `try {`: a Bourne shell has a command behind the condition, or a line break.
fn opens_block(line: &str) -> bool {
    if matches!(line, "try {" | "do {") {
        return true;
    }
    let heads = ["if", "elseif", "foreach", "for", "while", "switch"];
    heads.iter().any(|head| {
        let condition = line.strip_prefix(head).map(str::trim_start);
        condition.is_some_and(|it| it.starts_with('(') && !it.starts_with("((") && it.contains('{'))
    })
}

/// `C:\\x`, which a Bourne shell would take for `C:x`.
fn has_drive(line: &str) -> bool {
    line.match_indices(":\\").any(|(at, _)| {
        let mut before = line[..at].chars().rev();
        before.next().is_some_and(|ch| ch.is_ascii_alphabetic())
            && before.next().is_none_or(|ch| !ch.is_ascii_alphanumeric())
    })
}

/// Whether `text` is for `cmd.exe`: `@echo off`, `%NAME%`, `if exist`, `setlocal`, `rem`.
pub(super) fn looks_like_cmd(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start().to_ascii_lowercase();
        let starts = [
            "@echo ",
            "echo off",
            "setlocal",
            "rem ",
            "if exist ",
            "if not exist ",
            "if errorlevel ",
            "call :",
            "set /p ",
            "set /a ",
        ];
        starts.iter().any(|start| line.starts_with(start)) || has_percent_variable(&line)
    })
}

/// `%name%`; a format such as `%h%d` of `date` or `git log` has no name of three letters.
fn has_percent_variable(line: &str) -> bool {
    let mut parts = line.split('%');
    parts.next();
    let names: Vec<&str> = parts.collect();
    let inner = names.len().saturating_sub(1);
    let name = |text: &&&str| {
        text.len() >= 3 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    // `%` at the odd places opens a name, so a name stands at the even ones of what is between.
    names.iter().take(inner).step_by(2).any(|text| name(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powershell_is_told_from_a_bourne_shell() {
        let yes = [
            "Invoke-WebRequest -Uri $url -OutFile x.zip ; Expand-Archive x.zip",
            "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'x'",
            "$env:PATH += ';C:\\x'",
            "if (Test-Path x) { Remove-Item x }",
            "Get-ChildItem | Where-Object { $_.Name }",
            "$BUILD_ARGS = @('--build-arg', 'X=1')",
        ];
        for text in yes {
            assert!(looks_like_powershell(text), "{text}");
        }
        let no = [
            "apt-get install Foo-Bar",
            "pwsh -Command 'Get-Item x'",
            "echo \"$X = 1\"",
            "git log Get-Started",
            "docker-compose up",
            "Set-up.sh",
        ];
        for text in no {
            assert!(!looks_like_powershell(text), "{text}");
        }
    }

    #[test]
    fn what_is_written_for_windows_is_told_from_a_broken_script() {
        let yes = [
            "if (!($?)) {\n  Exit 1\n}",
            "IF ($LASTEXITCODE -ne 0) { exit 1 }",
            "foreach ($f in $files) {\n  echo $f\n}",
            "& \"C:\\x y\\z.exe\" (1)",
            "[Console]::WriteLine(1)",
            "cd C:\\Program Files (x86)\\x",
        ];
        for text in yes {
            assert!(may_be_for_windows(text), "{text}");
        }
        let no =
            ["if (cd x); then y", "if [ -f x ]; then", "for ((;;)) do", "echo (a)", "x() {", "}"];
        for text in no {
            assert!(!may_be_for_windows(text), "{text}");
        }
    }

    #[test]
    fn cmd_is_told_from_a_bourne_shell() {
        assert!(looks_like_cmd("@echo off\nset X=1"));
        assert!(looks_like_cmd("copy a %PROGRAMFILES%\\b"));
        assert!(!looks_like_cmd("date +%Y-%m-%d"));
        assert!(!looks_like_cmd("printf '%s %s' a b; git log --format=%an%ae"));
        assert!(!looks_like_cmd("if [ -e x ]; then y; fi"));
    }

    #[test]
    fn the_dialect_follows_the_name_of_the_shell() {
        assert_eq!(Dialect::of_shell("/bin/bash"), Some(Dialect::Bash));
        assert_eq!(Dialect::of_shell("/bin/ash"), Some(Dialect::Ash));
        assert_eq!(Dialect::of_shell("sh"), Some(Dialect::Posix));
        assert_eq!(Dialect::of_shell("C:\\x\\powershell.exe"), None);
        assert_eq!(Dialect::of_shell("cmd"), None);
    }
}
