//! `pipespec explain RULE`

use clap::Args;

use super::{Exit, print, project_here};
use crate::engine::{Error, check_name};
use crate::rule::Family;
use crate::rules;
use crate::text::did_you_mean;

#[derive(Args)]
pub(super) struct ExplainArgs {
    /// The rule's id, or its name in another tool (`DL3008`, `StageNameCasing`); a family lists its rules.
    rule: String,
}

pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Error> {
    if let Some(family) = Family::from_name(&args.rule) {
        let catalog = project_here()?.catalog;
        let rules = catalog.iter().map(|(_, rule)| rule).filter(|rule| rule.family == family);
        print(&super::rules::text(&rules.collect::<Vec<_>>()))?;
        return Ok(Exit::Clean);
    }
    let mut catalog = rules::catalog();
    if catalog.called(&args.rule).next().is_none() {
        // It may be a rule of the project's packs.
        catalog = project_here()?.catalog;
    }
    let pages: Vec<String> = catalog.called(&args.rule).map(|(_, rule)| rule.explained()).collect();
    if pages.is_empty() {
        let nearest = check_name(&catalog, &args.rule).err().and_then(|error| error.nearest);
        return Err(Error::UnknownName {
            name: args.rule.clone(),
            help: Some(match nearest {
                Some(nearest) => did_you_mean(nearest),
                None => "`pipespec rules` lists all".to_owned(),
            }),
        });
    }
    print(&pages.join("\n---\n\n"))?;
    Ok(Exit::Clean)
}
