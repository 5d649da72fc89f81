//! What GitLab makes of a configuration: the cases of `shared/cases/gitlab/merge.jsonl`.

use pipespec::model::MemoryFiles;
use pipespec::model::gitlab::{CacheKey, Job, KeyKind, Pipeline, Settings, Value, ValueKind};
use serde_json::{Map, Value as Json, json};

fn cases() -> Option<Vec<Json>> {
    let path = format!("{}/../shared/cases/gitlab/merge.jsonl", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {path} is not there");
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn to_json(value: &Value<'_>) -> Json {
    match &value.kind {
        ValueKind::Null => Json::Null,
        ValueKind::Bool(it) => json!(it),
        ValueKind::Int(it) => json!(it),
        ValueKind::Float(it) => json!(it),
        ValueKind::Seq(items) => items.iter().map(to_json).collect(),
        ValueKind::Map(map) => map_to_json(map.entries()),
        ValueKind::Unknown(why) => json!(format!("unknown: {why:?}")),
        _ => json!(value.to_text()),
    }
}

fn map_to_json(entries: &[pipespec::model::gitlab::Entry<'_>]) -> Json {
    let entry = |it: &pipespec::model::gitlab::Entry<'_>| (it.key.to_string(), to_json(&it.value));
    entries.iter().filter(|it| it.key_kind == KeyKind::Str).map(entry).collect::<Map<_, _>>().into()
}

/// What the server keeps of a job, as far as the model carries it.
fn job_to_json(job: &Job<'_>, expected: &Map<String, Json>) -> Map<String, Json> {
    let mut all = Map::new();
    let texts = |items: &[Value<'_>]| items.iter().map(to_json).collect::<Json>();
    all.insert("stage".to_owned(), json!(job.stage.as_str()));
    all.insert(
        "scheduling_type".to_owned(),
        json!(if job.needs.is_some() { "dag" } else { "stage" }),
    );
    for script in &job.scripts {
        all.insert(script.section.keyword().to_owned(), texts(&script.items));
    }
    for keyword in ["extends", "rules", "tags"] {
        if let Some(value) = job.get(keyword) {
            all.insert(keyword.to_owned(), to_json(value));
        }
    }
    if let Some(name) = job.image.as_ref().and_then(|image| image.name.as_ref()) {
        let mut image = match job.image.as_ref().map(|it| to_json(&it.value)) {
            Some(Json::Object(image)) => image,
            _ => Map::new(),
        };
        image.insert("name".to_owned(), to_json(name));
        all.insert("image".to_owned(), image.into());
    }
    if !job.caches.is_empty() {
        let caches = job.caches.iter().map(|cache| {
            json!({
                "key": match &cache.key {
                    CacheKey::Default => json!("default"),
                    key => to_json(key.value().unwrap()),
                },
                "paths": texts(&cache.paths),
                "policy": cache.policy.name(),
                "when": "on_success",
                "unprotect": cache.unprotect.as_ref().map_or(json!(false), to_json),
                "fallback_keys": texts(&cache.fallback_keys),
            })
        });
        all.insert("cache".to_owned(), caches.collect());
    }
    if !expected.contains_key("parallel") {
        let variables = job
            .variables
            .iter()
            .map(|it| (it.name.to_string(), json!({"value": it.text.as_deref()})));
        all.insert("job_variables".to_owned(), variables.collect::<Map<_, _>>().into());
    }
    all
}

/// Fields that the model does not carry by itself: what the server adds for its own later steps.
const NOT_CARRIED: [&str; 8] = [
    "name", // compared as the key
    "root_variables_inheritance",
    "only", // the default of `only` is added when the pipeline is made
    "ignore",
    "instance",
    "parallel",
    "timeout",       // in seconds; compared by the cases of durations
    "job_variables", // of instances: compared below
];

#[test]
fn configurations_resolve_as_on_the_server() {
    let Some(cases) = cases() else { return };
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let mut files =
            vec![(".gitlab-ci.yml".to_owned(), case["yaml"].as_str().unwrap().to_owned())];
        for (path, text) in case["files"].as_object().into_iter().flatten() {
            files.push((path.clone(), text.as_str().unwrap().to_owned()));
        }
        let files = MemoryFiles::new(files);
        let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
        let pipeline = Pipeline::resolve(root, &files, &Settings::default());
        if !pipeline.problems.is_empty() {
            wrong.push(format!("{name}: {:?}", pipeline.problems));
        }
        let expanded = map_to_json(pipeline.config.entries());
        if expanded != case["expanded"] {
            wrong.push(format!("{name}: expanded {expanded} instead of {}", case["expanded"]));
        }
        let expected = case["jobs"].as_object().unwrap();
        let names: Vec<String> =
            pipeline.jobs.iter().flat_map(Job::run_names).map(|it| it.to_string()).collect();
        if names != expected.keys().cloned().collect::<Vec<_>>() {
            wrong.push(format!("{name}: jobs {names:?}"));
        }
        for (run_name, expected) in expected {
            let Some(job) = pipeline.job_by_run_name(run_name) else { continue };
            let expected = expected.as_object().unwrap();
            let ours = job_to_json(job, expected);
            for (key, value) in expected {
                let carried = !NOT_CARRIED.contains(&key.as_str())
                    || key == "job_variables" && !expected.contains_key("parallel");
                if carried && ours.get(key) != Some(value) {
                    wrong.push(format!(
                        "{name}: {run_name}: {key} {:?} instead of {value}",
                        ours.get(key)
                    ));
                }
            }
            for key in ours.keys().filter(|key| !expected.contains_key(*key)) {
                wrong.push(format!("{name}: {run_name}: {key} should not be there"));
            }
            if expected.contains_key("parallel") {
                let instances = job.parallel.instances.iter();
                let instance = instances.clone().find(|it| it.full_name(&job.name) == *run_name);
                let variables = instance.unwrap().variables.iter();
                let variables: Map<_, _> = variables
                    .map(|(key, value)| (key.to_string(), json!(value.to_text())))
                    .collect();
                if Json::from(variables.clone()) != expected["job_variables"] {
                    wrong.push(format!("{name}: {run_name}: {variables:?}"));
                }
            }
        }
    }
    println!("merge: {} cases, {} departures", cases.len(), wrong.len());
    wrong.iter().for_each(|line| println!("  {line}"));
    assert!(wrong.is_empty());
}
