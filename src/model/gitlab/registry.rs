//! What the scripts of a job do with images: build, push, look for, pull.

use super::{Job, JobShell, Pipeline};
use crate::syntax::shell::{Command, Invocation, Part, Script, Word};
use crate::text::{Location, Span, Words};

/// What a command does with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageAct {
    /// Builds it.
    Build,
    /// Gives a built image another tag.
    Tag,
    /// Puts it into a registry under this name.
    Push,
    /// Puts every tag of the repository into the registry.
    PushAll,
    /// Asks the registry for it by `docker manifest inspect`.
    ManifestInspect,
    /// Asks the registry for it in another way.
    OtherInspect,
    /// Asks the local store for it.
    LocalInspect,
    /// Pulls it.
    Pull,
}

/// One image that a command has to do with.
pub struct ImageUse<'s> {
    /// What is done.
    pub act: ImageAct,
    /// The reference with the values of variables filled in as far as they are known; `$NAME` stands for
    /// the others, `?` for what a command prints. Empty if there is none.
    pub reference: String,
    /// The command.
    pub command: Command<'s>,
    /// Where the reference stands in the script.
    pub span: Span,
}

/// A script of a job with the way from its spans to places.
#[derive(Clone, Copy)]
pub enum Code<'j, 'p> {
    /// Its own.
    Own(&'j JobShell<'p>),
    /// One of the repository that it calls.
    Called(&'j super::CalledScript<'p>),
}

impl<'j, 'p> Code<'j, 'p> {
    /// The tree.
    pub fn script(self) -> &'j Script {
        match self {
            Code::Own(shell) => &shell.script,
            Code::Called(called) => &called.script,
        }
    }

    /// Where a span stands.
    pub fn at(self, span: Span) -> Location {
        match self {
            Code::Own(shell) => shell.at(span),
            Code::Called(called) => called.source.at(span),
        }
    }

    /// The scripts of a shell: its own, then those that it calls.
    pub fn of(shell: &'j JobShell<'p>) -> impl Iterator<Item = Code<'j, 'p>> {
        std::iter::once(Code::Own(shell)).chain(shell.called.iter().map(Code::Called))
    }
}

/// Options of `docker` in front of the subcommand that take a value.
const DOCKER: [&str; 9] = [
    "--config",
    "-c",
    "--context",
    "-H",
    "--host",
    "-l",
    "--log-level",
    "--tlscacert",
    "--tlscert",
];

/// How deep variables in variables are followed.
const DEPTH: u32 = 4;

/// A word with the values of variables filled in as far as the pipeline, or the call of the function
/// that it stands in, gives them; `$NAME` otherwise.
pub fn symbolic(word: Word<'_>, command: Command<'_>, of: (&Job<'_>, &Pipeline<'_>)) -> String {
    symbolic_in(word, command, of, DEPTH)
}

fn symbolic_in(
    word: Word<'_>,
    command: Command<'_>,
    of: (&Job<'_>, &Pipeline<'_>),
    depth: u32,
) -> String {
    let mut out = String::new();
    for part in word.parts() {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Variable(expansion) => {
                out.push_str(&variable(expansion.name, command, of, depth));
            }
            _ => out.push('?'),
        }
    }
    out
}

fn variable(name: &str, command: Command<'_>, of: (&Job<'_>, &Pipeline<'_>), depth: u32) -> String {
    let unknown = || format!("${name}");
    if depth == 0 {
        return unknown();
    }
    if let Ok(position) = name.parse::<usize>() {
        let script = command.script();
        let function = command.function().and_then(|function| script.function(function));
        let call = function.and_then(|function| function.calls().next());
        let argument =
            call.and_then(|call| Some((call, call.arguments().nth(position.checked_sub(1)?)?)));
        return match argument {
            Some((call, argument)) => symbolic_in(argument, call, of, depth - 1),
            None => unknown(),
        };
    }
    // What the script itself assigns once, in so many words.
    let assigned: Vec<_> = command
        .script()
        .commands()
        .flat_map(|command| command.assignments().map(move |it| (command, it)))
        .filter(|(_, assignment)| assignment.name() == name)
        .collect();
    if let [(at, assignment)] = assigned[..] {
        return match assignment.value() {
            Some(value) => {
                let text = symbolic_in(value, at, of, depth - 1);
                if text.contains('?') { unknown() } else { text }
            }
            None => String::new(),
        };
    }
    if !assigned.is_empty() {
        return unknown();
    }
    match of.1.variable_of(of.0, name).and_then(|variable| variable.text.as_ref()) {
        Some(text) => expand(text.as_str(), of, depth - 1),
        None => unknown(),
    }
}

