//! `pipespec keywords [NAME]`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Exit, print};
use crate::engine::Error;
use crate::model::gitlab::{Described, described};
use crate::text::did_you_mean;

#[derive(Args)]
pub(super) struct KeywordsArgs {
    /// A keyword, with the keys that lead to it: `retry`, `cache:key:files`; all keywords if left out.
    name: Option<String>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// One line per keyword, or what is known of one.
    #[default]
    Text,
    /// A JSON array.
    Json,
}

#[derive(Serialize)]
struct JsonKeyword {
    path: String,
    places: Vec<&'static str>,
    summary: &'static str,
    value: String,
    words: Vec<JsonWord>,
    since: Option<String>,
    expands: &'static str,
    inherited: bool,
    conflicts: Vec<&'static str>,
    deprecated: Option<&'static str>,
    children: Vec<&'static str>,
}

#[derive(Serialize)]
struct JsonWord {
    word: &'static str,
    since: Option<String>,
}

pub(super) fn run(args: &KeywordsArgs) -> Result<Exit, Error> {
    let all = described();
    let wanted: Vec<&Described> = match &args.name {
        None => all.iter().collect(),
        Some(name) => {
            let same: Vec<&Described> = all.iter().filter(|it| it.path == *name).collect();
            match same.is_empty() {
                true => all.iter().filter(|it| it.keyword.name == name).collect(),
                false => same,
            }
        }
    };
    if let (Some(name), true) = (&args.name, wanted.is_empty()) {
        return Err(unknown(name, &all));
    }
    let text = match (args.format, &args.name) {
        (Format::Json, _) => json(&wanted),
        (Format::Text, None) => list(&wanted),
        (Format::Text, Some(_)) => wanted.iter().map(|it| page(it)).collect::<Vec<_>>().join("\n"),
    };
    print(&text)?;
    Ok(Exit::Clean)
}

fn unknown(name: &str, all: &[Described]) -> Error {
    let near = all.iter().map(|it| (strsim::osa_distance(name, &it.path), &it.path));
    let near = near.min().filter(|(far, _)| *far <= 3);
    Error::Usage {
        message: format!("there is no keyword `{name}`"),
        help: near.map(|(_, path)| did_you_mean(path)),
    }
}

fn list(found: &[&Described]) -> String {
    let width = found.iter().map(|it| it.path.len()).max().unwrap_or(0).min(40);
    let mut out = String::new();
    for it in found {
        let _ = write!(out, "{:<width$}  {}", it.path, it.keyword.summary);
        if let Some(since) = it.since() {
            let _ = write!(out, " [since {since}]");
        }
        if let Some(other) = it.keyword.deprecated {
            let _ = write!(out, " [better: {other}]");
        }
        out.push('\n');
    }
    out
}

fn page(found: &Described) -> String {
    let mut out = format!("{}\n  {}\n", found.path, found.keyword.summary);
    for (name, text) in found.facts() {
        let _ = writeln!(out, "  {name:<11}{text}");
    }
    out
}

fn json(found: &[&Described]) -> String {
    let keywords: Vec<JsonKeyword> = found
        .iter()
        .map(|it| {
            let since = |word: &str| it.keyword.word_since(word).map(|it| it.to_string());
            let words = it.keyword.words().into_iter();
            JsonKeyword {
                path: it.path.clone(),
                places: it.places.iter().map(|it| it.name()).collect(),
                summary: it.keyword.summary,
                value: it.keyword.shape(),
                words: words.map(|word| JsonWord { word, since: since(word) }).collect(),
                since: it.since(),
                expands: it.keyword.expands.name(),
                inherited: it.is_inherited(),
                conflicts: it.conflicts(),
                deprecated: it.keyword.deprecated,
                children: it.keyword.children().iter().map(|it| it.name).collect(),
            }
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&keywords).unwrap_or_default();
    text.push('\n');
    text
}
