//! `pipespec collect`: gathers evidence and writes it into a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use super::{Error, Exit, print};
use crate::collect::{
    CollectError, Credentials, GitLabTask, ImageTask, Limits, RawTask, RegistryTask, Secrets,
    collect_gitlab, collect_image, collect_raw, collect_registry, merged,
};
use crate::model::evidence::Kind;

/// Gather evidence.
#[derive(Args)]
pub(super) struct CollectArgs {
    #[command(subcommand)]
    what: What,
    /// Write into this file, in the place of older observations of the same things; to standard output if left out.
    #[arg(long, short, global = true, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How long a server may keep us waiting, in seconds.
    #[arg(long, global = true, default_value_t = 30, value_name = "SECONDS")]
    timeout: u64,
}

#[derive(Subcommand)]
enum What {
    /// Sizes, tags and pull times, from the image's registry.
    Registry {
        /// The image that the jobs run in, with its tag.
        image: String,
        /// The image that it is compared with.
        #[arg(long, value_name = "IMAGE")]
        baseline: Option<String>,
        /// The platform whose layers are pulled.
        #[arg(long, default_value = "linux/amd64")]
        platform: String,
        /// How often each image is pulled, to nowhere; 0 for not at all.
        #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1000))]
        runs: u32,
        /// How many layers are pulled at once.
        #[arg(long, default_value_t = 3, value_name = "N")]
        parallel: usize,
    },
    /// The history of a job, the settings of the project and its resource groups, from GitLab.
    Gitlab {
        /// The address of the API.
        #[arg(
            long,
            env = "CI_API_V4_URL",
            value_name = "URL",
            default_value = "https://gitlab.com/api/v4"
        )]
        api: String,
        /// The project: its number or its path.
        #[arg(long, env = "CI_PROJECT_ID")]
        project: String,
        /// The job whose history is wanted.
        #[arg(long, default_value = "build-ci-image", value_name = "NAME")]
        job: String,
        /// Only runs on this branch or tag.
        #[arg(long = "ref", value_name = "REF")]
        git_ref: Option<String>,
        /// So many runs of the job are enough.
        #[arg(long, default_value_t = 200, value_name = "N")]
        runs: usize,
        /// Only these kinds.
        #[arg(long, value_delimiter = ',', value_enum)]
        only: Vec<GitLabKind>,
    },
    /// Versions of tools and a static build, run inside the image.
    Image {
        /// The image that we are in, with its tag.
        #[arg(long, env = "CI_JOB_IMAGE")]
        image: String,
        /// Its digest.
        #[arg(long)]
        digest: Option<String>,
        /// A command to run, in words and without a shell; may be given several times.
        #[arg(long = "run", value_name = "COMMAND", default_values = ["mise --version", "golangci-lint --version", "goreleaser --version", "go version"])]
        commands: Vec<String>,
        /// Do not build a Go program.
        #[arg(long)]
        no_build: bool,
        /// Run in this folder of the image, instead of in an empty one.
        #[arg(long, value_name = "DIR")]
        workdir: Option<PathBuf>,
    },
    /// Take over what another tool prints, from a file or from standard input.
    Raw {
        /// What it is.
        kind: RawKind,
        /// The file; standard input if left out.
        file: Option<PathBuf>,
        /// The image that it speaks of.
        #[arg(long)]
        image: Option<String>,
        /// Its digest.
        #[arg(long)]
        digest: Option<String>,
        /// The command that printed it.
        #[arg(long, default_value = "taken over")]
        source: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GitLabKind {
    Jobs,
    Project,
    ResourceGroups,
}

impl From<GitLabKind> for Kind {
    fn from(kind: GitLabKind) -> Self {
        match kind {
            GitLabKind::Jobs => Kind::Jobs,
            GitLabKind::Project => Kind::Project,
            GitLabKind::ResourceGroups => Kind::ResourceGroups,
        }
    }
}

#[derive(Clone, Copy)]
struct RawKind(Kind);

impl std::str::FromStr for RawKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || format!("there are {}", Kind::ALL.map(Kind::as_str).join(", "));
        Kind::from_name(text).map(RawKind).ok_or_else(known)
    }
}

