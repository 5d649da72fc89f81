//! From the commands of a job to builds.

use super::folder::join;
use super::frames::{Frame, Place, ROOT};
use super::line::Argument;
use super::options::{Grammar, Options};
use super::{BuildArg, BuildPath, Given, ImageBuild, Tool, bake};
use crate::model::Files;
use crate::model::gitlab::{Code, Job, JobShell, Pipeline, Settings};
use crate::syntax::shell::{Command, Wrapper};
use crate::text::{Location, Words};

/// Words one of which stands in every script that builds, or calls one that does.
static IN_SCRIPTS: Words =
    Words::new(&["build", "bud", "bake", "executor", "kaniko", ".sh", "source ", "./"]);

/// Words one of which stands in every command that builds.
static IN_COMMANDS: Words = Words::new(&["build", "bud", "bake", "executor"]);

impl ImageBuild {
    /// The builds of a job, whose shells are `shells`.
    pub fn of_job<'a, 'p>(
        (job, pipeline): (&'a Job<'p>, &'a Pipeline<'p>),
        job_place: (usize, usize),
        shells: &'a [JobShell<'p>],
        (settings, files): (&'a Settings, &'p dyn Files),
    ) -> Vec<ImageBuild> {
        let mut builds: Vec<ImageBuild> = Vec::new();
        for shell in shells {
            for code in Code::of(shell) {
                let place = Place { job, pipeline, shell, code, settings, files };
                for command in code.script().commands().filter(|it| may_build(*it)) {
                    if !command.is_reachable() {
                        continue;
                    }
                    for frame in place.frames(command) {
                        for mut build in place.builds(command, &frame, job_place) {
                            build.dockerfile_is_made = build.makes_dockerfile(shells);
                            if !builds.contains(&build) {
                                builds.push(build);
                            }
                        }
                    }
                }
            }
        }
        builds
    }

    /// Whether a job may build at all; asked before its scripts are read.
    pub fn may_be_in(job: &Job<'_>) -> bool {
        let items = job.scripts.iter().flat_map(|script| &script.items);
        items.filter_map(|item| item.as_str()).any(|text| IN_SCRIPTS.are_in(text))
    }
}

fn may_build(command: Command<'_>) -> bool {
    IN_COMMANDS.are_in(command.source_text())
}

impl<'a, 'p> Place<'a, 'p> {
    fn builds(
        &self,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
        job_place: (usize, usize),
    ) -> Vec<ImageBuild> {
        let Some(run) = command.invocation() else { return Vec::new() };
        // `xargs docker build` has arguments that are known only when it runs.
        if run.is_via(Wrapper::Arguments) {
            return Vec::new();
        }
        let line = self.line(run, frame);
        let Some((tool, arguments)) = tool(&line) else { return Vec::new() };
        let at = self.code.at(command.span());
        let grammar = if tool == Tool::Kaniko { Grammar::Kaniko } else { Grammar::Build };
        let (options, _) = Options::read(arguments, grammar);
        let folder = self.folder(command, frame);
        let build = ImageBuild {
            tool,
            job: self.job.name.to_string(),
            job_place,
            at,
            dockerfile: BuildPath::unknown(at),
            context: BuildPath::unknown(at),
            contexts: options
                .values(&["--build-context"])
                .map(|it| self.context_name(it))
                .collect(),
            target: options.value(&["--target"]).map(|it| self.given(it)),
            args: self.args(&options, command, frame),
            secrets: options.values(&["--secret"]).map(|it| self.secret(it)).collect(),
            tags: options.values(&["-t", "--tag"]).map(|it| self.given(it)).collect(),
            pushes: options.has("--push")
                || options.values(&["-o", "--output"]).any(|it| {
                    it.prefix.contains("push=true") || it.prefix.contains("type=registry")
                }),
            dockerfile_is_made: false,
            is_complete: options.is_complete,
        };
        match tool {
            Tool::Bake => {
                let variable = |name: &str| bake_variable(self, name, command, frame);
                let set = options.values(&["--set"]).map(|it| self.given(it)).collect();
                let files = options.values(&["-f", "--file"]).map(|it| it.text.clone()).collect();
                let targets = options.operands.iter().map(|it| it.text.clone()).collect();
                let request = bake::Request { files, targets, set, folder };
                bake::builds(&build, &request, self.files, &variable)
            }
            Tool::Kaniko => vec![self.kaniko(build, &options, folder.as_deref())],
            _ => vec![self.plain(build, &options, folder.as_deref())],
        }
    }

