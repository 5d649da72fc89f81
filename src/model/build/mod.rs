//! How the jobs build images: `docker build`, buildx, bake, kaniko, buildah, podman, nerdctl.
//!
//! [`ImageBuild::of_job`] reads the commands of one job. What the command line says is given with
//! the values of variables filled in: those of the job, of the script, of the loops around the
//! command. One command may be several builds, one for each turn of a loop, call of a function and
//! instance of a matrix. What depends on anything else is unknown.

mod bake;
mod command;
mod folder;
mod frames;
mod line;
mod made;
mod options;
#[cfg(test)]
mod tests;

use crate::model::Files;
use crate::text::Location;

/// What builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tool {
    /// `docker build`
    Docker,
    /// `docker buildx build`
    Buildx,
    /// A target of a bake file.
    Bake,
    /// kaniko's `executor`
    Kaniko,
    /// `buildah build`
    Buildah,
    /// `podman build`
    Podman,
    /// `nerdctl build`
    Nerdctl,
}

impl Tool {
    /// Its name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Tool::Docker => "docker build",
            Tool::Buildx => "docker buildx build",
            Tool::Bake => "docker buildx bake",
            Tool::Kaniko => "kaniko",
            Tool::Buildah => "buildah build",
            Tool::Podman => "podman build",
            Tool::Nerdctl => "nerdctl build",
        }
    }

    /// Whether it looks for a `Containerfile` too.
    const fn knows_containerfile(self) -> bool {
        matches!(self, Tool::Buildah | Tool::Podman)
    }
}

/// A text that a build is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The text; nothing if it is not known.
    pub text: Option<String>,
    /// Where it is written.
    pub at: Location,
}

/// A `--build-arg`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildArg {
    /// Its name.
    pub name: String,
    /// Its value; nothing if it is not known.
    pub value: Option<String>,
    /// The variables that the value is made of, by name.
    pub variables: Vec<String>,
    /// Where it is written.
    pub at: Location,
}

/// A file or folder that a build is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildPath {
    /// The paths below the root at which the tool looks, in this order; none if they are not known.
    pub candidates: Vec<String>,
    /// Where it is written; the command, if the tool's default holds.
    pub at: Location,
}

impl BuildPath {
    fn unknown(at: Location) -> Self {
        Self { candidates: Vec::new(), at }
    }

    /// Whether the path, as a folder, holds files of the project; not if it is not known.
    pub fn is_folder(&self, files: &dyn Files) -> bool {
        self.candidates.first().is_some_and(|path| folder::has_folder(files, path))
    }

    /// The file that the tool takes.
    pub fn file(&self, files: &dyn Files) -> Option<&str> {
        self.candidates.iter().map(String::as_str).find(|path| files.exists(path))
    }
}

/// One build of one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageBuild {
    /// What builds.
    pub tool: Tool,
    /// The name of the job.
    pub job: String,
    /// The places of the pipeline and of the job in it.
    pub job_place: (usize, usize),
    /// The command.
    pub at: Location,
    /// The Dockerfile.
    pub dockerfile: BuildPath,
    /// The build context, a folder below the root (empty for the root itself).
    pub context: BuildPath,
    /// The names of further contexts: `--build-context name=...`.
    pub contexts: Vec<Given>,
    /// The stage that is built; nothing for the last one.
    pub target: Option<Given>,
    /// The build arguments, in order.
    pub args: Vec<BuildArg>,
    /// The ids of the secrets that it may mount.
    pub secrets: Vec<Given>,
    /// The names that the image gets.
    pub tags: Vec<Given>,
    /// Whether it pushes the image itself.
    pub pushes: bool,
    /// Whether the scripts of the job may write the Dockerfile first, or change it.
    pub dockerfile_is_made: bool,
    /// Whether all options are known. Otherwise there may be more than these.
    pub is_complete: bool,
}

impl ImageBuild {
    /// The build argument of this name; of two the later counts.
    pub fn arg(&self, name: &str) -> Option<&BuildArg> {
        self.args.iter().rev().find(|arg| arg.name == name)
    }

    /// The build argument that stands in for the `# check=` directive of the Dockerfile. Only
    /// BuildKit has build checks.
    pub fn check_settings(&self) -> Option<&BuildArg> {
        let is_buildkit = matches!(self.tool, Tool::Docker | Tool::Buildx | Tool::Bake);
        self.arg("BUILDKIT_DOCKERFILE_CHECK").filter(|_| is_buildkit)
    }
}
