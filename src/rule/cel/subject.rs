use serde_json::{Map, Value as Json, json};

use super::table::{FieldType, OBJECTS, Object, SUBJECTS};
use crate::model::Origin;
use crate::model::docker::{Base, Dockerfile, ImageRef};
use crate::model::gitlab::{Job, Pipeline, Value, ValueKind};
use crate::rule::Facts;

/// One subject with what CEL sees of it.
pub(super) struct Subject {
    pub(super) variables: Vec<(&'static str, Json)>,
    /// The number of the pipeline that it belongs to.
    pipeline: Option<usize>,
    /// Where it stands.
    pub(super) origin: Origin,
    /// Where its fields stand, for `at`.
    pub(super) fields: Vec<(String, Origin)>,
    /// What it is called, stable under line moves.
    pub(super) symbol: String,
}

/// All subjects of one kind. The names of all jobs are long to list for each job, so `pipeline` is made only
/// where a predicate uses it.
pub(super) fn subjects(kind: &str, facts: &Facts<'_>, with_pipeline: bool) -> Vec<Subject> {
    let mut all = all_subjects(kind, facts);
    if with_pipeline {
        for subject in &mut all {
            if let Some(pipeline) = subject.pipeline.and_then(|at| facts.pipelines.get(at)) {
                subject.variables.push(("pipeline", pipeline_json(pipeline)));
            }
        }
    }
    all
}

fn all_subjects(kind: &str, facts: &Facts<'_>) -> Vec<Subject> {
    let numbered = || facts.pipelines.iter().enumerate();
    let jobs =
        || numbered().flat_map(|(at, pipeline)| pipeline.jobs.iter().map(move |job| (at, job)));
    match kind {
        "pipeline" => numbered().map(|(at, pipeline)| of_pipeline(at, pipeline)).collect(),
        "job" => jobs().map(|(at, job)| of_job(at, job)).collect(),
        "job.caches" => jobs().flat_map(|(at, job)| caches(at, job)).collect(),
        "job.artifacts" => jobs().filter_map(|(at, job)| artifacts(at, job)).collect(),
        "image.stages" => facts.dockerfiles.iter().flat_map(stages).collect(),
        _ => Vec::new(),
    }
}

/// Leaves the fields out that the table does not have.
fn keep_known(object: &str, json: &mut Json) {
    if let (Some(object), Json::Object(map)) = (Object::named(object), json) {
        map.retain(|name, _| object.field(name).is_some());
    }
}

/// The fields that subjects have and the table does not, or that are of another type than it says, as
/// `object.field`. There should be none.
pub fn undocumented_fields(facts: &Facts<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for kind in &SUBJECTS {
        for subject in subjects(kind.name, facts, true) {
            let mut rest: Vec<(&str, &Json)> = Vec::new();
            for (name, value) in &subject.variables {
                if kind.variables.contains(name) {
                    rest.push((name, value));
                } else {
                    wrong.push(format!("{}: {name}", kind.name));
                }
            }
            while let Some((name, value)) = rest.pop() {
                let object = OBJECTS.iter().find(|object| object.name == name);
                let (Some(object), Json::Object(map)) = (object, value) else { continue };
                for field in object.fields.iter().filter(|it| !it.optional) {
                    if !map.contains_key(field.name) {
                        wrong.push(format!("{name}.{} is missing", field.name));
                    }
                }
                for (key, value) in map {
                    match object.field(key).map(|field| field.kind) {
                        Some(FieldType::Object(of)) => rest.push((of, value)),
                        Some(_) => {}
                        None => wrong.push(format!("{name}.{key}")),
                    }
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// A value of the configuration; what is not known is left out of mappings and lists.
fn to_json(value: &Value<'_>) -> Option<Json> {
    Some(match &value.kind {
        ValueKind::Null => Json::Null,
        ValueKind::Bool(value) => Json::Bool(*value),
        ValueKind::Int(value) => json!(value),
        ValueKind::BigInt(_) => return None,
        ValueKind::Float(value) => json!(value),
        ValueKind::Str(text) | ValueKind::Symbol(text) => Json::String(text.as_str().to_owned()),
        ValueKind::Seq(items) => Json::Array(items.iter().filter_map(to_json).collect()),
        ValueKind::Map(map) => {
            let entries = map.entries().iter();
            let entries = entries
                .filter_map(|entry| Some((entry.key.as_str().to_owned(), to_json(&entry.value)?)));
            Json::Object(entries.collect())
        }
        ValueKind::Reference(_) | ValueKind::Unknown(_) => return None,
    })
}

/// The fields of a mapping with their origins.
fn fields(value: &Value<'_>) -> Vec<(String, Origin)> {
    let entries = value.entries().iter();
    entries.map(|entry| (entry.key.as_str().to_owned(), entry.value.origin.clone())).collect()
}

fn pipeline_json(pipeline: &Pipeline<'_>) -> Json {
    json!({
        "path": pipeline.root.path,
        "complete": pipeline.is_complete(),
        "jobs": pipeline.jobs.iter().map(|job| job.name.as_str()).collect::<Vec<_>>(),
        "stages": pipeline.stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>(),
    })
}

fn of_pipeline(at: usize, pipeline: &Pipeline<'_>) -> Subject {
    Subject {
        variables: Vec::new(),
        pipeline: Some(at),
        origin: Origin::here(pipeline.root.at(crate::text::Span::empty(0))),
        fields: Vec::new(),
        symbol: format!("pipeline:{}", pipeline.root.path),
    }
}

/// The parts of an image reference; nothing where variables stand in it.
fn image_json(text: &str) -> Option<Json> {
    if text.contains(['$', '%']) {
        return None;
    }
    let image = ImageRef::split(text);
    Some(json!({
        "name": text,
        "registry": image.registry.unwrap_or(""),
        "repository": image.repository,
        "tag": image.tag.unwrap_or(""),
        "digest": image.digest.unwrap_or(""),
    }))
}

fn job_json(job: &Job<'_>) -> Json {
    let mut json = Map::new();
    json.insert("name".to_owned(), json!(job.name.as_str()));
    json.insert("stage".to_owned(), json!(job.stage.as_str()));
    json.insert("when".to_owned(), json!(job.when()));
    json.insert(
        "tags".to_owned(),
        json!(job.tags.iter().filter_map(|tag| tag.to_text()).collect::<Vec<_>>()),
    );
    let image =
        job.image.as_ref().and_then(|image| image.name.as_ref()).and_then(|name| name.to_text());
    if let Some(image) = image.and_then(|name| image_json(&name)) {
        json.insert("image".to_owned(), image);
    }
    let script: Vec<String> = job
        .scripts
        .iter()
        .flat_map(|script| &script.items)
        .filter_map(|item| item.to_text().map(|it| it.into_owned()))
        .collect();
    json.insert("script".to_owned(), json!(script));
    // Every keyword as it is resolved, by its name.
    for keyword in [
        "allow_failure",
        "artifacts",
        "cache",
        "environment",
        "interruptible",
        "needs",
        "parallel",
        "resource_group",
        "retry",
        "rules",
        "services",
        "timeout",
        "variables",
    ] {
        if let Some(value) = job.get(keyword).and_then(to_json) {
            json.insert(keyword.to_owned(), value);
        }
    }
    Json::Object(json)
}

fn job_fields(job: &Job<'_>) -> Vec<(String, Origin)> {
    let mut all = fields(&job.value);
    all.extend(
        job.defaulted.iter().map(|(name, value)| ((*name).to_owned(), value.origin.clone())),
    );
    all
}

fn of_job(at: usize, job: &Job<'_>) -> Subject {
    Subject {
        variables: vec![("job", job_json(job))],
        pipeline: Some(at),
        origin: Origin::here(job.key_at),
        fields: job_fields(job),
        symbol: format!("job:{}", job.name),
    }
}

fn caches(at: usize, job: &Job<'_>) -> Vec<Subject> {
    let of_cache = |cache: &crate::model::gitlab::Cache<'_>| {
        let mut json = to_json(&cache.value).unwrap_or(Json::Null);
        keep_known("cache", &mut json);
        if let (Json::Object(map), Some(policy)) = (&mut json, cache.policy.name()) {
            map.insert("policy".to_owned(), json!(policy));
            map.insert("index".to_owned(), json!(cache.index));
        }
        Subject {
            variables: vec![("job", job_json(job)), ("cache", json)],
            pipeline: Some(at),
            origin: cache.value.origin.clone(),
            fields: fields(&cache.value),
            symbol: format!("job:{}/cache[{}]", job.name, cache.index),
        }
    };
    job.caches.iter().map(of_cache).collect()
}

fn artifacts(at: usize, job: &Job<'_>) -> Option<Subject> {
    let artifacts = job.artifacts.as_ref()?;
    let mut json = to_json(&artifacts.value)?;
    keep_known("artifacts", &mut json);
    Some(Subject {
        variables: vec![("job", job_json(job)), ("artifacts", json)],
        pipeline: Some(at),
        origin: artifacts.value.origin.clone(),
        fields: fields(&artifacts.value),
        symbol: format!("job:{}/artifacts", job.name),
    })
}

fn stages(dockerfile: &Dockerfile<'_>) -> Vec<Subject> {
    let count = dockerfile.stages.len();
    let of_stage = |stage: &crate::model::docker::Stage| {
        let mut json = Map::new();
        json.insert("name".to_owned(), json!(stage.name.clone().unwrap_or_default()));
        json.insert("final".to_owned(), json!(stage.index + 1 == count));
        if let Base::Image(text) = &stage.base
            && let Some(base) = image_json(text)
        {
            json.insert("base".to_owned(), base);
        }
        let origin = Origin::here(dockerfile.at(stage.base_span));
        Subject {
            variables: vec![
                ("image", json!({ "path": dockerfile.source.path })),
                ("stage", Json::Object(json)),
            ],
            pipeline: None,
            fields: vec![("base".to_owned(), origin.clone())],
            origin,
            symbol: format!("{}/{}", dockerfile.source.path, stage.label()),
        }
    };
    dockerfile.stages.iter().map(of_stage).collect()
}
