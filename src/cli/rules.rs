//! `pipespec rules`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Exit, print, project_here};
use crate::engine::Error;
use crate::rule::{Family, Rule};

#[derive(Args)]
pub(super) struct RulesArgs {
    /// How to print them.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// One line per rule, by family.
    #[default]
    Text,
    /// A JSON array.
    Json,
}

#[derive(Serialize)]
struct JsonRule<'r> {
    id: &'r str,
    family: &'static str,
    title: &'r str,
    severity: &'static str,
    enabled: bool,
    since: &'r str,
    aliases: Vec<&'r str>,
}

pub(super) fn run(args: &RulesArgs) -> Result<Exit, Error> {
    let project = project_here()?;
    let catalog = &project.catalog;
    let rules: Vec<&Rule> = catalog.iter().map(|(_, rule)| rule).collect();
    let text = match args.format {
        Format::Text => text(&rules),
        Format::Json => json(&rules),
    };
    print(&text)?;
    Ok(Exit::Clean)
}

pub(super) fn text(rules: &[&Rule]) -> String {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for family in Family::ALL {
        let of_family: Vec<_> = rules.iter().filter(|rule| rule.family == family).collect();
        if of_family.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{family}");
        for rule in of_family {
            let _ =
                write!(out, "  {:<width$}  {:<7}  {}", rule.id, rule.severity.as_str(), rule.title);
            if !rule.aliases.is_empty() {
                let _ = write!(out, " ({})", rule.aliases.join(", "));
            }
            if !rule.enabled {
                out.push_str(" [off by default]");
            }
            out.push('\n');
        }
    }
    out
}

fn json(rules: &[&Rule]) -> String {
    let rules: Vec<JsonRule<'_>> = rules
        .iter()
        .map(|rule| JsonRule {
            id: &rule.id,
            family: rule.family.as_str(),
            title: &rule.title,
            severity: rule.severity.as_str(),
            enabled: rule.enabled,
            since: &rule.since,
            aliases: rule.aliases.iter().map(AsRef::as_ref).collect(),
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&rules).unwrap_or_default();
    text.push('\n');
    text
}
