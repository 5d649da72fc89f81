//! `pipespec trace [PATH]`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{ColorChoice, Exit, below_repository, check, print};
use crate::engine::{self, CheckOptions, Error, Project, Report, Verdict};
use crate::report::{
    render_trace_html, render_trace_json, render_trace_junit, render_trace_markdown,
    render_trace_text,
};

#[derive(Args)]
pub(super) struct TraceArgs {
    /// The folder of the repository.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Trace this spec instead of the one in `openspec/`.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// What was measured outside: a file that `pipespec collect` wrote. May be given several times.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// How to print the trace.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the trace to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Fail if a clause is not judged.
    #[arg(long, value_enum, value_name = "WHICH")]
    require_coverage: Option<Coverage>,
    /// Write a snapshot of the coverage, which `check` compares with: to `openspec/coverage.json` if no other file is
    /// named here or in the configuration.
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "spec")]
    write_snapshot: Option<Option<PathBuf>>,
    /// Use this configuration file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Use no configuration file.
    #[arg(long)]
    no_config: bool,
    /// When to write colours.
    #[arg(long, value_enum, default_value_t)]
    color: ColorChoice,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// By requirement and scenario, for a terminal.
    #[default]
    Text,
    /// A table for a merge request.
    Markdown,
    /// One JSON object.
    Json,
    /// JUnit XML with a test case for each clause.
    Junit,
    /// One page with the clauses, the findings and a drawing of the pipeline.
    Html,
}

/// Which clauses have to be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Coverage {
    /// Those that need no evidence from outside: no clause may be undefined, or unknown for want of a file.
    Static,
    /// All.
    All,
}

pub(super) fn run(args: &TraceArgs) -> Result<Exit, Error> {
    let full = std::fs::canonicalize(&args.path)
        .map_err(|error| engine::path_error(&args.path, &error))?;
    let root = if engine::is_project(&full) { full } else { engine::project_root(&full) };
    let options = CheckOptions {
        spec: args.spec.clone(),
        evidence: args.evidence.clone(),
        config: args.config.clone(),
        no_config: args.no_config,
        ..CheckOptions::default()
    };
    let project = Project::open(&root, options)?;
    let report = engine::analyze(&project, &project.catalog);
    check::complain(&report, &root);
    if report.clauses.is_empty() && report.failures.is_empty() {
        if !report.is_empty() {
            super::complain(&Error::Usage {
                message: format!("there is no spec in `{}`", root.display()),
                help: Some("specs lie in `openspec/specs`; `--spec` names another one".to_owned()),
            });
        }
        return Ok(Exit::Nothing);
    }
    let shown = render(args, &report, &root);
    match (&args.output, &args.write_snapshot) {
        (Some(path), _) => engine::write_file(path, &shown)?,
        (None, None) => print(&shown)?,
        (None, Some(_)) => {}
    }
    // A snapshot that cannot be read may be written anew; with anything else unread it would not be true.
    let unread = report.failures.iter().any(|it| it.path != project.snapshot_path());
    match &args.write_snapshot {
        Some(named) if !unread => {
            let path = named.clone().unwrap_or_else(|| root.join(project.snapshot_path()));
            engine::write_file(&path, &report.snapshot().to_json())?;
        }
        _ if !report.failures.is_empty() => return Ok(Exit::Error),
        _ => {}
    }
    Ok(match args.require_coverage {
        Some(wanted) if !is_covered(&report, wanted) => Exit::Findings,
        _ if unread => Exit::Error,
        _ => Exit::Clean,
    })
}

fn render(args: &TraceArgs, report: &Report<'_>, root: &Path) -> String {
    let below = below_repository(root);
    match args.format {
        Format::Text => {
            let here = std::env::current_dir().and_then(std::fs::canonicalize);
            let prefix = here.map(|here| check::prefix(&here, root)).unwrap_or_default();
            let color = args.output.is_none() && args.color.on_stdout();
            render_trace_text(report, &prefix, color)
        }
        Format::Markdown => render_trace_markdown(report, &below),
        Format::Json => render_trace_json(report),
        Format::Junit => render_trace_junit(report, &below),
        Format::Html => render_trace_html(report, &below),
    }
}

/// Whether all clauses that have to be judged are. One that is accepted as not met is accounted for.
fn is_covered(report: &Report<'_>, wanted: Coverage) -> bool {
    report.clauses.iter().all(|clause| match clause.verdict {
        Verdict::NeedsEvidence | Verdict::Undefined => {
            wanted == Coverage::Static && !clause.decidable
        }
        Verdict::Proven | Verdict::Evidenced | Verdict::Violated | Verdict::Excepted => true,
    })
}
