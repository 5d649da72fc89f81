//! The command line. One file per subcommand; this one only takes the words apart.

mod check;
mod collect;
mod error;
mod explain;
mod init;
mod jobs;
mod keywords;
mod lsp;
mod model;
mod place;
mod resolve;
mod rules;
mod stub;
mod test;
mod trace;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::engine::{self, Error};

/// How a run ends, as a process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// Usage, configuration or input and output.
    Error = 2,
    /// Nothing to judge.
    Nothing = 3,
}

/// Checks that a repository's CI does what its spec says it SHALL do.
///
/// Reads the spec (OpenSpec Markdown), `.gitlab-ci.yml` with what it includes, the Dockerfiles and
/// tasks.md, and reports every departure with the lines of both sides.
#[derive(Parser)]
#[command(name = "pipespec", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge a repository, or single files.
    Check(check::CheckArgs),
    /// Write a first configuration, with the choices of `.hadolint.yaml`.
    Init(init::InitArgs),
    /// Show every clause with its rule, its verdict and its place.
    Trace(trace::TraceArgs),
    /// Show the page of a rule, by its id or by the name that another tool has for it.
    Explain(explain::ExplainArgs),
    /// Say which jobs a pipeline would contain, and why each other one is left out.
    Jobs(jobs::JobsArgs),
    /// Print the pipeline as the server has it: includes, `extends` and references resolved.
    Resolve(resolve::ResolveArgs),
    /// List the keywords of the GitLab CI language, or say what is known of one.
    Keywords(keywords::KeywordsArgs),
    /// Serve an editor: findings, fixes, completion, hover and definitions by the language server protocol.
    Lsp(lsp::LspArgs),
    /// List the rules.
    Rules(rules::RulesArgs),
    /// Print a page to start a rule from, for a clause that no rule knows.
    Stub(stub::StubArgs),
    /// Try the examples on the pages of packs.
    Test(test::TestArgs),
    /// List the subjects of rules, and the fields that their predicates may use.
    Model(model::ModelArgs),
    /// Gather evidence for what files cannot prove: from a registry, from GitLab, in the image.
    Collect(collect::CollectArgs),
    /// Print a completion script for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// When to write colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    /// On a terminal that has them, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether standard output gets colours.
    fn on_stdout(self) -> bool {
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                let choice = anstream::AutoStream::choice(&std::io::stdout());
                choice != anstream::ColorChoice::Never
            }
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { Exit::Error } else { Exit::Clean };
            // Nobody is left to tell if this cannot be written.
            let _ = error.print();
            return ExitCode::from(code as u8);
        }
    };
    let result = match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Jobs(args) => jobs::run(&args),
        Command::Resolve(args) => resolve::run(&args),
        Command::Keywords(args) => keywords::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Stub(args) => stub::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Model(args) => model::run(&args),
        Command::Collect(args) => collect::run(&args),
        Command::Completions { shell } => {
            let mut command = <Cli as clap::CommandFactory>::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "pipespec", &mut script);
            print(&String::from_utf8_lossy(&script)).map(|()| Exit::Clean)
        }
    };
    match result {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => {
            complain(&error);
            ExitCode::from(Exit::Error as u8)
        }
    }
}

/// How a project is named in front of the paths below it, seen from the root of its repository: reports that a server
/// reads name files so.
fn below_repository(root: &Path) -> String {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let root = real(root);
    let checkout = std::env::var_os("CI_PROJECT_DIR").map(|it| real(Path::new(&it)));
    let checkout = checkout.filter(|it| root.starts_with(it));
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    let base = checkout.as_deref().or(repository).unwrap_or(&root);
    match engine::below_root(base, &root) {
        Some(below) if !below.is_empty() => format!("{below}/"),
        _ => String::new(),
    }
}

/// The project that the current folder lies in.
fn project_here() -> Result<engine::Project, Error> {
    let here =
        std::env::current_dir().map_err(|error| engine::path_error(Path::new("."), &error))?;
    project_of(here)
}

/// The project that a folder lies in.
fn project_of(folder: PathBuf) -> Result<engine::Project, Error> {
    let root = if engine::is_project(&folder) { folder } else { engine::project_root(&folder) };
    engine::Project::open(&root, engine::CheckOptions::default())
}

/// Writes an error to standard error.
fn complain(error: &Error) {
    // Nobody is left to tell if this cannot be written.
    let _ = std::io::stderr().write_all(error::render_error(error).as_bytes());
}

/// Writes to standard output. A reader that has gone away (`| head`) is no error.
fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::Path { path: PathBuf::from("standard output"), reason: error.to_string() })
        }
        _ => Ok(()),
    }
}
