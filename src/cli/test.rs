//! `pipespec test [PACK]...`

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{Exit, print, project_here};
use crate::engine::{self, Error, PackPage};
use crate::rules;

#[derive(Args)]
pub(super) struct TestArgs {
    /// Folders with pages of rules, or single pages; the packs of the configuration if left out.
    #[arg(value_name = "PACK")]
    packs: Vec<PathBuf>,
}

pub(super) fn run(args: &TestArgs) -> Result<Exit, Error> {
    let project = project_here()?;
    let mut named = rules::catalog();
    let mut read: Vec<PackPage> = Vec::new();
    for path in &args.packs {
        read.extend(engine::read_pack(path, &mut named)?);
    }
    let (catalog, pages) = match args.packs.is_empty() {
        true => (&project.catalog, &project.pack_pages),
        false => (&named, &read),
    };
    if pages.is_empty() {
        return Err(Error::Usage {
            message: "the configuration names no packs".to_owned(),
            help: Some("`pipespec test PACK` tries the pages of a folder".to_owned()),
        });
    }
    let (mut out, mut count, mut broken) = (String::new(), 0, 0);
    for page in pages {
        let (examples, wrong) = engine::try_page(&project, catalog, page);
        count += examples;
        broken += usize::from(!wrong.is_empty());
        for (line, message) in wrong {
            let _ = writeln!(out, "{}:{line}: {message}", page.path);
        }
    }
    let plural = |count: usize, name: &str| match count {
        1 => format!("1 {name}"),
        _ => format!("{count} {name}s"),
    };
    let verdict = match broken {
        0 => "all of them true".to_owned(),
        _ => format!("{} wrong", plural(broken, "page")),
    };
    let (pages, examples) = (plural(pages.len(), "page"), plural(count, "example"));
    let _ = writeln!(out, "{pages} with {examples}, {verdict}");
    print(&out)?;
    Ok(if broken == 0 { Exit::Clean } else { Exit::Findings })
}
