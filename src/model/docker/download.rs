//! What the scripts of a build fetch from the network, and what becomes of it.

use super::{Dockerfile, RunCommand};
use crate::syntax::shell::{Invocation, Word};

/// A file that `curl` or `wget` fetches.
#[derive(Clone, Debug)]
pub struct Download<'d, 'p> {
    /// The command.
    pub at: RunCommand<'d, 'p>,
    /// The word with the address.
    pub word: Word<'d>,
    /// The address, variables filled in; what is not known of it is left out from there on.
    pub url: String,
    /// Whether the address is known to its end.
    pub whole: bool,
    /// Where it is saved, as it is written; nothing if it goes to standard output, or that cannot
    /// be told.
    pub file: Option<String>,
    /// Whether it goes to standard output.
    pub to_output: bool,
}

/// What is done with a download in the same script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is run, or made a program.
    Run,
    /// It is unpacked.
    Unpacked,
    /// It is installed by a package manager.
    Installed,
}

const CURL_VALUED: &[&str] = &[
    "-A",
    "--user-agent",
    "-b",
    "--cookie",
    "-c",
    "--cookie-jar",
    "-C",
    "--continue-at",
    "-d",
    "--data",
    "--data-raw",
    "--data-binary",
    "-e",
    "--referer",
    "-E",
    "--cert",
    "-F",
    "--form",
    "-H",
    "--header",
    "-K",
    "--config",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-o",
    "--output",
    "--output-dir",
    "-Q",
    "-r",
    "--range",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "-T",
    "--upload-file",
    "-u",
    "--user",
    "-w",
    "--write-out",
    "-x",
    "--proxy",
    "-X",
    "--request",
    "-y",
    "-Y",
    "-z",
    "--cacert",
    "--capath",
    "--key",
    "--proto",
    "--ciphers",
    "--tls-max",
    "--limit-rate",
];

const WGET_VALUED: &[&str] = &[
    "-O",
    "--output-document",
    "-o",
    "--output-file",
    "-a",
    "--append-output",
    "-P",
    "--directory-prefix",
    "-t",
    "--tries",
    "-T",
    "--timeout",
    "-w",
    "--wait",
    "-U",
    "--user-agent",
    "-e",
    "--execute",
    "-i",
    "--input-file",
    "-A",
    "--accept",
    "-R",
    "--reject",
    "-l",
    "--level",
    "--header",
    "--user",
    "--password",
    "--progress",
];

/// Words of a script that compare what was fetched with what it should be.
const PROOFS: [&str; 15] = [
    "sha256",
    "sha512",
    "sha1sum",
    "sha384",
    "shasum",
    "md5sum",
    "b2sum",
    "checksum",
    "gpg",
    "cosign",
    "minisign",
    "signify",
    "attestation",
    "rhash",
    "openssl dgst",
];

impl<'p> Dockerfile<'p> {
    /// What the scripts fetch with `curl` and `wget`.
    pub fn downloads(&self) -> impl Iterator<Item = Download<'_, 'p>> {
        self.commands().filter_map(Download::of)
    }
}

impl<'d, 'p> Download<'d, 'p> {
    fn of(at: RunCommand<'d, 'p>) -> Option<Self> {
        let run = at.invocation()?;
        let curl = run.is("curl");
        if !curl && !run.is("wget") {
            return None;
        }
        let operands = run.operands(if curl { CURL_VALUED } else { WGET_VALUED });
        let (word, (url, whole)) = operands.into_iter().find_map(|word| {
            let known = known_start(word, at);
            known.0.contains("://").then_some((word, known))
        })?;
        let named = if curl { ["-o", "--output"] } else { ["-O", "--output-document"] };
        let remote = || {
            let path = url.split(['?', '#']).next().unwrap_or("");
            let name = path.rsplit('/').next().filter(|name| !name.is_empty() && whole);
            name.map(str::to_owned)
        };
        let redirected = at.command.redirections().find(|it| it.takes_output());
        let output = output_word(run, if curl { 'o' } else { 'O' }, &named);
        let own_name = match curl {
            true => run.has_flag(&["-O", "--remote-name", "--remote-name-all"]),
            false => output.is_none(),
        };
        // `-qO-` has the value behind the letter.
        let bundled = run
            .arguments()
            .any(|word| word.literal().is_some_and(|it| it.starts_with('-') && it.ends_with("O-")));
        let (file, to_output) = match (output, redirected) {
            _ if bundled => (None, true),
            (Some(output), _) if matches!(output.as_str(), "-" | "/dev/stdout") => (None, true),
            (Some(output), _) => (Some(output), false),
            (None, Some(to)) => (to.target().map(|word| word.source_text().to_owned()), false),
            (None, None) if own_name => (remote(), false),
            (None, None) => (None, true),
        };
        let file = file.map(|file| file.trim_matches('"').to_owned());
        Some(Self { at, word, url, whole, file, to_output })
    }