    /// `docker build` and its like: the operand is the context, `--file` is seen from the folder.
    fn plain(&self, mut build: ImageBuild, options: &Options, folder: Option<&str>) -> ImageBuild {
        let podman = build.tool.knows_containerfile();
        let operand = match &options.operands[..] {
            [only] => Some((only.text.clone(), self.code.at(only.span))),
            [] if podman && options.is_complete => Some((Some(".".to_owned()), build.at)),
            _ => None,
        };
        let context = operand.and_then(|(text, at)| Some((text?, at)));
        let local = context.as_ref().filter(|(text, _)| text != "-" && !is_remote(text));
        let path =
            local.zip(folder).and_then(|((text, at), folder)| Some((join(folder, text)?, *at)));
        if let Some((path, at)) = &path {
            build.context = BuildPath { candidates: vec![path.clone()], at: *at };
        }
        let files: Vec<&Argument> = options.values(&["-f", "--file"]).collect();
        let names: &[&str] =
            if podman { &["Containerfile", "Dockerfile"] } else { &["Dockerfile"] };
        build.dockerfile = match &files[..] {
            // What stands behind an unknown variable may be `--file`.
            [] if options.is_complete => match &path {
                Some((context, at)) => BuildPath {
                    candidates: names.iter().filter_map(|name| join(context, name)).collect(),
                    at: *at,
                },
                None => BuildPath::unknown(build.at),
            },
            // What is read from standard input or fetched brings its own files.
            [_] if context.is_some() && local.is_none() => BuildPath::unknown(build.at),
            [only] => self.file(only, folder, path.as_ref().filter(|_| podman)),
            _ => BuildPath::unknown(build.at),
        };
        build
    }

    fn file(
        &self,
        argument: &Argument,
        folder: Option<&str>,
        context: Option<&(String, Location)>,
    ) -> BuildPath {
        let at = self.code.at(argument.span);
        let text = argument.text.as_deref().filter(|text| *text != "-" && !text.is_empty());
        let (Some(text), Some(folder)) = (text, folder) else { return BuildPath::unknown(at) };
        let from = std::iter::once(folder).chain(context.map(|(path, _)| path.as_str()));
        let mut candidates: Vec<String> = from.filter_map(|from| join(from, text)).collect();
        candidates.dedup();
        BuildPath { candidates, at }
    }

    /// kaniko looks for its Dockerfile from the folder on, then in the context.
    fn kaniko(&self, mut build: ImageBuild, options: &Options, folder: Option<&str>) -> ImageBuild {
        build.tags = options.values(&["-d", "--destination"]).map(|it| self.given(it)).collect();
        build.pushes = !options.has("--no-push");
        let sub = options.value(&["--context-sub-path"]);
        if let Some(context) = options.value(&["-c", "--context"])
            && let (Some(text), None) = (&context.text, sub)
        {
            let text = text.strip_prefix("dir://").unwrap_or(text);
            let path = folder.and_then(|folder| join(folder, text));
            build.context = BuildPath {
                candidates: path.into_iter().collect(),
                at: self.code.at(context.span),
            };
        }
        let context = build.context.candidates.first().map(|path| (path.clone(), build.context.at));
        let inside = |name: &str| {
            let (path, at) = context.as_ref()?;
            Some(BuildPath { candidates: vec![join(path, name)?], at: *at })
        };
        build.dockerfile = match options.value(&["-f", "--dockerfile"]) {
            Some(named) if named.prefix.starts_with('/') || named.prefix.starts_with(ROOT) => {
                self.file(named, folder, None)
            }
            // Without the context it cannot be told which of the two places it is.
            Some(named) if context.is_some() => self.file(named, folder, context.as_ref()),
            None if options.is_complete => {
                inside("Dockerfile").unwrap_or(BuildPath::unknown(build.at))
            }
            _ => BuildPath::unknown(build.at),
        };
        build
    }

    fn given(&self, argument: &Argument) -> Given {
        let text = argument.text.clone().filter(|text| !text.contains(ROOT));
        Given { text, at: self.code.at(argument.span) }
    }

