//! Commands that run other commands: `sudo`, `env`, `timeout`, `xargs`, `sh -c` ...

/// A command that runs the rest of its words as a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapper {
    /// `sudo`, `doas`, `gosu`, `su-exec`, `runuser`, `setpriv`, `chroot`: as another user or root.
    User,
    /// `env`
    Environment,
    /// `timeout`
    Timeout,
    /// `retry`
    Retry,
    /// `xargs`, `find -exec`: with arguments that are known only when it runs.
    Arguments,
    /// `exec`: in place of the shell.
    Exec,
    /// `nohup`, `setsid`: outlives the shell.
    Detached,
    /// `time`, `nice`, `command`, `builtin`, `stdbuf`, `busybox` ...: as it is.
    Transparent,
}

/// Where a wrapper's words go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// At the word of this number starts the command that it runs.
    Command(usize, Wrapper),
    /// The word of this number is the text of a script that it runs.
    Script(usize),
    /// It is a shell that reads its script from standard input.
    Input,
}

/// How the options of a wrapper are skipped.
struct Options {
    /// Options whose value is the next word.
    valued: &'static [&'static str],
    /// How many words that are no options stand before the command.
    operands: usize,
    /// Whether `NAME=value` words stand before the command.
    assigns: bool,
}

const fn options(valued: &'static [&'static str], operands: usize, assigns: bool) -> Options {
    Options { valued, operands, assigns }
}

fn wrapper(name: &str) -> Option<(Wrapper, Options)> {
    use Wrapper::{Arguments, Detached, Environment, Exec, Retry, Timeout, Transparent, User};
    Some(match name {
        "sudo" => {
            let valued = &[
                "-u", "--user", "-g", "--group", "-h", "--host", "-p", "--prompt", "-C", "-T",
                "-R", "--chroot", "-D", "--chdir", "-r", "--role", "-t", "--type", "-U",
            ];
            (User, options(valued, 0, true))
        }
        "doas" => (User, options(&["-u", "-C", "-a"], 0, false)),
        "gosu" | "su-exec" => (User, options(&[], 1, false)),
        "chroot" => (User, options(&[], 1, false)),
        "setpriv" => (User, options(&[], 0, false)),
        "env" => {
            (Environment, options(&["-u", "--unset", "-C", "--chdir", "-a", "--argv0"], 0, true))
        }
        "timeout" => (Timeout, options(&["-s", "--signal", "-k", "--kill-after"], 1, false)),
        "retry" => {
            let valued = &["-t", "--tries", "-d", "--delay", "-n", "-s", "-m", "--max", "-b"];
            (Retry, options(valued, 0, false))
        }
        "xargs" => {
            let valued = &[
                "-n",
                "--max-args",
                "-P",
                "--max-procs",
                "-I",
                "-L",
                "--max-lines",
                "-d",
                "--delimiter",
                "-a",
                "--arg-file",
                "-s",
                "--max-chars",
                "-E",
            ];
            (Arguments, options(valued, 0, false))
        }
        "exec" => (Exec, options(&["-a"], 0, false)),
        "nohup" | "setsid" => (Detached, options(&[], 0, false)),
        "time" => (Transparent, options(&["-f", "--format", "-o", "--output"], 0, false)),
        "nice" => (Transparent, options(&["-n", "--adjustment"], 0, false)),
        "ionice" => (Transparent, options(&["-c", "--class", "-n", "--classdata"], 0, false)),
        "stdbuf" => (Transparent, options(&["-i", "-o", "-e"], 0, false)),
        "xvfb-run" => {
            let valued = &["-n", "--server-num", "-s", "--server-args", "-e", "-f", "-p", "-w"];
            (Transparent, options(valued, 0, false))
        }
        "command" | "builtin" | "busybox" | "toybox" | "chronic" | "unbuffer" | "eatmydata"
        | "fakeroot" | "linux32" | "linux64" | "noglob" | "tini" | "dumb-init" => {
            (Transparent, options(&[], 0, false))
        }
        _ => return None,
    })
}

/// Whether this word may begin a wrapper, so that it is worth looking at the others.
pub(super) fn may_wrap(name: &str) -> bool {
    let name = base(name);
    matches!(name, "find" | "su" | "runuser" | "eval") || is_shell(name) || wrapper(name).is_some()
}

/// The last part of a path.
pub(super) fn base(name: &str) -> &str {
    let path = name.bytes().rposition(|byte| byte == b'/');
    path.map_or(name, |at| &name[at + 1..])
}

pub(super) fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "zsh")
}

