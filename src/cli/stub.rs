//! `pipespec stub [CLAUSE]`

use std::path::PathBuf;

use clap::Args;

use super::{Exit, print};
use crate::engine::{self, CheckOptions, Error, Judged, Project};

#[derive(Args)]
pub(super) struct StubArgs {
    /// The id of a clause, as `pipespec trace` shows it, or its end; all undefined ones if left out.
    clause: Option<String>,
    /// The folder of the repository.
    #[arg(long, default_value = ".")]
    path: PathBuf,
    /// Take this spec instead of the one in `openspec/`.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

pub(super) fn run(args: &StubArgs) -> Result<Exit, Error> {
    let here = std::fs::canonicalize(&args.path)
        .map_err(|error| engine::path_error(&args.path, &error))?;
    let root = if engine::is_project(&here) { here } else { engine::project_root(&here) };
    let options =
        CheckOptions { spec: args.spec.clone(), empty_packs: true, ..CheckOptions::default() };
    let project = Project::open(&root, options)?;
    let report = engine::analyze(&project, &project.catalog);
    let named = |judged: &&Judged| {
        args.clause.as_ref().is_none_or(|name| judged.id.ends_with(name.as_str()))
    };
    let pages: Vec<String> =
        engine::stubs(&report).filter(|(judged, _)| named(judged)).map(|(_, page)| page).collect();
    if pages.is_empty() {
        let judged = args.clause.as_ref().and_then(|_| report.clauses.iter().find(named));
        let rule = judged.and_then(|it| it.rule).map(|rule| &report.catalog.get(rule).id);
        return Err(Error::Usage {
            message: match (&args.clause, rule) {
                (Some(name), Some(rule)) => format!("`{name}` is judged by `{rule}` already"),
                (Some(name), None) => format!("`{name}` is no clause that is undefined"),
                (None, _) => "no clause is undefined".to_owned(),
            },
            help: args
                .clause
                .as_ref()
                .map(|_| "`pipespec trace` lists the clauses with their ids".to_owned()),
        });
    }
    print(&pages.join("\n"))?;
    Ok(Exit::Clean)
}
