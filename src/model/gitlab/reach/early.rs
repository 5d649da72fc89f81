//! Texts that GitLab fills in before a job is made, and variables that come only after it ran.

use super::is_late_variable;
use crate::model::gitlab::{Job, Pipeline, Value, expand};
use crate::syntax::yaml::{NodeId, Tree};
use crate::text::{Location, SourceId};

/// A text whose variables GitLab fills in before the job is made.
#[derive(Clone, Copy, Debug)]
pub struct EarlyText<'a, 'p> {
    /// The text.
    pub value: &'a Value<'p>,
    /// The keyword that it stands under.
    pub keyword: &'static str,
    lacks: fn(&str) -> bool,
}

impl EarlyText<'_, '_> {
    /// Whether this predefined variable is not there yet.
    pub fn lacks(&self, name: &str) -> bool {
        (self.lacks)(name)
    }
}

/// The texts of a pipeline that GitLab fills in early: names of environments, resource groups, tags, the name of
/// the pipeline, paths of `changes` and `exists`.
///
/// <https://docs.gitlab.com/ci/variables/where_variables_can_be_used/>
pub fn early_texts<'a, 'p>(pipeline: &'a Pipeline<'p>) -> Vec<EarlyText<'a, 'p>> {
    let mut texts = Vec::new();
    let mut add = |value: Option<&'a Value<'p>>, keyword, lacks: fn(&str) -> bool| {
        if let Some(value) = value.filter(|it| it.as_str().is_some_and(|text| text.contains('$'))) {
            texts.push(EarlyText { value, keyword, lacks });
        }
    };
    add(pipeline.workflow().and_then(|it| it.given("name")), "workflow:name", |name| {
        is_late_variable(name) || name.starts_with("CI_JOB_") || name.starts_with("CI_ENVIRONMENT_")
    });
    for job in &pipeline.jobs {
        let name = job.environment.as_ref().and_then(|it| it.name.as_ref());
        add(name, "environment:name", |name| {
            is_late_variable(name) || name.starts_with("CI_ENVIRONMENT_")
        });
        add(job.value.given("resource_group"), "resource_group", |name| {
            name != "CI_ENVIRONMENT_SLUG" && is_late_variable(name)
        });
        job.tags.iter().for_each(|tag| add(Some(tag), "tags", is_late_variable));
        for rule in job.rules.iter().flatten() {
            let changes = rule.changes.iter().flat_map(|it| &it.paths);
            changes.for_each(|path| add(Some(path), "changes", is_late_variable));
            let exists = rule.exists.iter().flat_map(|it| &it.paths);
            exists.for_each(|path| add(Some(path), "exists", is_late_variable));
        }
    }
    let mut seen = rustc_hash::FxHashSet::default();
    texts.retain(|text| seen.insert(text.value.at()));
    texts
}

/// How deep an `include` is looked into.
const LEVELS: u32 = 6;

/// The variables that the `include` sections of all files name, each with the text that does.
pub fn include_texts(pipeline: &Pipeline<'_>) -> Vec<(Location, String)> {
    let mut found = Vec::new();
    for (source, tree) in &pipeline.trees {
        for root in tree.documents.iter().filter_map(|document| document.root) {
            if let Some(include) = tree.get(root, "include") {
                collect(tree, *source, include, LEVELS, &mut found);
            }
        }
    }
    found
}

fn collect(
    tree: &Tree<'_>,
    source: SourceId,
    node: NodeId,
    levels: u32,
    found: &mut Vec<(Location, String)>,
) {
    if levels == 0 {
        return;
    }
    if let Some(scalar) = tree.scalar(node) {
        let at = Location::new(source, tree.node(tree.follow(node)).span);
        let mut names: Vec<&str> = expand::variables(&scalar.value).collect();
        names.dedup();
        found.extend(names.into_iter().map(|name| (at, name.to_owned())));
    }
    for item in tree.sequence(node).unwrap_or_default() {
        collect(tree, source, *item, levels - 1, found);
    }
    for entry in tree.mapping(node).unwrap_or_default() {
        let inputs = tree.scalar(entry.key).is_some_and(|key| key.value == "inputs");
        if !inputs {
            collect(tree, source, entry.value, levels - 1, found);
        }
    }
}

/// The variables that jobs write to their dotenv reports, each with the job and the script line.
pub fn dotenv_variables<'a>(pipeline: &'a Pipeline<'_>) -> Vec<(String, &'a str, Location)> {
    let mut found: Vec<(String, &str, Location)> = Vec::new();
    for job in &pipeline.jobs {
        let reports =
            job.artifacts.iter().flat_map(|it| &it.reports).filter(|it| it.kind == "dotenv");
        for path in reports.flat_map(|report| &report.paths).filter_map(Value::as_str) {
            written(job, path, &mut found);
        }
    }
    found
}

/// The names in lines such as `echo "NAME=value" >> build.env`.
fn written<'a>(job: &'a Job<'_>, path: &str, found: &mut Vec<(String, &'a str, Location)>) {
    let items = job.scripts.iter().flat_map(|script| &script.items);
    for item in items {
        for line in item.as_str().into_iter().flat_map(str::lines) {
            let Some(end) = line.find(path) else { continue };
            let Some(written) = line.get(..end).filter(|it| it.contains('>') || it.contains("tee"))
            else {
                continue;
            };
            let Some(start) = written.find("echo").or_else(|| written.find("printf")) else {
                continue;
            };
            let said = written.get(start..).unwrap_or_default();
            let Some((before, _)) = said.split_once('=') else { continue };
            let name = before.rsplit([' ', '"', '\'']).next().unwrap_or_default();
            let is_name = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
            if !name.is_empty() && name.chars().all(is_name) {
                found.push((name.to_owned(), &job.name, item.at()));
            }
        }
    }
}
