//! `pipespec keywords [NAME]`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Exit, print};
use crate::engine::Error;
use crate::model::gitlab::{self as model, Expands, Keyword, Place, keyword, keywords, places};
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

/// A keyword with the way to it.
struct Found {
    path: String,
    places: Vec<Place>,
    keyword: &'static Keyword,
}

/// How deep keywords stand in keywords.
const LEVELS: usize = 6;

pub(super) fn run(args: &KeywordsArgs) -> Result<Exit, Error> {
    let all = all();
    let wanted: Vec<&Found> = match &args.name {
        None => all.iter().collect(),
        Some(name) => {
            let same: Vec<&Found> = all.iter().filter(|it| it.path == *name).collect();
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

fn unknown(name: &str, all: &[Found]) -> Error {
    let near = all.iter().map(|it| (strsim::osa_distance(name, &it.path), &it.path));
    let near = near.min().filter(|(far, _)| *far <= 3);
    Error::Usage {
        message: format!("there is no keyword `{name}`"),
        help: near.map(|(_, path)| did_you_mean(path)),
    }
}

/// All keywords, each with those that may stand in it behind it.
fn all() -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for place in Place::ALL {
        for keyword in keywords(place) {
            add(keyword, keyword.name.to_owned(), place, LEVELS, &mut all);
        }
    }
    all
}

fn add(keyword: &'static Keyword, path: String, place: Place, levels: usize, all: &mut Vec<Found>) {
    let same = |it: &&mut Found| {
        it.path == path
            && it.keyword.shape() == keyword.shape()
            && it.keyword.since == keyword.since
    };
    match all.iter_mut().find(same) {
        Some(found) if found.places.contains(&place) => return,
        Some(found) => found.places.push(place),
        None => all.push(Found { path: path.clone(), places: vec![place], keyword }),
    }
    // What stands in `default` is listed for that place.
    if levels > 0 && path != "default" {
        for child in keyword.children() {
            add(child, format!("{path}:{}", child.name), place, levels - 1, all);
        }
    }
}

fn list(found: &[&Found]) -> String {
    let width = found.iter().map(|it| it.path.len()).max().unwrap_or(0).min(40);
    let mut out = String::new();
    for it in found {
        let _ = write!(out, "{:<width$}  {}", it.path, it.keyword.summary);
        if let Some(since) = since(it.keyword) {
            let _ = write!(out, " [since {since}]");
        }
        if let Some(other) = it.keyword.deprecated {
            let _ = write!(out, " [better: {other}]");
        }
        out.push('\n');
    }
    out
}

fn page(found: &Found) -> String {
    let keyword = found.keyword;
    let mut out = format!("{}\n  {}\n", found.path, keyword.summary);
    let mut line = |name: &str, text: String| {
        let _ = writeln!(out, "  {name:<11}{text}");
    };
    line("stands in", found.places.iter().map(|it| it.name()).collect::<Vec<_>>().join(", "));
    line("value", keyword.shape());
    let words = keyword.words();
    if !words.is_empty() {
        line("words", words.join(", "));
    }
    for (word, since) in keyword.newer_words {
        line("", format!("`{word}` since GitLab {since}"));
    }
    line("since", since(keyword).unwrap_or_else(|| "before 15.0".to_owned()));
    let expands = match keyword.expands {
        Expands::Nowhere => "nowhere".to_owned(),
        by => format!("by the {}", by.name()),
    };
    line("expanded", expands);
    if is_inherited(found) {
        line("inherited", "from `default`, as a whole".to_owned());
    }
    let conflicts = conflicts(found);
    if !conflicts.is_empty() {
        line("not beside", conflicts.join(", "));
    }
    if let Some(other) = keyword.deprecated {
        line("better", format!("`{other}`"));
    }
    let children: Vec<&str> = keyword.children().iter().map(|it| it.name).collect();
    if !children.is_empty() {
        line("keys", children.join(", "));
    }
    out
}

/// The version that brought it; nothing for what is older than 15.0.
fn since(keyword: &Keyword) -> Option<String> {
    match keyword.undated {
        true => Some("unknown".to_owned()),
        false => keyword.since.map(|it| it.to_string()),
    }
}

/// What may not stand beside it at one of its places.
fn conflicts(found: &Found) -> Vec<&'static str> {
    let path: Vec<&str> = found.path.split(':').collect();
    let at = |place: &Place| model::conflicts(*place, &path);
    let mut all: Vec<_> = found.places.iter().flat_map(at).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether jobs take it over from `default`.
fn is_inherited(found: &Found) -> bool {
    let first = found.path.split(':').next().unwrap_or_default();
    found.path == first
        && found.places.contains(&Place::Job)
        && keyword(Place::Default, &[first]).is_some()
        && places(first).contains(&Place::Job)
}

fn json(found: &[&Found]) -> String {
    let keywords: Vec<JsonKeyword> = found
        .iter()
        .map(|it| {
            let word_since = |word: &str| {
                let newer = it.keyword.newer_words.iter().find(|(newer, _)| *newer == word);
                newer.map(|(_, since)| since.to_string())
            };
            let words = it.keyword.words().into_iter();
            JsonKeyword {
                path: it.path.clone(),
                places: it.places.iter().map(|it| it.name()).collect(),
                summary: it.keyword.summary,
                value: it.keyword.shape(),
                words: words.map(|word| JsonWord { word, since: word_since(word) }).collect(),
                since: since(it.keyword),
                expands: it.keyword.expands.name(),
                inherited: is_inherited(it),
                conflicts: conflicts(it),
                deprecated: it.keyword.deprecated,
                children: it.keyword.children().iter().map(|it| it.name).collect(),
            }
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&keywords).unwrap_or_default();
    text.push('\n');
    text
}