pub(super) fn run(args: &CollectArgs) -> Result<Exit, Error> {
    let limits = Limits { timeout: Duration::from_secs(args.timeout.max(1)), ..Limits::default() };
    let env = |name: &str| std::env::var(name).ok();
    let secrets =
        ["PIPESPEC_TOKEN", "CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "PIPESPEC_REGISTRY_PASSWORD"];
    let secrets = Secrets::new(secrets.iter().filter_map(|name| env(name)));
    let mut observations = gather(args, limits, &env).map_err(|error| {
        let error = error.scrubbed(&secrets);
        Error::Collect { message: error.to_string(), help: error.help() }
    })?;
    observations.iter_mut().for_each(|it| secrets.scrub_value(it));
    let fail = |path: &Path, reason: String| Error::Path { path: path.to_owned(), reason };
    let Some(path) = &args.output else {
        let text = merged(None, observations);
        print(&text.map_err(|reason| fail(Path::new("standard output"), reason))?)?;
        return Ok(Exit::Clean);
    };
    let before = match fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(crate::engine::path_error(path, &error)),
    };
    let text = merged(before.as_deref(), observations).map_err(|reason| fail(path, reason))?;
    crate::engine::write_file(path, &text)?;
    Ok(Exit::Clean)
}

fn gather(
    args: &CollectArgs,
    limits: Limits,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<Value>, CollectError> {
    match &args.what {
        What::Registry { image, baseline, platform, runs, parallel } => {
            let folder = env("DOCKER_CONFIG").map(PathBuf::from);
            let folder = folder.or_else(|| Some(PathBuf::from(env("HOME")?).join(".docker")));
            let config = folder.and_then(|it| fs::read_to_string(it.join("config.json")).ok());
            collect_registry(&RegistryTask {
                image: image.clone(),
                baseline: baseline.clone(),
                platform: platform.clone(),
                runs: *runs,
                parallel: *parallel,
                limits,
                credentials: &|host, own| {
                    Credentials::for_registry((host, own), env, config.as_deref())
                },
                roots: roots(env)?,
            })
        }
        What::Gitlab { api, project, job, git_ref, runs, only } => collect_gitlab(&GitLabTask {
            api: api.clone(),
            project: project.clone(),
            job: job.clone(),
            git_ref: git_ref.clone(),
            runs: *runs,
            only: only.iter().map(|kind| Kind::from(*kind)).collect(),
            limits,
            credentials: Credentials::for_gitlab(env),
            roots: roots(env)?,
        }),
        What::Image { image, digest, commands, no_build, workdir } => {
            let here = std::env::current_dir().unwrap_or_default();
            let root = crate::engine::project_root(&here);
            let project = env("CI_PROJECT_DIR").map(PathBuf::from);
            let project = project.or_else(|| crate::engine::is_project(&root).then_some(root));
            collect_image(&ImageTask {
                image: image.clone(),
                digest: digest.clone(),
                commands: commands.clone(),
                build: !no_build,
                workdir: workdir.clone(),
                project,
                timeout: Duration::from_secs(300),
            })
        }
        What::Raw { kind, file, image, digest, source } => {
            let bytes = match file {
                Some(path) => crate::engine::read_file(path),
                None => crate::engine::read_input(),
            };
            let text = bytes.map_err(|error| error.to_string()).and_then(|bytes| {
                String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
            });
            let text = text.map_err(|reason| {
                CollectError::usage(
                    format!("what is to be taken over cannot be read: {reason}"),
                    "name a file with what the tool printed",
                )
            })?;
            collect_raw(&RawTask {
                kind: kind.0,
                source: source.clone(),
                image: image.clone(),
                digest: digest.clone(),
                text,
            })
        }
    }
}

/// The certificates that the environment names; those of the public authorities otherwise.
fn roots(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<Vec<u8>>, CollectError> {
    let name = ["SSL_CERT_FILE", "CI_SERVER_TLS_CA_FILE"].into_iter();
    let Some((name, path)) =
        name.filter_map(|name| Some((name, env(name)?))).find(|(_, path)| !path.is_empty())
    else {
        return Ok(None);
    };
    fs::read(&path).map(Some).map_err(|error| {
        CollectError::usage(
            format!("`{path}` of `{name}` cannot be read: {error}"),
            "name a file of certificates in PEM form",
        )
    })
}
