//! `needs` of jobs, of trigger jobs and of rules

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Keyword, Table, key, map, unsupported};
use super::kind::{By, Kind};
use super::words::name;
use crate::model::gitlab::{Value, ValueKind, Version, job};

const JOB: Keyword = key("job", name(), "The job that must be done first.");
const ARTIFACTS: Keyword = key("artifacts", Kind::Bool, "Whether its artifacts are fetched.");
const OPTIONAL: Keyword = key("optional", Kind::Bool, "Whether it may be missing in the pipeline.");
const PIPELINE: Keyword =
    key("pipeline", name(), "The pipeline, by a variable with its number.").on(Expands::Server);

static SAME: Table = Table::of(&[
    JOB,
    ARTIFACTS,
    OPTIONAL,
    key(
        "parallel",
        super::matrix::NEEDED,
        "Which instances of a job with `parallel:matrix` are meant.",
    )
    .since(16, 3),
])
.requires(&["job"]);
static OTHER_PIPELINE: Table =
    Table::of(&[PIPELINE, JOB, ARTIFACTS, OPTIONAL.undated()]).requires(&["pipeline", "job"]);
static UPSTREAM: Table = Table::of(&[PIPELINE]).requires(&["pipeline"]);
static OTHER_PROJECT: Table = Table::of(&[
    key("project", name(), "The project of the job.").on(Expands::Server),
    key("ref", name(), "The branch or tag of that project.").on(Expands::Server),
    JOB.on(Expands::Server),
    ARTIFACTS,
])
.requires(&["project", "ref", "job"]);

/// All keys of the items, for completion.
static ALL: Table = Table::of(&[
    JOB,
    ARTIFACTS,
    OPTIONAL,
    key(
        "parallel",
        super::matrix::NEEDED,
        "Which instances of a job with `parallel:matrix` are meant.",
    )
    .since(16, 3),
    PIPELINE,
    key("project", name(), "The project of the job.").on(Expands::Server),
    key("ref", name(), "The branch or tag of that project.").on(Expands::Server),
]);

/// The version from which needs may ask for what the matrix of their own job has.
const MATRIX: Version = Version::new(18, 6);

const SHAPE: &str = "a list of names of jobs and of mappings, or one mapping";

pub(super) const NEEDS: Kind = Kind::By(By {
    check: |value, path, out| needs(value, Place::Job, path, out),
    shape: SHAPE,
    table: Some(&ALL),
});
pub(super) const TRIGGER_NEEDS: Kind = Kind::By(By {
    check: |value, path, out| needs(value, Place::Trigger, path, out),
    shape: SHAPE,
    table: Some(&ALL),
});
pub(super) const RULE_NEEDS: Kind = Kind::By(By {
    check: |value, path, out| needs(value, Place::Rule, path, out),
    shape: SHAPE,
    table: Some(&SAME),
});

/// Whose needs they are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Job,
    Trigger,
    Rule,
}

/// What is needed, by the keys that stand in an item, also with null.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Same,
    OtherPipeline,
    OtherProject,
    Upstream,
}

fn sort(item: &Value<'_>) -> Option<Sort> {
    let has = |name: &str| item.get(name).is_some();
    Some(match (has("project"), has("pipeline"), has("job")) {
        (true, ..) => Sort::OtherProject,
        (false, true, true) => Sort::OtherPipeline,
        (false, true, false) => Sort::Upstream,
        (false, false, true) if !has("ref") => Sort::Same,
        _ => return None,
    })
}

fn needs(value: &Value<'_>, place: Place, path: KeyPath<'_>, out: &mut Findings) {
    let items = match &value.kind {
        ValueKind::Map(entries) if entries.is_empty() && !entries.is_partial() => {
            return out.wrong(value, format!("`{path}` can not be an empty hash"));
        }
        ValueKind::Map(_) => vec![value],
        ValueKind::Seq(_) => value.flat(u32::MAX),
        _ => return out.wrong(value, format!("`{path}` can only be a hash or an array")),
    };
    for (of, what) in [(Sort::OtherPipeline, "pipelines"), (Sort::OtherProject, "projects")] {
        let count = items.iter().filter(|item| sort(item) == Some(of)).count();
        if count > 5 {
            let message = format!(
                "`{path}` must be less than or equal to 5: there are {count} of other {what}"
            );
            out.wrong(value, message);
        }
    }
    let upstream: Vec<_> = items.iter().filter(|item| sort(item) == Some(Sort::Upstream)).collect();
    if let [_, second, ..] = upstream[..] {
        out.wrong(second, format!("`{path}` should contain at most one bridge need"));
    }
    for item in items {
        need(item, place, path, out);
        if out.version < MATRIX && job::asks_matrix(item) {
            let what = format!("`$[[ matrix.NAME ]]` in `{path}`");
            out.push(unsupported(&item.origin, &what, MATRIX, out.version));
        }
    }
    // Of what stands in nested lists the server takes a number here.
    let direct = match &value.kind {
        ValueKind::Seq(items) => items,
        _ => std::slice::from_ref(value),
    };
    let is_number =
        |it: &&Value<'_>| matches!(it.kind, ValueKind::Float(_)) || super::kind::is_whole(it);
    for number in direct.iter().filter_map(|item| item.given("parallel")).filter(is_number) {
        out.wrong(number, format!("`{path}` cannot use \"parallel: <number>\"."));
    }
}

fn need(item: &Value<'_>, place: Place, path: KeyPath<'_>, out: &mut Findings) {
    let path = path.key("need");
    let unsupported = format!("`{path}` has an unsupported type");
    let Some(entries) = item.as_map() else {
        match item.as_str() {
            Some(text) if text.trim().is_empty() => {
                out.wrong(item, format!("`{path}` can't be blank"));
            }
            // Nothing at all, as references and aliases leave it, is no need.
            None if !item.is_unknown() && !item.is_null() => out.wrong(item, unsupported),
            _ => {}
        }
        return;
    };
    if entries.is_partial() {
        return;
    }
    let Some(sort) = sort(item) else { return out.wrong(item, unsupported) };
    let (table, kind, allowed) = match sort {
        Sort::Same => (&SAME, "job", true),
        Sort::OtherPipeline => (&OTHER_PIPELINE, "cross_dependency", place == Place::Job),
        Sort::OtherProject => (&OTHER_PROJECT, "cross_dependency", place == Place::Job),
        Sort::Upstream => (&UPSTREAM, "bridge", place == Place::Trigger),
    };
    if sort == Sort::OtherProject && item.given("project").is_none() {
        return out.wrong(item, unsupported);
    }
    if !allowed {
        let whose = match place {
            Place::Job => "a job with a script needs single jobs; name one with `job`",
            Place::Trigger => "a trigger job can need jobs of its own pipeline only",
            Place::Rule => "rules can need jobs of their own pipeline only",
        };
        return out.wrong(item, format!("`{path}` uses invalid types: {kind}; {whose}"));
    }
    map(item, table, path, out);
}
