//! `pipespec check [PATHS]`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{ColorChoice, Exit, print};
use crate::engine::{self, CheckOptions, Error, Project, Report, Selection};
use crate::report::{
    TextOptions, render_code_quality, render_github, render_json, render_junit, render_markdown,
    render_sarif, render_text,
};
use crate::rule::Severity;
use crate::text::did_you_mean;

#[derive(Args)]
pub(super) struct CheckArgs {
    /// Folders (each judged as a repository) or files; `-` for standard input. Without any: the
    /// repository that the current folder lies in.
    paths: Vec<PathBuf>,
    /// Hold the project to this spec instead of the one in `openspec/`.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// What was measured outside: a file that `pipespec collect` wrote. May be given several times.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the report to this file; standard output then has the findings as text.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Report only what these rules find: ids, families, names in other tools, or `all`. Clauses are judged by all rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not run these rules; clauses that they alone judge are undefined then.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Fail if there is a finding at or above this severity; `error` if neither this nor the
    /// configuration says so.
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// Use this configuration file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Use no configuration file.
    #[arg(long)]
    no_config: bool,
    /// The path that standard input stands for.
    #[arg(long, value_name = "PATH", default_value = ".gitlab-ci.yml")]
    stdin_filename: String,
    /// Show every clause with its verdict.
    #[arg(long)]
    clauses: bool,
    /// When to write colours.
    #[arg(long, value_enum, default_value_t)]
    color: ColorChoice,
    /// Draw frames with ASCII only.
    #[arg(long)]
    ascii: bool,
    /// Apply the fixes that are safe.
    #[arg(long)]
    fix: bool,
    /// With `--fix`: apply those too that a person has to look at.
    #[arg(long, requires = "fix")]
    unsafe_fixes: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Diagnostics with the lines that they speak of.
    #[default]
    Text,
    /// One line for each finding.
    Short,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// GitLab Code Quality, for `artifacts:reports:codequality`.
    #[value(name = "codequality", alias = "code-quality", alias = "gitlab")]
    CodeQuality,
    /// JUnit XML, for `artifacts:reports:junit`.
    Junit,
    /// Workflow commands of GitHub.
    Github,
    /// A table for a merge request.
    Markdown,
}

impl Format {
    /// Whether what is written is one document, which cannot hold two repositories.
    const fn is_document(self) -> bool {
        matches!(self, Format::Sarif | Format::CodeQuality | Format::Junit)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A clause is violated; the server, the builder or the shell refuses something.
    #[default]
    Error,
    /// Warnings too.
    Warning,
    /// Any finding.
    Note,
    /// Never.
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Note => Some(Severity::Note),
            FailOn::Never => None,
        }
    }
}

/// What one project has to be looked at for.
struct Target {
    root: PathBuf,
    /// What was named inside the root, below it; empty for all.
    only: Vec<String>,
    /// What stands before its paths in the text output.
    prefix: String,
    stdin: Option<(String, Vec<u8>)>,
}

pub(super) fn run(args: &CheckArgs) -> Result<Exit, Error> {
    let selection = Selection {
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        severity: Vec::new(),
    };
    let mut exit = Exit::Nothing;
    let targets = targets(args)?;
    if targets.len() > 1 && (args.output.is_some() || args.format.is_document()) {
        return Err(Error::Usage {
            message: format!("one report cannot hold {} repositories", targets.len()),
            help: Some("name one of them at a time".to_owned()),
        });
    }
    for target in targets {
        let mut project = Project::open(
            &target.root,
            CheckOptions {
                only: target.only,
                spec: args.spec.clone(),
                config: args.config.clone(),
                no_config: args.no_config,
                selection: selection.clone(),
                evidence: args.evidence.clone(),
                ..CheckOptions::default()
            },
        )?;
        for name in args.select.iter().chain(&args.ignore) {
            engine::check_name(&project.catalog, name).map_err(|unknown| Error::UnknownName {
                name: unknown.name,
                help: unknown.nearest.map(did_you_mean),
            })?;
        }
        if let Some((path, bytes)) = target.stdin {
            project.overlay(&path, bytes);
        }
        if args.fix {
            engine::fix_project(&project, args.unsafe_fixes)?;
            project = project.reopen()?;
        }
        let report = engine::analyze(&project, &project.catalog);
        let shown = render(args, args.format, &report, &target.root, &target.prefix);
        match &args.output {
            None => print(&shown)?,
            Some(path) => {
                engine::write_file(path, &shown)?;
                print(&render(args, Format::Text, &report, &target.root, &target.prefix))?;
            }
        }
        complain(&report, &target.root);
        let configured = project.config.fails_on().unwrap_or(FailOn::default().severity());
        let least = args.fail_on.map_or(configured, FailOn::severity);
        exit = worse(exit, exit_of(&report, least));
        // The process is about to end, which frees all of it at once and sooner.
        std::mem::forget(report);
        std::mem::forget(project);
    }
    Ok(exit)
}

