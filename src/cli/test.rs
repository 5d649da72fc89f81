//! `pipespec test [PACK]...`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{Exit, print, project_here, project_of};
use crate::engine::{self, Error, PackPage, Project};
use crate::rule::Catalog;
use crate::rules;

#[derive(Args)]
pub(super) struct TestArgs {
    /// Folders with pages of rules, or single pages; the packs of the configuration if left out.
    #[arg(value_name = "PACK")]
    packs: Vec<PathBuf>,
}

/// What came of the pages so far.
#[derive(Default)]
struct Trials {
    out: String,
    pages: usize,
    examples: usize,
    broken: usize,
}

impl Trials {
    fn run(&mut self, project: &Project, catalog: &Catalog, pages: &[PackPage]) {
        for page in pages {
            let (examples, wrong) = engine::try_page(project, catalog, page);
            self.pages += 1;
            self.examples += examples;
            self.broken += usize::from(!wrong.is_empty());
            for (line, message) in wrong {
                let _ = writeln!(self.out, "{}:{line}: {message}", page.path);
            }
        }
    }
}

pub(super) fn run(args: &TestArgs) -> Result<Exit, Error> {
    let mut trials = Trials::default();
    if args.packs.is_empty() {
        let project = project_here()?;
        trials.run(&project, &project.catalog, &project.pack_pages);
    }
    let mut named = rules::catalog();
    for path in &args.packs {
        let pages = engine::read_pack(path, &mut named)?;
        // Examples without a spec are held to that of the project that the pack lies in.
        let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let folder = if full.is_dir() { full.clone() } else { full.with_file_name("") };
        trials.run(&project_of(folder)?, &named, &pages);
    }
    if trials.pages == 0 {
        return Err(Error::Usage {
            message: "the configuration names no packs".to_owned(),
            help: Some("`pipespec test PACK` tries the pages of a folder".to_owned()),
        });
    }
    let Trials { mut out, pages, examples, broken } = trials;
    let plural = |count: usize, name: &str| match count {
        1 => format!("1 {name}"),
        _ => format!("{count} {name}s"),
    };
    let verdict = match broken {
        0 => "all of them true".to_owned(),
        _ => format!("{} wrong", plural(broken, "page")),
    };
    let (pages, examples) = (plural(pages, "page"), plural(examples, "example"));
    let _ = writeln!(out, "{pages} with {examples}, {verdict}");
    print(&out)?;
    Ok(if broken == 0 { Exit::Clean } else { Exit::Findings })
}
