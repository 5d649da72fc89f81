//! `pipespec stub [CLAUSE]`

use std::path::PathBuf;

use clap::Args;

use super::{Exit, print};
use crate::engine::{self, CheckOptions, Error, Project};

#[derive(Args)]
pub(super) struct StubArgs {
    /// The id of a clause, as `check --format json` shows it, or its end; all undefined ones if left out.
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
        .map_err(|error| Error::Path { path: args.path.clone(), reason: error.to_string() })?;
    let root = if engine::is_project(&here) { here } else { engine::project_root(&here) };
    let options = CheckOptions { spec: args.spec.clone(), ..CheckOptions::default() };
    let project = Project::open(&root, options)?;
    let mut stubs = engine::stubs(&project, &project.catalog);
    if let Some(clause) = &args.clause {
        stubs.retain(|(id, _)| id == clause || id.ends_with(clause.as_str()));
    }
    if stubs.is_empty() {
        return Err(Error::Usage {
            message: match &args.clause {
                Some(clause) => format!("`{clause}` is no clause that is undefined"),
                None => "no clause is undefined".to_owned(),
            },
            help: None,
        });
    }
    let pages: Vec<String> = stubs.into_iter().map(|(_, page)| page).collect();
    print(&pages.join("\n"))?;
    Ok(Exit::Clean)
}