fn render(
    args: &CheckArgs,
    format: Format,
    report: &Report<'_>,
    root: &Path,
    prefix: &str,
) -> String {
    let below = super::below_repository(root);
    match format {
        Format::Json => render_json(report),
        Format::Sarif => render_sarif(report, &below),
        Format::CodeQuality => render_code_quality(report, &below),
        Format::Junit => render_junit(report, &below),
        Format::Github => render_github(report, &below),
        Format::Markdown => render_markdown(report, &below),
        Format::Text | Format::Short => render_text(
            report,
            &TextOptions {
                short: format == Format::Short,
                // A file is no terminal.
                color: args.color.on_stdout() && (args.output.is_none() || format != args.format),
                ascii: args.ascii,
                clauses: args.clauses,
                prefix: prefix.to_owned(),
            },
        ),
    }
}

fn exit_of(report: &engine::Report<'_>, least: Option<Severity>) -> Exit {
    let heavy =
        |finding: &crate::rule::Finding| least.is_some_and(|least| finding.severity >= least);
    if !report.failures.is_empty() {
        Exit::Error
    } else if report.findings.iter().any(heavy) {
        Exit::Findings
    } else if report.is_empty() {
        Exit::Nothing
    } else {
        Exit::Clean
    }
}

/// Tells on standard error what could not be read, and that there was nothing to judge.
pub(super) fn complain(report: &engine::Report<'_>, root: &Path) {
    for failure in &report.failures {
        let error =
            Error::Path { path: PathBuf::from(&failure.path), reason: failure.reason.clone() };
        super::complain(&error);
    }
    if report.is_empty() && report.failures.is_empty() {
        super::complain(&Error::Usage {
            message: format!("there is nothing to judge in `{}`", root.display()),
            help: Some(
                "a project has a `.gitlab-ci.yml`, a Dockerfile or a spec in `openspec/`"
                    .to_owned(),
            ),
        });
    }
}

/// The exit code of two projects together: an error counts most, "nothing to judge" least.
fn worse(one: Exit, other: Exit) -> Exit {
    let rank = |exit| match exit {
        Exit::Nothing => 0,
        Exit::Clean => 1,
        Exit::Findings => 2,
        Exit::Error => 3,
    };
    if rank(one) >= rank(other) { one } else { other }
}

/// The projects that the paths of the command line lie in, in the order in which they are named.
fn targets(args: &CheckArgs) -> Result<Vec<Target>, Error> {
    let here =
        std::env::current_dir().map_err(|error| engine::path_error(Path::new("."), &error))?;
    let mut targets: Vec<Target> = Vec::new();
    if args.paths.is_empty() {
        let root = engine::project_root(&here);
        let prefix = prefix(&here, &root);
        targets.push(Target { root, only: Vec::new(), prefix, stdin: None });
    }
    for path in &args.paths {
        let (root, below, stdin) = if path == Path::new("-") {
            let bytes = engine::read_input()?;
            let file = here.join(&args.stdin_filename);
            let root = engine::project_root(file.parent().unwrap_or(&here));
            let below = engine::below_root(&root, &file).unwrap_or(args.stdin_filename.clone());
            (root, Some(below.clone()), Some((below, bytes)))
        } else {
            let full = normal(&here.join(path));
            let meta =
                std::fs::metadata(&full).map_err(|error| engine::path_error(path, &error))?;
            if meta.is_dir() && engine::is_project(&full) {
                (full, None, None)
            } else {
                let folder = if meta.is_dir() { &full } else { full.parent().unwrap_or(&here) };
                let root = engine::project_root(folder);
                let below = engine::below_root(&root, &full);
                (root, below.filter(|below| !below.is_empty()), None)
            }
        };
        let prefix = prefix(&here, &root);
        match targets.iter_mut().find(|target| target.root == root) {
            Some(target) if below.is_some() && !target.only.is_empty() => {
                target.only.extend(below);
                target.stdin = target.stdin.take().or(stdin);
            }
            Some(target) => target.only.clear(),
            None => targets.push(Target { root, only: below.into_iter().collect(), prefix, stdin }),
        }
    }
    Ok(targets)
}

/// The path without `.` and `..`, as far as that can be told from its words.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                result.pop();
            }
            part => result.push(part),
        }
    }
    result
}

/// How a root is named in front of the paths below it, seen from `here`.
pub(super) fn prefix(here: &Path, root: &Path) -> String {
    if let Ok(below) = root.strip_prefix(here) {
        let below = below.to_string_lossy();
        return if below.is_empty() { String::new() } else { format!("{below}/") };
    }
    match here.strip_prefix(root) {
        Ok(down) => "../".repeat(down.components().count()),
        Err(_) => format!("{}/", root.display()),
    }
}