/// A value of the configuration with the variables in it filled in.
fn expand(text: &str, of: (&Job<'_>, &Pipeline<'_>), depth: u32) -> String {
    let Some(at) = text.find('$') else { return text.to_owned() };
    let (head, rest) = text.split_at(at);
    let rest = &rest[1..];
    let (name, tail) = match rest.strip_prefix('{').and_then(|braced| braced.split_once('}')) {
        Some(pair) => pair,
        None => {
            let end = rest
                .find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_')
                .unwrap_or(rest.len());
            rest.split_at(end)
        }
    };
    let value = match of.1.variable_of(of.0, name).and_then(|variable| variable.text.as_ref()) {
        Some(value) if depth > 0 => expand(value.as_str(), of, depth - 1),
        _ => format!("${name}"),
    };
    format!("{head}{value}{}", expand(tail, of, depth))
}

/// The programs that are known to do something with images.
static PROGRAMS: Words = Words::new(&[
    "docker", "podman", "nerdctl", "buildah", "crane", "skopeo", "regctl", "oras", "executor",
    "kaniko",
]);

/// What the commands of a script do with images, in order.
pub fn image_uses<'s>(script: &'s Script, of: (&Job<'_>, &Pipeline<'_>)) -> Vec<ImageUse<'s>> {
    let mut uses = Vec::new();
    if !PROGRAMS.are_in(script.text()) {
        return uses;
    }
    for command in script.commands().filter(|command| command.is_reachable()) {
        if let Some(run) = command.invocation() {
            image_command(run, of, &mut uses);
        }
    }
    uses
}

