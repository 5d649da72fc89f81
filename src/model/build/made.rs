//! Whether a file that a build takes is made by the pipeline itself.

use super::{BuildPath, ImageBuild};
use crate::model::Files;
use crate::model::gitlab::{Code, FileKind, Job, JobShell, Pipeline, overlaps, project_path};
use crate::syntax::shell::Command;

/// Commands that name a file and leave it as it is.
const READERS: [&str; 16] = [
    "cat",
    "docker",
    "podman",
    "buildah",
    "nerdctl",
    "hadolint",
    "grep",
    "ls",
    "test",
    "[",
    "[[",
    "echo",
    "printf",
    "head",
    "sha256sum",
    "executor",
];
/// Commands that bring no file that they do not name.
const HARMLESS: [&str; 34] = [
    "docker",
    "podman",
    "buildah",
    "nerdctl",
    "executor",
    "docker-buildx",
    "hadolint",
    "echo",
    "printf",
    "cat",
    "grep",
    "ls",
    "test",
    "[",
    "[[",
    "cd",
    "pushd",
    "popd",
    "export",
    "set",
    "local",
    "readonly",
    "apk",
    "apt-get",
    "sleep",
    "date",
    "true",
    ":",
    "exit",
    "return",
    "mkdir",
    "until",
    "head",
    "sha256sum",
];

/// Whether a command may write or change the file of this name.
fn writes(command: Command<'_>, name: &str) -> bool {
    let redirects = command.redirections().any(|it| {
        it.takes_output() && it.target().is_some_and(|word| word.source_text().contains(name))
    });
    let names = || command.source_text().contains(name);
    let reads = || {
        let run = command.invocation();
        run.is_none_or(|run| run.is_any(&READERS))
    };
    redirects || (names() && !reads())
}

/// Whether a command may bring files that it does not name: a build, a checkout, a script.
fn brings(command: Command<'_>) -> bool {
    let Some(run) = command.invocation() else { return false };
    let own = |name: &str| command.script().function(name).is_some();
    !run.is_any(&HARMLESS) && !run.name().is_some_and(own)
}

fn commands<'a>(shells: &'a [JobShell<'_>]) -> impl Iterator<Item = Command<'a>> {
    shells.iter().flat_map(Code::of).flat_map(|code| code.script().commands())
}

impl ImageBuild {
    /// Whether the scripts of the job may write the Dockerfile, or change it.
    pub(super) fn makes_dockerfile(&self, shells: &[JobShell<'_>]) -> bool {
        let names = self.dockerfile.candidates.iter();
        let mut names = names.map(|path| path.rsplit('/').next().unwrap_or(path));
        names.any(|name| commands(shells).any(|command| writes(command, name)))
    }

    /// The path that the build needs and that is not in the repository, with the place that says so; the
    /// context, if that is missing. Nothing if a script or an artifact may bring it, or if the
    /// configuration may be meant for another project.
    pub fn missing_path<'b>(
        &'b self,
        (job, pipeline): (&Job<'_>, &Pipeline<'_>),
        shells: &[JobShell<'_>],
        files: &dyn Files,
    ) -> Option<(&'b str, &'b BuildPath)> {
        let here = pipeline.kind == FileKind::Root && pipeline.is_complete() && !job.is_partial();
        let fetched = pipeline.variable_of(job, "GIT_STRATEGY").is_none();
        if !here || !fetched || self.dockerfile_is_made || files.exists(".gitmodules") {
            return None;
        }
        let context = self.context.candidates.first();
        let missing = match (context, self.dockerfile.candidates.first()) {
            (Some(path), _) if !self.context.is_folder(files) => (path, &self.context),
            (_, Some(path)) if self.dockerfile.file(files).is_none() => (path, &self.dockerfile),
            _ => return None,
        };
        let path = missing.0.as_str();
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        let name = path.rsplit('/').next().unwrap_or(path);
        let beside = super::folder::has_folder(files, parent);
        let brought = commands(shells).any(|command| {
            brings(command) || writes(command, name) || writes(command, parent_name(parent))
        });
        let handed = pipeline.jobs.iter().filter_map(|job| job.artifacts.as_ref());
        let handed = handed.flat_map(|artifacts| &artifacts.paths).any(|kept| {
            let text = kept.to_text();
            text.is_none_or(|text| text.contains('$') || overlaps(&project_path(&text), path))
        });
        (beside && !brought && !handed && !files.exists(path)).then_some((path, missing.1))
    }
}

/// A folder's own name; something that no command names, for the root.
fn parent_name(parent: &str) -> &str {
    if parent.is_empty() { "\0" } else { parent }
}
