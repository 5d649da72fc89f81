//! What is inside well-known images: their distribution, and some of its programs.

use super::life::official;
use super::{
    Base, CopyParts, Dockerfile, EffectiveBase, ImageRef, Manager, ShellKind, Stage, unquoted,
};
use crate::syntax::dockerfile::Word;

/// What an image is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Alpine: apk, musl, BusyBox.
    Alpine,
    /// Chainguard's Wolfi: apk, but glibc.
    Wolfi,
    /// Debian and Ubuntu: apt, glibc.
    Debian,
    /// Fedora, CentOS, Rocky, Alma, Oracle, Amazon, Red Hat's UBI: yum and dnf, glibc.
    RedHat,
    /// openSUSE: zypper, glibc.
    Suse,
    /// Files of Debian without a shell and without a package manager.
    Distroless,
    /// `scratch`: nothing.
    Nothing,
}

/// Official images on Debian or Ubuntu whose tags say `alpine` where they are not.
const ON_DEBIAN: [&str; 28] = [
    "buildpack-deps",
    "debian",
    "erlang",
    "elixir",
    "gcc",
    "ghost",
    "golang",
    "haproxy",
    "haskell",
    "httpd",
    "mariadb",
    "memcached",
    "mongo",
    "nextcloud",
    "nginx",
    "node",
    "perl",
    "php",
    "postgres",
    "pypy",
    "python",
    "rabbitmq",
    "redis",
    "ruby",
    "rust",
    "ubuntu",
    "wordpress",
    "drupal",
];

/// Official images of the Red Hat family.
const ON_RED_HAT: [&str; 6] =
    ["almalinux", "amazonlinux", "centos", "fedora", "oraclelinux", "rockylinux"];

/// Other images, by the beginning of their full name.
const ELSEWHERE: [(&str, Distribution); 16] = [
    ("docker.io/almalinux/", Distribution::RedHat),
    ("docker.io/opensuse/", Distribution::Suse),
    ("docker.io/redhat/ubi", Distribution::RedHat),
    ("docker.io/rockylinux/rockylinux", Distribution::RedHat),
    ("gcr.io/distroless/", Distribution::Distroless),
    ("public.ecr.aws/amazonlinux/amazonlinux", Distribution::RedHat),
    ("public.ecr.aws/debian/debian", Distribution::Debian),
    ("public.ecr.aws/ubuntu/ubuntu", Distribution::Debian),
    ("quay.io/almalinux", Distribution::RedHat),
    ("quay.io/centos/centos", Distribution::RedHat),
    ("quay.io/fedora/fedora", Distribution::RedHat),
    ("quay.io/rockylinux/", Distribution::RedHat),
    ("registry.access.redhat.com/ubi", Distribution::RedHat),
    ("registry.fedoraproject.org/fedora", Distribution::RedHat),
    ("registry.opensuse.org/opensuse/", Distribution::Suse),
    ("cgr.dev/chainguard/wolfi-base", Distribution::Wolfi),
];

/// Official images on Debian that are made without curl and wget if the tag says `slim`.
const SLIM: [&str; 7] = ["debian", "node", "perl", "python", "pypy", "ruby", "rust"];

/// Official images whose Alpine variants have nothing but BusyBox to download with.
const PLAIN_ALPINE: [&str; 9] =
    ["alpine", "golang", "node", "postgres", "python", "redis", "ruby", "rust", "memcached"];

impl Distribution {
    /// The distribution of an image, if it is one of the well-known ones.
    pub fn of_image(image: &ImageRef<'_>) -> Option<Self> {
        let tag = image.tag.unwrap_or("");
        let repository = image.full_name();
        if ShellKind::of_image(&image.to_string()) == ShellKind::Cmd {
            return None;
        }
        if let Some(name) = official(image) {
            let alpine = tag.split('-').any(|part| part.starts_with("alpine"));
            return match name {
                "alpine" => Some(Distribution::Alpine),
                name if ON_RED_HAT.contains(&name) => Some(Distribution::RedHat),
                name if !ON_DEBIAN.contains(&name) => None,
                _ if alpine => Some(Distribution::Alpine),
                // `rust:trixie`, `mongo:7-ubi9`
                _ if tag.contains("ubi") || tag.contains("nanoserver") => None,
                _ => Some(Distribution::Debian),
            };
        }
        let known = ELSEWHERE.iter().find(|(start, _)| repository.starts_with(start));
        known.map(|(_, distribution)| *distribution).filter(|_| !repository.contains("micro"))
    }