fn image_command<'s>(
    run: Invocation<'s>,
    of: (&Job<'_>, &Pipeline<'_>),
    uses: &mut Vec<ImageUse<'s>>,
) {
    let command = run.command();
    let mut add = |act, word: Option<Word<'s>>| {
        let reference = word.map_or_else(String::new, |word| symbolic(word, command, of));
        let reference =
            reference.strip_prefix("docker://").map_or(reference.clone(), str::to_owned);
        let span = word.map_or(command.span(), Word::span);
        uses.push(ImageUse { act, reference, command, span });
    };
    let Some(sub) = run.subcommand(&DOCKER) else { return };
    let first = |run: Invocation<'s>, valued: &[&str]| run.operands(valued).first().copied();
    match (run.name(), sub.name()) {
        (Some("docker" | "podman" | "nerdctl" | "buildah"), Some(verb)) => {
            let next = sub.subcommand(&[]);
            match (verb, next.and_then(|next| next.name())) {
                ("manifest", Some("inspect")) => {
                    add(ImageAct::ManifestInspect, next.and_then(|next| first(next, &[])));
                }
                ("image", Some("inspect" | "ls" | "exists")) | ("images" | "inspect", _) => {
                    let words = if verb == "image" {
                        next.map(|it| it.operands(&["-f", "--format", "--filter"]))
                    } else {
                        Some(sub.operands(&["-f", "--format", "--filter"]))
                    };
                    add(ImageAct::LocalInspect, words.and_then(|words| words.first().copied()));
                }
                ("image", Some("pull")) => {
                    add(ImageAct::Pull, next.and_then(|next| first(next, &["--platform"])));
                }
                ("image", Some("push")) => pushed(next.unwrap_or(sub), &mut add),
                ("pull", _) => add(ImageAct::Pull, first(sub, &["--platform", "--policy"])),
                ("run" | "create", _) => add(
                    ImageAct::Pull,
                    first(
                        sub,
                        &[
                            "--name",
                            "-e",
                            "--env",
                            "-v",
                            "--volume",
                            "-w",
                            "--workdir",
                            "--entrypoint",
                            "-u",
                            "--user",
                            "--network",
                            "-p",
                            "--platform",
                        ],
                    ),
                ),
                ("push", _) => pushed(sub, &mut add),
                ("tag", _) => add(ImageAct::Tag, sub.operands(&[]).get(1).copied()),
                ("build" | "bud", _) => built(sub, &mut add),
                ("buildx", Some("build")) => built(next.unwrap_or(sub), &mut add),
                ("buildx", Some("imagetools")) => imagetools(next.unwrap_or(sub), &mut add),
                _ => {}
            }
        }
        (
            Some("crane" | "gcrane"),
            Some("manifest" | "digest" | "head" | "validate" | "config"),
        ) => add(ImageAct::OtherInspect, first(sub, &["--platform"])),
        (Some("crane" | "gcrane"), Some("pull")) => {
            add(ImageAct::Pull, first(sub, &["--platform"]));
        }
        (Some("crane" | "gcrane"), Some("copy" | "cp" | "push")) => {
            add(ImageAct::Push, sub.operands(&["--platform"]).get(1).copied());
        }
        (Some("crane" | "gcrane"), Some("tag")) => {
            let words = sub.operands(&[]);
            if let [image, tag, ..] = words[..] {
                let image = symbolic(image, command, of);
                let (repository, _) = split_tag(&image);
                let reference = format!("{repository}:{}", symbolic(tag, command, of));
                uses.push(ImageUse { act: ImageAct::Push, reference, command, span: tag.span() });
            }
        }
        (Some("skopeo"), Some("inspect")) => {
            add(ImageAct::OtherInspect, first(sub, &["--authfile", "--creds", "--format"]));
        }
        (Some("skopeo"), Some("copy")) => add(
            ImageAct::Push,
            sub.operands(&["--authfile", "--src-creds", "--dest-creds", "--format"])
                .get(1)
                .copied(),
        ),
        (Some("regctl"), Some("manifest")) => add(
            ImageAct::OtherInspect,
            sub.subcommand(&[]).and_then(|next| first(next, &["--format"])),
        ),
        (Some("regctl"), Some("image")) => {
            if let Some(next) = sub.subcommand(&[]) {
                match next.name() {
                    Some("copy") => add(ImageAct::Push, next.operands(&[]).get(1).copied()),
                    Some("digest" | "inspect") => {
                        add(ImageAct::OtherInspect, first(next, &["--format"]));
                    }
                    _ => {}
                }
            }
        }
        (Some("oras"), Some("manifest")) => {
            add(ImageAct::OtherInspect, sub.subcommand(&[]).and_then(|next| first(next, &[])));
        }
        _ => {
            if run.name().is_some_and(|name| name == "executor" || name == "kaniko") {
                for value in run.option_values(&["-d", "--destination"]) {
                    add_value(&value, ImageAct::Push, command, of, uses);
                }
            }
        }
    }
}

fn pushed<'s>(push: Invocation<'s>, add: &mut impl FnMut(ImageAct, Option<Word<'s>>)) {
    let words = push.operands(&["--authfile", "--creds", "--format", "--digestfile"]);
    let all = push.has_flag(&["-a", "--all-tags"]);
    // podman and buildah may name the destination behind the image.
    add(if all { ImageAct::PushAll } else { ImageAct::Push }, words.last().copied());
}

