//! The options of the tools that build.

use super::line::Argument;

/// Options of `docker`, `podman`, `buildah` and `nerdctl` in front of the subcommand that take a
/// value.
const GLOBAL: [&str; 25] = [
    "--config",
    "-c",
    "--context",
    "-H",
    "--host",
    "-l",
    "--log-level",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
    "--storage-driver",
    "--storage-opt",
    "--root",
    "--runroot",
    "--url",
    "--identity",
    "--connection",
    "--cgroup-manager",
    "--builder",
    "-n",
    "--namespace",
    "-a",
    "--address",
    "--snapshotter",
    "--registries-conf",
];

/// Options of a build that take a value. A value that is not told from an operand would make the
/// context unknown, no more.
const VALUED: [&str; 96] = [
    "-c",
    "-f",
    "-m",
    "-o",
    "-t",
    "-v",
    "--add-host",
    "--allow",
    "--annotation",
    "--arch",
    "--attest",
    "--authfile",
    "--blkio-weight",
    "--build-arg",
    "--build-arg-file",
    "--build-context",
    "--builder",
    "--cache-from",
    "--cache-to",
    "--cache-ttl",
    "--call",
    "--cap-add",
    "--cap-drop",
    "--cert-dir",
    "--cgroup-parent",
    "--cgroupns",
    "--cpp-flag",
    "--cpu-period",
    "--cpu-quota",
    "--cpu-shares",
    "--cpuset-cpus",
    "--cpuset-mems",
    "--creds",
    "--decryption-key",
    "--device",
    "--dns",
    "--dns-option",
    "--dns-search",
    "--env",
    "--file",
    "--format",
    "--from",
    "--group-add",
    "--hooks-dir",
    "--ignorefile",
    "--iidfile",
    "--ipc",
    "--ipfs-address",
    "--isolation",
    "--jobs",
    "--label",
    "--layer-label",
    "--logfile",
    "--manifest",
    "--memory",
    "--memory-swap",
    "--metadata-file",
    "--network",
    "--no-cache-filter",
    "--os",
    "--os-feature",
    "--os-version",
    "--output",
    "--pid",
    "--platform",
    "--policy",
    "--progress",
    "--provenance",
    "--retry",
    "--retry-delay",
    "--runtime",
    "--runtime-flag",
    "--sbom",
    "--secret",
    "--security-opt",
    "--shm-size",
    "--sign-by",
    "--signature-policy",
    "--source-date-epoch",
    "--ssh",
    "--storage-opt",
    "--tag",
    "--target",
    "--timestamp",
    "--ulimit",
    "--unsetenv",
    "--userns",
    "--userns-gid-map",
    "--userns-gid-map-group",
    "--userns-uid-map",
    "--userns-uid-map-user",
    "--uts",
    "--variant",
    "--volume",
    "--allow-insecure-entitlement",
    "--set",
];

/// Options of kaniko that are looked at; it takes no operands.
const KANIKO: [&str; 9] = [
    "-b",
    "-c",
    "-d",
    "-f",
    "--build-arg",
    "--context",
    "--context-sub-path",
    "--destination",
    "--dockerfile",
];

/// A command line, parted.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// The options, each with its value if it has one.
    given: Vec<(String, Option<Argument>)>,
    /// The arguments that are no options.
    pub operands: Vec<Argument>,
    /// Whether all arguments are known to be what they seem.
    pub is_complete: bool,
}

/// Which options take a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// In front of the subcommand: reading ends at the first operand.
    Global,
    /// Those of a build.
    Build,
    /// Those of kaniko.
    Kaniko,
}

impl Grammar {
    fn is_valued(self, name: &str) -> bool {
        match self {
            Grammar::Global => GLOBAL.contains(&name),
            Grammar::Build => VALUED.contains(&name),
            Grammar::Kaniko => KANIKO.contains(&name) || name == "--target",
        }
    }
}

impl Options {
    /// Parts the arguments behind the name.
    pub(super) fn read(arguments: &[Argument], grammar: Grammar) -> (Self, usize) {
        let mut options = Self { is_complete: true, ..Self::default() };
        let mut at = 0;
        while let Some(argument) = arguments.get(at) {
            at += 1;
            if argument.open {
                options.is_complete = false;
                continue;
            }
            let prefix = argument.prefix.as_str();
            if prefix == "--" && argument.text.is_some() {
                options.operands.extend(arguments[at..].iter().cloned());
                break;
            }
            if !prefix.starts_with('-') || argument.text.as_deref() == Some("-") {
                // A flag of the shell's making, such as `${X:+--pull}` behind other text, is rare.
                options.operands.push(argument.clone());
                if grammar == Grammar::Global {
                    break;
                }
                continue;
            }
            if let Some(equals) = prefix.find('=').filter(|_| prefix.starts_with("--")) {
                let name = prefix[..equals].to_owned();
                options.given.push((name, Some(argument.behind(equals + 1))));
                continue;
            }
            if argument.text.is_none() && prefix.len() < 3 {
                options.is_complete = false;
                continue;
            }
            if prefix.starts_with("--") || prefix.len() == 2 {
                let value = grammar.is_valued(prefix).then(|| arguments.get(at)).flatten();
                at += usize::from(value.is_some());
                options.given.push((prefix.to_owned(), value.cloned()));
                continue;
            }
            // Letters in a row: `-qt x`, `-fpath`.
            for (number, letter) in prefix.char_indices().skip(1) {
                let name = format!("-{letter}");
                if !grammar.is_valued(&name) {
                    options.given.push((name, None));
                    continue;
                }
                let rest = number + letter.len_utf8();
                let value = if rest < prefix.len() || argument.text.is_none() {
                    Some(argument.behind(rest))
                } else {
                    at += 1;
                    arguments.get(at - 1).cloned()
                };
                options.given.push((name, value));
                break;
            }
        }
        (options, at)
    }

    /// The values of these options, in order.
    pub(super) fn values(&self, names: &[&str]) -> impl Iterator<Item = &Argument> {
        let named = self.given.iter().filter(move |(name, _)| names.contains(&name.as_str()));
        named.filter_map(|(_, value)| value.as_ref())
    }

    /// The value of the last of these options.
    pub(super) fn value(&self, names: &[&str]) -> Option<&Argument> {
        self.values(names).last()
    }

    /// Whether this switch is on.
    pub(super) fn has(&self, name: &str) -> bool {
        let given = self.given.iter().rev().find(|(own, _)| own == name);
        given.is_some_and(|(_, value)| {
            value.as_ref().is_none_or(|it| it.text.as_deref() != Some("false"))
        })
    }
}