    /// What the same script does with it, with the command that does; the first that is found.
    pub fn use_in_script(&self) -> Option<(Use, RunCommand<'d, 'p>)> {
        if self.to_output {
            let mut next = self.at.command.piped_into()?;
            let next = RunCommand { command: next.next()?, ..self.at };
            return use_of(next).filter(|it| *it == Use::Unpacked).map(|it| (it, next));
        }
        let file = self.file.as_deref()?;
        let name = file.rsplit('/').next().filter(|name| !name.is_empty())?;
        self.at.later().find_map(|later| {
            let says = |word: Word<'_>| {
                let text = word.source_text().trim_matches(['"', '\'']);
                text == file || text.rsplit('/').next() == Some(name)
            };
            let own = later.command.words().next().is_some_and(says);
            if own {
                return Some((Use::Run, later));
            }
            later
                .command
                .words()
                .skip(1)
                .any(says)
                .then(|| use_of(later))
                .flatten()
                .map(|it| (it, later))
        })
    }

    /// Whether something in the same script checks what was fetched.
    pub fn is_verified(&self) -> bool {
        let lower = self.at.run.text.to_ascii_lowercase();
        PROOFS.iter().any(|proof| lower.contains(proof))
    }
}

/// The file that an option names, also as the last letter of a bundle: `-fsSLo file`.
fn output_word(run: Invocation<'_>, letter: char, named: &[&str]) -> Option<String> {
    if let Some(value) = run.option_value(named) {
        let text = value.word.source_text();
        let attached = named.iter().find_map(|flag| text.strip_prefix(flag));
        return Some(attached.unwrap_or(text).trim_start_matches('=').to_owned());
    }
    let mut words = run.arguments();
    let bundle = |text: &str| {
        let letters = text.strip_prefix('-').unwrap_or("");
        letters.ends_with(letter) && letters.chars().all(|ch| ch.is_ascii_alphabetic())
    };
    words.find(|word| word.literal().is_some_and(bundle))?;
    words.next().map(|word| word.source_text().to_owned())
}

/// What a command does with a file that it is given.
fn use_of(at: RunCommand<'_, '_>) -> Option<Use> {
    let run = at.invocation()?;
    Some(match run.name()? {
        "tar" | "bsdtar" => {
            let first = run.arguments().next().map_or("", Word::literal_prefix);
            let packs = first.trim_start_matches('-').starts_with(['c', 't']);
            (!packs).then_some(Use::Unpacked)?
        }
        "unzip" | "gunzip" | "gzip" | "xz" | "unxz" | "bunzip2" | "zstd" | "7z" | "cpio" => {
            Use::Unpacked
        }
        "dpkg" | "rpm" | "apt-get" | "apt" | "yum" | "dnf" | "apk" | "pip" | "pip3" | "gdebi" => {
            Use::Installed
        }
        "sh" | "bash" | "dash" | "ash" | "zsh" | "python" | "python3" | "perl" | "php" | "node"
        | "ruby" | "java" | "." | "source" => Use::Run,
        "chmod" => {
            let executable = run.arguments().any(|word| {
                word.literal().is_some_and(|mode| {
                    let number = u32::from_str_radix(mode, 8).is_ok_and(|bits| bits & 0o111 != 0);
                    number || (mode.contains('x') && mode.contains(['+', '=']))
                })
            });
            executable.then_some(Use::Run)?
        }
        _ => return None,
    })
}

/// The text of a word up to the first part that is not known, and whether that is all of it.
fn known_start(word: Word<'_>, at: RunCommand<'_, '_>) -> (String, bool) {
    let outer = |name: &str| at.value(name);
    if let Some(text) = word.text_at(at.command, &outer) {
        return (text, true);
    }
    (word.literal_prefix().to_owned(), false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Sources;

    #[test]
    fn a_download_has_a_file_and_a_use() {
        let first = |script: &str| {
            let sources = Sources::new();
            let text = format!("FROM a\nARG V=1\nRUN {script}\n");
            let file = Dockerfile::resolve(sources.add("Dockerfile", text));
            let found = file.downloads().next().unwrap();
            let using = found.use_in_script().map(|(it, _)| it);
            (found.url, found.file, using)
        };
        let (url, file, using) =
            first("curl -fsSLo /tmp/a.tgz https://x/$V/a.tgz && tar xzf /tmp/a.tgz");
        assert_eq!((url.as_str(), file.as_deref()), ("https://x/1/a.tgz", Some("/tmp/a.tgz")));
        assert_eq!(using, Some(Use::Unpacked));
        assert_eq!(first("wget -qO- https://x/a | tar xz").2, Some(Use::Unpacked));
        assert_eq!(first("wget https://x/a.sh; chmod +x a.sh").2, Some(Use::Run));
        assert_eq!(first("curl -O https://x/a.deb; dpkg -i ./a.deb").2, Some(Use::Installed));
        assert_eq!(first("curl https://x/a > a; ./a").2, Some(Use::Run));
        assert_eq!(first("curl -o a https://x/a; tar czf a b").2, None);
        assert_eq!(first("curl https://x/a | jq .").2, None);
    }
}