/// What the command of these words runs; a word that is not literal is nothing.
pub(super) fn step(words: &[Option<&str>]) -> Option<Step> {
    let name = base((*words.first()?)?);
    if is_shell(name) {
        return shell(words);
    }
    let rest = || words.iter().enumerate().skip(1);
    match name {
        "find" => {
            let runs = ["-exec", "-execdir", "-ok", "-okdir"];
            let at = rest().find(|(_, word)| word.is_some_and(|it| runs.contains(&it)))?.0;
            return (at + 1 < words.len()).then_some(Step::Command(at + 1, Wrapper::Arguments));
        }
        "eval" => {
            // Several words are joined; one that is written out is a script like any other.
            let only = words.len() == 2 && words.iter().all(|word| word.is_some());
            return only.then_some(Step::Script(1));
        }
        "su" | "runuser" => {
            let at = rest().find(|(_, word)| matches!(word, Some("-c" | "--command")));
            if let Some((at, _)) = at {
                return (at + 1 < words.len()).then_some(Step::Script(at + 1));
            }
            let at = rest().find(|(_, word)| matches!(word, Some("--")))?.0;
            let runs = name == "runuser" && at + 1 < words.len();
            return runs.then_some(Step::Command(at + 1, Wrapper::User));
        }
        _ => {}
    }
    let (wrapper, options) = wrapper(name)?;
    let mut operands = options.operands;
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let Some(word) = word else {
            // `timeout $LIMIT cmd`; else the command's name itself is expanded.
            if operands > 0 {
                operands -= 1;
                at += 1;
                continue;
            }
            break;
        };
        if *word == "--" {
            at += 1;
            break;
        }
        if word.len() > 1 && word.starts_with('-') {
            // `command -v x` and `sudo -l` ask; they run nothing.
            if name == "command" && word.contains(['v', 'V']) {
                return None;
            }
            at += 1 + usize::from(options.valued.contains(word));
        } else if operands > 0 {
            operands -= 1;
            at += 1;
        } else if (options.assigns && is_assignment(word))
            || (name == "retry" && word.bytes().all(|byte| byte.is_ascii_digit()))
        {
            at += 1;
        } else {
            break;
        }
    }
    // `gosu user -- cmd`: the operands stand before the dashes.
    (at < words.len()).then_some(Step::Command(at, wrapper))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn shell(words: &[Option<&str>]) -> Option<Step> {
    let mut script = false;
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let Some(word) = word else { break };
        let Some(letters) = word.strip_prefix(['-', '+']) else { break };
        at += 1;
        if *word == "--" || *word == "-" {
            break;
        }
        if letters.starts_with('-') {
            at += usize::from(matches!(*word, "--rcfile" | "--init-file"));
            continue;
        }
        script |= letters.contains('c') && word.starts_with('-');
        at += usize::from(letters.ends_with(['o', 'O']));
    }
    if script {
        return (at < words.len()).then_some(Step::Script(at));
    }
    let input = at >= words.len() || words[1..at].iter().flatten().any(|word| *word == "-s");
    input.then_some(Step::Input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Step> {
        let words: Vec<_> =
            text.split(' ').map(|word| (!word.starts_with('$')).then_some(word)).collect();
        step(&words)
    }

    #[test]
    fn options_and_operands_of_wrappers_are_skipped() {
        assert_eq!(of("sudo -u root -E A=b apt-get x"), Some(Step::Command(5, Wrapper::User)));
        assert_eq!(of("env -u A B=c $D"), Some(Step::Command(4, Wrapper::Environment)));
        assert_eq!(of("timeout -k 5 60 a b"), Some(Step::Command(4, Wrapper::Timeout)));
        assert_eq!(of("timeout $T a b"), Some(Step::Command(2, Wrapper::Timeout)));
        assert_eq!(of("retry 3 -- a"), Some(Step::Command(3, Wrapper::Retry)));
        assert_eq!(of("xargs -r -n 1 rm"), Some(Step::Command(4, Wrapper::Arguments)));
        assert_eq!(of("find . -name x -exec rm {} ;"), Some(Step::Command(5, Wrapper::Arguments)));
        assert_eq!(of("command -v docker"), None);
        assert_eq!(of("docker run x"), None);
        assert_eq!(of("eval x"), Some(Step::Script(1)));
        assert_eq!(of("eval $x"), None);
    }

    #[test]
    fn the_script_of_a_shell_is_found_behind_its_options() {
        assert_eq!(of("sh -c x"), Some(Step::Script(2)));
        assert_eq!(of("/bin/bash -euo pipefail -c x y"), Some(Step::Script(4)));
        assert_eq!(of("bash --login -exc x"), Some(Step::Script(3)));
        assert_eq!(of("su - app -c x"), Some(Step::Script(4)));
        assert_eq!(of("bash script.sh -c x"), None);
        assert_eq!(of("bash -s -- x"), Some(Step::Input));
        assert_eq!(of("sh"), Some(Step::Input));
    }
}
