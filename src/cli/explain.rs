//! `pipespec explain RULE`

use std::fmt::Write as _;

use clap::Args;

use super::{Exit, print, project_here};
use crate::engine::{Error, check_name};
use crate::rule::{Family, FixKind, Rule};
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
    let pages: Vec<String> = catalog.called(&args.rule).map(|(_, rule)| page(rule)).collect();
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

/// The rule's page with what its front matter says, as Markdown.
fn page(rule: &Rule) -> String {
    let (title, body) = rule.page.split_once('\n').unwrap_or((&rule.page, ""));
    let mut out = format!("{title}\n\n");
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(out, "- {key}: {value}");
    };
    line("rule", &format!("`{}` (family `{}`)", rule.id, rule.family));
    let on = if rule.enabled { "" } else { ", off unless it is selected" };
    line("severity", &format!("{}{on}", rule.severity));
    if !rule.since.is_empty() {
        line("since", &rule.since);
    }
    if !rule.aliases.is_empty() {
        line("elsewhere", &rule.aliases.join(", "));
    }
    match rule.fix {
        FixKind::None => {}
        FixKind::Safe => line("fix", "`pipespec check --fix`"),
        FixKind::Unsafe => line("fix", "`pipespec check --fix --unsafe-fixes`, to be looked at"),
    }
    for option in rule.options.iter() {
        line(
            &format!("option `{}`", option.name),
            &format!("{} (default `{}`)", option.about, option.default),
        );
    }
    for binding in rule.binds.iter() {
        let given = binding.given.as_ref().map(|it| format!("given `{it}`, ")).unwrap_or_default();
        line("judges", &format!("{given}`{}`", binding.then));
    }
    out.push_str(body);
    out
}