fn built<'s>(build: Invocation<'s>, add: &mut impl FnMut(ImageAct, Option<Word<'s>>)) {
    let pushes = build.has_flag(&["--push"])
        || build.option_values(&["-o", "--output"]).iter().any(|it| {
            it.text.is_some_and(|text| text.contains("push=true") || text.contains("type=registry"))
        });
    let tags = build.option_values(&["-t", "--tag"]);
    if tags.is_empty() {
        add(ImageAct::Build, None);
    }
    for tag in tags {
        // `--tag=x` has the value behind the option in its word; the whole word tells the reference then.
        add(ImageAct::Build, Some(tag.word));
        if pushes {
            add(ImageAct::Push, Some(tag.word));
        }
    }
}

fn imagetools<'s>(tools: Invocation<'s>, add: &mut impl FnMut(ImageAct, Option<Word<'s>>)) {
    let Some(sub) = tools.subcommand(&["--builder"]) else { return };
    match sub.name() {
        Some("inspect") => {
            add(ImageAct::OtherInspect, sub.operands(&["--format"]).first().copied());
        }
        Some("create") => {
            for tag in sub.option_values(&["-t", "--tag"]) {
                add(ImageAct::Push, Some(tag.word));
            }
        }
        _ => {}
    }
}

fn add_value<'s>(
    value: &crate::syntax::shell::OptionValue<'s>,
    act: ImageAct,
    command: Command<'s>,
    of: (&Job<'_>, &Pipeline<'_>),
    uses: &mut Vec<ImageUse<'s>>,
) {
    let text = symbolic(value.word, command, of);
    let reference = text
        .split_once('=')
        .filter(|(head, _)| head.starts_with('-'))
        .map_or(text.clone(), |(_, tail)| tail.to_owned());
    uses.push(ImageUse { act, reference, command, span: value.word.span() });
}

impl ImageUse<'_> {
    /// The reference without the option in front of it (`--tag=x`).
    pub fn image(&self) -> &str {
        match self.reference.split_once('=') {
            Some((head, tail)) if head.starts_with('-') => tail,
            _ => &self.reference,
        }
    }

    /// Repository and tag of the reference.
    pub fn split(&self) -> (&str, Option<&str>) {
        split_tag(self.image())
    }

    /// Whether the reference is known well enough to be compared.
    pub fn is_known(&self) -> bool {
        !self.reference.is_empty() && !self.reference.contains('?')
    }
}

/// Repository and tag of a reference; a colon before a slash belongs to a port.
pub fn split_tag(reference: &str) -> (&str, Option<&str>) {
    let reference = reference.split('@').next().unwrap_or(reference);
    match reference.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (reference, None),
    }
}

/// Whether a tag names one content: it has a digit or a variable that follows the content, and is none of
/// the names that move.
pub fn is_versioned(tag: &str) -> bool {
    const MOVING: [&str; 9] =
        ["latest", "main", "master", "stable", "edge", "dev", "develop", "nightly", "test"];
    if MOVING.contains(&tag) {
        return false;
    }
    let moving_variable =
        ["REF_SLUG", "REF_NAME", "BRANCH", "ENVIRONMENT"].iter().any(|part| tag.contains(part));
    if tag.contains('$') {
        let content = ["SHA", "COMMIT_TAG", "PIPELINE_I", "DIGEST", "VERSION"]
            .iter()
            .any(|part| tag.contains(part));
        return content || !moving_variable;
    }
    tag.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_from_ports_and_digests() {
        assert_eq!(split_tag("host:5000/a/b:1@sha256:0"), ("host:5000/a/b", Some("1")));
        assert_eq!(split_tag("host:5000/a/b"), ("host:5000/a/b", None));
        assert_eq!(split_tag("$R/ci:$TAG"), ("$R/ci", Some("$TAG")));
    }

    #[test]
    fn a_tag_that_moves_is_no_version() {
        for tag in ["latest", "$CI_COMMIT_REF_SLUG", "main", "stable"] {
            assert!(!is_versioned(tag), "{tag}");
        }
        for tag in [
            "v1",
            "$CI_COMMIT_SHA",
            "$CI_IMAGE_TAG",
            "alpine3.23-r1",
            "$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHA",
        ] {
            assert!(is_versioned(tag), "{tag}");
        }
    }
}
