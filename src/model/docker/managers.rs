//! Package managers: the names, options and subcommands of each.
//!
//! Facts come from the manuals: apt-get(8), apk(8), yum(8), dnf(8), zypper(8), `pip install`,
//! `npm install`, `yarn`, `gem install`, `go help install`.

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Manager {
    /// `apt-get`
    AptGet,
    /// `apt`, for people
    Apt,
    /// `aptitude`
    Aptitude,
    /// Alpine's `apk`
    Apk,
    /// `yum`
    Yum,
    /// `dnf`, also `dnf5`
    Dnf,
    /// `microdnf`
    Microdnf,
    /// `zypper`
    Zypper,
    /// `pip`, also as `python -m pip`
    Pip,
    /// `pipx`
    Pipx,
    /// `npm`
    Npm,
    /// `yarn`
    Yarn,
    /// `gem`
    Gem,
    /// `go`
    Go,
}

/// What a package manager is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Install named packages, files or what a manifest lists.
    Install,
    /// Fetch the lists of what there is.
    Update,
    /// Replace what is installed by newer versions.
    Upgrade,
    /// Take packages away.
    Remove,
    /// Take downloads and lists away.
    Clean,
    /// Something else.
    Other,
}

impl Manager {
    /// The manager of this command name.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "apt-get" => Manager::AptGet,
            "apt" => Manager::Apt,
            "aptitude" => Manager::Aptitude,
            "apk" => Manager::Apk,
            "yum" => Manager::Yum,
            "dnf" | "dnf5" => Manager::Dnf,
            "microdnf" => Manager::Microdnf,
            "zypper" => Manager::Zypper,
            "pipx" => Manager::Pipx,
            "npm" => Manager::Npm,
            "yarn" | "yarnpkg" => Manager::Yarn,
            "gem" => Manager::Gem,
            "go" => Manager::Go,
            name => {
                let version = name.strip_prefix("pip")?;
                let is_version = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                return is_version.then_some(Manager::Pip);
            }
        })
    }

    /// The command's usual name.
    pub const fn name(self) -> &'static str {
        match self {
            Manager::AptGet => "apt-get",
            Manager::Apt => "apt",
            Manager::Aptitude => "aptitude",
            Manager::Apk => "apk",
            Manager::Yum => "yum",
            Manager::Dnf => "dnf",
            Manager::Microdnf => "microdnf",
            Manager::Zypper => "zypper",
            Manager::Pip => "pip",
            Manager::Pipx => "pipx",
            Manager::Npm => "npm",
            Manager::Yarn => "yarn",
            Manager::Gem => "gem",
            Manager::Go => "go",
        }
    }

    /// Whether it is one of Debian's.
    pub const fn is_apt(self) -> bool {
        matches!(self, Manager::AptGet | Manager::Apt | Manager::Aptitude)
    }

    /// Whether it is `dnf` or its small sister.
    pub const fn is_dnf(self) -> bool {
        matches!(self, Manager::Dnf | Manager::Microdnf)
    }

    /// The options whose value is the next word.
    pub(super) const fn valued(self) -> &'static [&'static str] {
        match self {
            Manager::AptGet | Manager::Apt | Manager::Aptitude => &[
                "-t",
                "--target-release",
                "--default-release",
                "-o",
                "--option",
                "-c",
                "--config-file",
                "-a",
                "--host-architecture",
                "-P",
                "--build-profiles",
            ],
            Manager::Apk => &[
                "-t",
                "--virtual",
                "-X",
                "--repository",
                "-p",
                "--root",
                "--arch",
                "--cache-dir",
                "--cache-max-age",
                "--keys-dir",
                "--repositories-file",
                "--wait",
                "--progress-fd",
                "--timeout",
            ],
            Manager::Yum | Manager::Dnf | Manager::Microdnf => &[
                "-c",
                "--config",
                "-d",
                "--debuglevel",
                "-e",
                "--errorlevel",
                "-R",
                "--randomwait",
                "-x",
                "--exclude",
                "--enablerepo",
                "--disablerepo",
                "--repo",
                "--repoid",
                "--installroot",
                "--releasever",
                "--setopt",
                "--disableplugin",
                "--enableplugin",
                "--disableexcludes",
                "--color",
                "--forcearch",
                "--repofrompath",
                "--downloaddir",
                "--destdir",
                "--comment",
                "--advisory",
                "--advisories",
                "--bugzilla",
                "--cve",
            ],
            Manager::Zypper => &[
                "-R",
                "--root",
                "-D",
                "--reposd-dir",
                "-C",
                "--cache-dir",
                "--raw-cache-dir",
                "--solv-cache-dir",
                "--pkg-cache-dir",
                "-c",
                "--config",
                "-p",
                "--plus-repo",
                "--plus-content",
                "-t",
                "--type",
                "-r",
                "--repo",
                "--from",
                "--installroot",
                "--download",
                "--userdata",
            ],
            Manager::Pip | Manager::Pipx => &[
                "--abi",
                "-b",
                "--build",
                "--build-dir",
                "-c",
                "--constraint",
                "--cache-dir",
                "--cert",
                "--client-cert",
                "-C",
                "--config-settings",
                "-e",
                "--editable",
                "--exists-action",
                "--extra-index-url",
                "-f",
                "--find-links",
                "--global-option",
                "-i",
                "--index-url",
                "--pypi-url",
                "--implementation",
                "--install-option",
                "--keyring-provider",
                "--log",
                "--no-binary",
                "--only-binary",
                "--platform",
                "--prefix",
                "--progress-bar",
                "--proxy",
                "--python",
                "--python-version",
                "-r",
                "--requirement",
                "--report",
                "--retries",
                "--root",
                "--root-user-action",
                "--src",
                "-t",
                "--target",
                "--timeout",
                "--trusted-host",
                "--upgrade-strategy",
                "--use-deprecated",
                "--use-feature",
                "--suffix",
                "--pip-args",
                "--spec",
                "--backend",
                "--preinstall",
            ],
            Manager::Npm => &[
                "--loglevel",
                "--registry",
                "--prefix",
                "-C",
                "--cache",
                "--tag",
                "-w",
                "--workspace",
                "--userconfig",
                "--globalconfig",
                "--omit",
                "--include",
                "--install-strategy",
                "--fetch-timeout",
                "--fetch-retries",
                "--maxsockets",
                "--network-timeout",
                "--cpu",
                "--os",
                "--libc",
                "--python",
                "--before",
            ],
            Manager::Yarn => &[
                "--cwd",
                "--network-timeout",
                "--registry",
                "--modules-folder",
                "--cache-folder",
                "--mutex",
                "--network-concurrency",
                "--use-yarnrc",
                "--proxy",
                "--https-proxy",
                "--prod",
                "--mode",
            ],
            Manager::Gem => &[
                "-v",
                "--version",
                "-i",
                "--install-dir",
                "-n",
                "--bindir",
                "--build-root",
                "--platform",
                "-P",
                "--trust-policy",
                "-s",
                "--source",
                "-p",
                "--http-proxy",
                "-B",
                "--bulk-threshold",
                "-g",
                "--file",
                "--without",
                "--config-file",
                "--use-system-libraries",
            ],
            Manager::Go => &[
                "-C",
                "-asmflags",
                "-buildmode",
                "-compiler",
                "-exec",
                "-gcflags",
                "-gccgoflags",
                "-installsuffix",
                "-ldflags",
                "-mod",
                "-modfile",
                "-o",
                "-overlay",
                "-p",
                "-pgo",
                "-pkgdir",
                "-tags",
                "-toolexec",
            ],
        }
    }

    pub(super) fn action(self, verb: &str) -> Action {
        use Action::{Clean, Install, Other, Remove, Update, Upgrade};
        match self {
            Manager::AptGet | Manager::Apt | Manager::Aptitude => match verb {
                // `reinstall` takes the version that is there.
                "install" => Install,
                "update" => Update,
                "upgrade" | "dist-upgrade" | "full-upgrade" | "safe-upgrade" => Upgrade,
                "remove" | "purge" | "autoremove" => Remove,
                "clean" | "autoclean" | "distclean" => Clean,
                _ => Other,
            },
            Manager::Apk => match verb {
                "add" => Install,
                "update" => Update,
                "upgrade" => Upgrade,
                "del" => Remove,
                "cache" => Clean,
                _ => Other,
            },
            Manager::Yum | Manager::Dnf | Manager::Microdnf => match verb {
                "install" | "in" | "localinstall" | "groupinstall" | "reinstall" | "rei"
                | "install-n" | "install-na" | "install-nevra" => Install,
                "makecache" | "mc" | "check-update" => Update,
                "update"
                | "up"
                | "upgrade"
                | "upgrade-minimal"
                | "up-min"
                | "update-minimal"
                | "distro-sync"
                | "dsync"
                | "distrosync"
                | "distribution-synchronization"
                | "upgrade-to" => Upgrade,
                "remove" | "rm" | "erase" | "autoremove" => Remove,
                "clean" => Clean,
                _ => Other,
            },
            Manager::Zypper => match verb {
                "install" | "in" => Install,
                "refresh" | "ref" => Update,
                "update" | "up" | "patch" | "dist-upgrade" | "dup" => Upgrade,
                "remove" | "rm" => Remove,
                "clean" | "cc" => Clean,
                _ => Other,
            },
            Manager::Pip | Manager::Pipx => match verb {
                "install" => Install,
                "uninstall" => Remove,
                _ => Other,
            },
            Manager::Npm => match verb {
                "install" | "i" | "in" | "ins" | "add" => Install,
                "uninstall" | "remove" | "rm" => Remove,
                _ => Other,
            },
            Manager::Yarn => match verb {
                "install" | "add" => Install,
                "remove" => Remove,
                _ => Other,
            },
            Manager::Gem => match verb {
                "install" | "i" => Install,
                "update" => Upgrade,
                "uninstall" => Remove,
                "cleanup" => Clean,
                _ => Other,
            },
            Manager::Go => match verb {
                "install" | "get" | "run" => Install,
                "clean" => Clean,
                _ => Other,
            },
        }
    }
}