    fn args(
        &self,
        options: &Options,
        command: Command<'a>,
        frame: &Frame<'a, 'p>,
    ) -> Vec<BuildArg> {
        let mut args = Vec::new();
        for argument in options.values(&["-b", "--build-arg"]) {
            let at = self.code.at(argument.span);
            let known = |text: String| Some(text).filter(|text| !text.contains(ROOT));
            let (name, value, variables) = match argument.prefix.split_once('=') {
                Some((name, _)) => {
                    let text = argument.text.as_deref();
                    let value = text.and_then(|text| known(text.split_once('=')?.1.to_owned()));
                    (name.to_owned(), value, argument.variables.clone())
                }
                // The value comes from the environment.
                None => {
                    let Some(name) = argument.text.clone() else { continue };
                    let value = self.variable(&name, command, frame, 4).and_then(known);
                    (name.clone(), value, vec![name])
                }
            };
            if !name.is_empty() {
                args.push(BuildArg { name, value, variables, at });
            }
        }
        args
    }

    /// The name of a `--build-context`.
    fn context_name(&self, argument: &Argument) -> Given {
        let name = argument.prefix.split_once('=').map(|(name, _)| name.to_owned());
        Given { text: name, at: self.code.at(argument.span) }
    }

    /// The id of a `--secret`.
    fn secret(&self, argument: &Argument) -> Given {
        let mut fields = argument.prefix.split(',').peekable();
        let mut id = None;
        while let Some(field) = fields.next() {
            let whole = argument.text.is_some() || fields.peek().is_some();
            if let Some(value) = field.trim().strip_prefix("id=").filter(|_| whole) {
                id = Some(value.trim_matches('"').to_owned());
            }
        }
        Given { text: id, at: self.code.at(argument.span) }
    }
}

/// Whether a context is fetched: a URL or a Git repository.
pub(super) fn is_remote(context: &str) -> bool {
    context.contains("://") || context.starts_with("git@") || context.starts_with("github.com/")
}

/// A variable of a bake file is set by the environment, if that has it.
fn bake_variable<'a, 'p>(
    place: &Place<'a, 'p>,
    name: &str,
    command: Command<'a>,
    frame: &Frame<'a, 'p>,
) -> Option<Option<String>> {
    let is_set = name.starts_with("CI")
        || place.pipeline.variable_of(place.job, name).is_some()
        || place.settings.variable(name).is_some()
        || command.script().commands().flat_map(Command::assignments).any(|it| it.name() == name);
    is_set.then(|| place.variable(name, command, frame, 4).filter(|text| !text.contains(ROOT)))
}

/// What a command line builds with, and the arguments of the build.
fn tool(line: &[Argument]) -> Option<(Tool, &[Argument])> {
    let program = line.first()?.text.as_deref()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let rest = &line[1..];
    match program {
        "executor" | "kaniko" => {
            let is_kaniko = rest.iter().any(|it| {
                let own = ["--dockerfile", "--destination", "--context", "--no-push"];
                own.iter().any(|name| it.prefix.starts_with(name))
            });
            return is_kaniko.then_some((Tool::Kaniko, rest));
        }
        "docker" | "podman" | "buildah" | "nerdctl" | "docker-buildx" => {}
        _ => return None,
    }
    let mut words = rest;
    let mut group = if program == "docker-buildx" { "buildx" } else { "" };
    loop {
        let (options, used) = Options::read(words, Grammar::Global);
        let verb = options.operands.first()?.text.as_deref()?;
        words = words.get(used..)?;
        let tool = match (program, group, verb) {
            ("docker" | "docker-buildx", "buildx", "bake") => Tool::Bake,
            ("docker" | "docker-buildx", "buildx", "build" | "b") => Tool::Buildx,
            ("docker", "" | "image" | "builder", "build") => Tool::Docker,
            ("podman", "" | "image" | "buildx", "build") => Tool::Podman,
            ("buildah", "", "build" | "bud" | "build-using-dockerfile") => Tool::Buildah,
            ("nerdctl", "" | "image" | "builder", "build") => Tool::Nerdctl,
            _ => {
                let known = ["buildx", "image", "builder"].into_iter().find(|it| *it == verb);
                group = known.filter(|_| group.is_empty())?;
                continue;
            }
        };
        return Some((tool, words));
    }
}
