//! `pipespec model [SUBJECT]`

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::{Exit, print};
use crate::engine::Error;
use crate::rule::{FieldType, Object, SUBJECTS, SubjectKind};

#[derive(Args)]
pub(super) struct ModelArgs {
    /// One subject (`job`, `job.caches`); all if left out.
    subject: Option<String>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// Tables to read.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

pub(super) fn run(args: &ModelArgs) -> Result<Exit, Error> {
    let subjects: Vec<&SubjectKind> = match &args.subject {
        None => SUBJECTS.iter().collect(),
        Some(name) => match SubjectKind::named(name) {
            Some(subject) => vec![subject],
            None => {
                let known: Vec<&str> = SUBJECTS.iter().map(|it| it.name).collect();
                return Err(Error::Usage {
                    message: format!("there is no subject `{name}`"),
                    help: Some(format!("there are {}", known.join(", "))),
                });
            }
        },
    };
    let text = match args.format {
        Format::Text => text(&subjects),
        Format::Json => json(&subjects),
    };
    print(&text)?;
    Ok(Exit::Clean)
}

/// The objects that the subjects have, each once, in the order in which they are met.
fn objects(subjects: &[&SubjectKind]) -> Vec<&'static Object> {
    let mut names: Vec<&str> = Vec::new();
    let variables = subjects.iter().flat_map(|subject| subject.variables);
    for name in variables {
        let fields = Object::named(name).map_or(&[][..], |object| object.fields);
        let parts = fields.iter().filter_map(|field| match field.kind {
            FieldType::Object(part) => Some(part),
            _ => None,
        });
        for name in [*name].into_iter().chain(parts) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.into_iter().filter_map(Object::named).collect()
}

fn text(subjects: &[&SubjectKind]) -> String {
    let mut out = String::new();
    for subject in subjects {
        let _ = writeln!(out, "for: {}\n  {}", subject.name, subject.about);
        let _ = writeln!(out, "  variables: {}\n", subject.variables.join(", "));
    }
    for object in objects(subjects) {
        let _ = writeln!(out, "{}", object.name);
        for field in object.fields {
            let name = format!("{}{}", field.name, if field.optional { "?" } else { "" });
            let _ = writeln!(out, "  {name:<16} {:<13} {}", field.kind.as_str(), field.about);
        }
        out.push('\n');
    }
    out.push_str(
        "clause\n  The parameters that the patterns of `binds` read, by name: a number where the words are one,\n  \
         durations in seconds and sizes in bytes; `jobs` a list of names; else the text.\n\noptions\n  The options of the page, by name, as \
         `rules:` of the configuration sets them.\n\nA field with `?` may be missing or unknown: ask \
         `has(job.timeout)` first. A predicate that cannot be\nevaluated accuses nobody.\n",
    );
    out
}

fn json(subjects: &[&SubjectKind]) -> String {
    let subjects_json: Vec<Json> = subjects
        .iter()
        .map(|it| json!({"name": it.name, "about": it.about, "variables": it.variables}))
        .collect();
    let object = |object: &&'static Object| {
        let fields = object.fields.iter().map(|field| {
            json!({
                "name": field.name,
                "type": field.kind.as_str(),
                "optional": field.optional,
                "about": field.about,
            })
        });
        json!({"name": object.name, "fields": fields.collect::<Vec<_>>()})
    };
    let objects: Vec<Json> = objects(subjects).iter().map(object).collect();
    let all = json!({"version": 1, "subjects": subjects_json, "objects": objects});
    let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
    text.push('\n');
    text
}
