//! What would make the picture of a pipeline whole, as text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::resolved::{place, quoted};
use super::visible;
use crate::model::gitlab::presence::Cause;
use crate::model::gitlab::{Missing, Pipeline, Undecided, Vendored, expand};
use crate::text::Sources;

/// Lists the includes of a pipeline and its child pipelines that could not be read and those that variables
/// decide, each with its place, and what pipespec.yaml would have to say to have them read. `prefix` stands
/// before each path.
pub fn render_missing(pipelines: &[Pipeline<'_>], sources: &Sources, prefix: &str) -> String {
    let mut out = String::new();
    // Child pipelines may include the same from the same place.
    let mut places = BTreeSet::new();
    let missing = pipelines.iter().flat_map(|it| &it.missing);
    let missing: Vec<&Missing> =
        missing.filter(|it| places.insert((it.at.at, it.name.as_str()))).collect();
    let mut places = BTreeSet::new();
    let open = pipelines.iter().flat_map(|it| &it.undecided);
    let open: Vec<&Undecided> =
        open.filter(|it| places.insert((it.at.at, it.name.as_str()))).collect();
    if missing.is_empty() && open.is_empty() {
        return "nothing is missing: everything that is included was read\n".to_owned();
    }
    unread(&missing, sources, prefix, &mut out);
    undecided(&open, sources, prefix, &mut out);
    let variables = variables(&missing, &open);
    if !variables.is_empty() {
        out.push_str(
            "\nWhat these variables hold, pipespec.yaml can say:\n\ngitlab:\n  variables:\n",
        );
        for name in variables {
            let _ = writeln!(out, "    {}: ''", quoted(&name));
        }
    }
    out
}

fn unread(all: &[&Missing], sources: &Sources, prefix: &str, out: &mut String) {
    if all.is_empty() {
        return;
    }
    let count = all.len();
    let verb = if count == 1 { "include is" } else { "includes are" };
    let _ = writeln!(out, "{count} {verb} not read:\n");
    for missing in all {
        let place = place(sources, missing.at.at, prefix);
        let kind = missing.kind.name();
        let _ = write!(out, "  {place}: {kind} `{}`", visible(&missing.name));
        if let Some(path) = &missing.sought {
            let _ = write!(out, ", not found at `{}`", visible(path));
        }
        out.push('\n');
    }
    let mut keys: Vec<(&str, Vendored)> = Vec::new();
    for missing in all.iter().filter(|it| it.sought.is_none()) {
        let Some((key, what)) = &missing.key else { continue };
        let clear = expand::variables(key).next().is_none();
        if clear && !keys.contains(&(key.as_str(), *what)) {
            keys.push((key, *what));
        }
    }
    if keys.is_empty() {
        return;
    }
    out.push_str(
        "\nCopies of them are read from where pipespec.yaml says that they lie:\n\nincludes:\n",
    );
    for (key, what) in keys {
        let remark = match what {
            Vendored::Folder => "a folder with the files of the project",
            Vendored::File => "the file",
        };
        let _ = writeln!(out, "  {}: {} # {remark}", quoted(key), quoted(&suggested(key)));
    }
}

fn undecided(all: &[&Undecided], sources: &Sources, prefix: &str, out: &mut String) {
    if all.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str("Whether these take place is not known:\n\n");
    for include in all {
        let place = place(sources, include.at.at, prefix);
        let _ = write!(out, "  {place}: `{}`", visible(&include.name));
        let causes: Vec<String> =
            include.open.iter().map(|cause| visible(&cause.to_string())).collect();
        let _ = writeln!(out, ", by {}", causes.join(", "));
    }
}

/// The variables that decide includes or stand in their names, each once.
fn variables(missing: &[&Missing], open: &[&Undecided]) -> Vec<String> {
    let causes = open.iter().flat_map(|it| &it.open);
    let decide = causes.filter_map(|cause| match cause {
        Cause::Variable(name) => Some(name.clone()),
        _ => None,
    });
    let named = missing.iter().flat_map(|it| expand::variables(&it.name).map(str::to_owned));
    // What differs from pipeline to pipeline has no value of the project.
    let of_event = ["CI_COMMIT_", "CI_EXTERNAL_", "CI_MERGE_REQUEST_", "CI_OPEN_", "CI_PIPELINE_"];
    let of_project = |name: &String| !of_event.iter().any(|start| name.starts_with(start));
    let mut names: Vec<String> = decide.chain(named).filter(of_project).collect();
    names.sort();
    names.dedup();
    names
}

/// A path for a copy of what has this name.
fn suggested(key: &str) -> String {
    let path = key.split_once("://").map_or(key, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    format!("vendor/{}", path.replace("template:", "templates/").replace('@', "-"))
}