    /// How messages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Distribution::Alpine => "Alpine",
            Distribution::Wolfi => "Wolfi",
            Distribution::Debian => "Debian or Ubuntu",
            Distribution::RedHat => "the Red Hat family",
            Distribution::Suse => "SUSE",
            Distribution::Distroless => "distroless",
            Distribution::Nothing => "nothing",
        }
    }

    /// The package manager that it comes with.
    pub const fn manager(self) -> Option<&'static str> {
        match self {
            Distribution::Alpine | Distribution::Wolfi => Some("apk"),
            Distribution::Debian => Some("apt-get"),
            Distribution::RedHat => Some("dnf"),
            Distribution::Suse => Some("zypper"),
            Distribution::Distroless | Distribution::Nothing => None,
        }
    }

    /// Whether it comes with this package manager; nothing for managers of languages.
    pub const fn has_manager(self, manager: Manager) -> Option<bool> {
        let own = match manager {
            Manager::AptGet | Manager::Apt => matches!(self, Distribution::Debian),
            Manager::Apk => matches!(self, Distribution::Alpine | Distribution::Wolfi),
            Manager::Yum | Manager::Dnf | Manager::Microdnf => matches!(self, Distribution::RedHat),
            Manager::Zypper => matches!(self, Distribution::Suse),
            _ => return None,
        };
        Some(own)
    }

    /// Whether programs are linked against musl.
    pub const fn is_musl(self) -> bool {
        matches!(self, Distribution::Alpine)
    }

    /// Whether there is a shell.
    pub const fn has_shell(self) -> bool {
        !matches!(self, Distribution::Distroless | Distribution::Nothing)
    }
}

/// Whether an image surely comes without `curl` or `wget`.
pub fn lacks_downloader(image: &ImageRef<'_>, tool: &str) -> bool {
    let Some(distribution) = Distribution::of_image(image) else { return false };
    let (name, tag) = (official(image).unwrap_or(""), image.tag.unwrap_or(""));
    match (distribution, tool) {
        (Distribution::Distroless, _) => true,
        (Distribution::Alpine, "curl") => PLAIN_ALPINE.contains(&name),
        (Distribution::Debian, "curl" | "wget") => {
            matches!(name, "debian" | "ubuntu") || (SLIM.contains(&name) && tag.contains("slim"))
        }
        _ => false,
    }
}

impl Dockerfile<'_> {
    /// What a stage is made from in the end, if it can be told.
    pub fn distribution(&self, stage: &Stage) -> Option<Distribution> {
        match self.effective_base(stage) {
            EffectiveBase::Scratch => Some(Distribution::Nothing),
            EffectiveBase::Image { image, .. } => Distribution::of_image(&image),
            EffectiveBase::Unknown => None,
        }
    }

    /// Whether a file system is put into the stage, or into one that it is based on, so that the base
    /// no longer tells what is there: by a copy of `/`, and on `scratch` by anything that lands in `/`.
    pub fn is_overlaid(&self, stage: &Stage) -> bool {
        let on_nothing = matches!(self.effective_base(stage), EffectiveBase::Scratch);
        self.ancestry(stage).flat_map(|it| self.steps_of(it)).any(|step| {
            let Some(parts) = CopyParts::of(step.instruction) else { return false };
            let is_root = |word: &Word<'_>| unquoted(&word.text) == "/";
            is_root(parts.destination) && (on_nothing || parts.sources.iter().any(|it| is_root(it)))
        })
    }

    /// Whether another stage starts from this one, or it is the last one: its layers are those of
    /// an image.
    pub fn is_shipped(&self, stage: &Stage) -> bool {
        let is_base = |other: &Stage| other.base == Base::Stage(stage.index);
        stage.index + 1 >= self.stages.len() || self.stages.iter().any(is_base)
    }

    /// Whether a word stands in an instruction of the stage or of those that it is based on.
    pub fn mentions(&self, stage: &Stage, word: &str) -> bool {
        self.mentions_outside(stage, word, usize::MAX)
    }

    /// As [`Dockerfile::mentions`], one instruction aside.
    pub fn mentions_outside(&self, stage: &Stage, word: &str, instruction: usize) -> bool {
        let said = |it: &Stage| {
            self.steps_of(it).any(|step| {
                step.index != instruction && self.source.slice(step.instruction.span).contains(word)
            })
        };
        self.ancestry(stage).any(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_tells_the_distribution() {
        let of = |text: &str| Distribution::of_image(&ImageRef::split(text));
        assert_eq!(of("node:22-alpine3.20"), Some(Distribution::Alpine));
        assert_eq!(
            of("public.ecr.aws/docker/library/python:3.12-slim"),
            Some(Distribution::Debian)
        );
        assert_eq!(of("registry.access.redhat.com/ubi9/ubi:9.4"), Some(Distribution::RedHat));
        assert_eq!(of("registry.access.redhat.com/ubi9/ubi-micro:9.4"), None);
        assert_eq!(of("golang:1.25-windowsservercore-ltsc2022"), None);
        assert_eq!(of("gcr.io/distroless/static-debian12"), Some(Distribution::Distroless));
        assert_eq!(of("registry.example.com/node:22"), None);
        assert_eq!(of("mongo:7-ubi9"), None);
    }

    #[test]
    fn only_what_is_surely_missing_is_missing() {
        let lacks = |text: &str, tool| lacks_downloader(&ImageRef::split(text), tool);
        assert!(lacks("debian:12-slim", "curl") && lacks("python:3.12-slim", "wget"));
        assert!(lacks("node:22-alpine", "curl") && !lacks("node:22-alpine", "wget"));
        assert!(!lacks("nginx:1.28-alpine", "curl") && !lacks("python:3.12", "curl"));
    }
}
