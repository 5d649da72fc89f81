//! What `resolve` prints is read back to the same values: by our reader, which is held to the server's
//! loader, and as far as types agree by another one.

use pipespec::model::gitlab::presence::{Event, Forecast};
use pipespec::model::gitlab::{KeyKind, Pipeline, Settings, Value, ValueKind};
use pipespec::model::{Files as _, MemoryFiles};
use pipespec::report::{
    ForecastOptions, ResolvedOptions, render_forecast, render_resolved, render_resolved_job,
};
use pipespec::text::Sources;

use super::gitlab_corpus::{Tree, corpus};

/// Where two values differ; what is not known was printed as null.
fn difference(one: &Value<'_>, other: &Value<'_>, path: &str) -> Option<String> {
    match (&one.kind, &other.kind) {
        (ValueKind::Unknown(_) | ValueKind::Reference(_), ValueKind::Null) => None,
        (ValueKind::Seq(a), ValueKind::Seq(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b.iter()).enumerate();
            pairs.find_map(|(at, (a, b))| difference(a, b, &format!("{path}[{at}]")))
        }
        (ValueKind::Map(a), ValueKind::Map(b)) if a.len() == b.len() => {
            let mut pairs = a.entries().iter().zip(b.entries());
            pairs.find_map(|(a, b)| {
                let path = format!("{path}:{}", a.key);
                let same = a.key == b.key
                    && (a.key_kind == b.key_kind || a.key_kind == KeyKind::Collection);
                if same { difference(&a.value, &b.value, &path) } else { Some(path) }
            })
        }
        (ValueKind::Seq(_) | ValueKind::Map(_), _) | (_, ValueKind::Seq(_) | ValueKind::Map(_)) => {
            Some(format!("{path}: {} instead of {}", other.inspect(), one.inspect()))
        }
        _ => {
            let same = std::mem::discriminant(&one.kind) == std::mem::discriminant(&other.kind)
                && one.to_text() == other.to_text();
            (!same).then(|| format!("{path}: {} instead of {}", other.inspect(), one.inspect()))
        }
    }
}

/// Where another reader sees something else: texts must be the same texts.
fn other_reader(one: &Value<'_>, other: &serde_yaml::Value, path: &str) -> Option<String> {
    match (&one.kind, other) {
        (ValueKind::Str(text), serde_yaml::Value::String(other)) if **text == **other => None,
        (ValueKind::Str(_), _) => Some(format!("{path}: {other:?}")),
        (ValueKind::Seq(items), _) => {
            let others = other.as_sequence().map(Vec::as_slice).unwrap_or_default();
            if others.len() != items.len() {
                return Some(path.to_owned());
            }
            let mut pairs = items.iter().zip(others).enumerate();
            pairs.find_map(|(at, (a, b))| other_reader(a, b, &format!("{path}[{at}]")))
        }
        (ValueKind::Map(map), _) => map.entries().iter().find_map(|entry| {
            let path = format!("{path}:{}", entry.key);
            if entry.key_kind != KeyKind::Str {
                return None;
            }
            match other.get(entry.key.as_str()) {
                Some(other) => other_reader(&entry.value, other, &path),
                None => Some(path),
            }
        }),
        _ => None,
    }
}

fn whole<'p>(pipeline: &Pipeline<'p>) -> Value<'p> {
    let at = pipeline.root.at(pipespec::text::Span::empty(0));
    let map = pipespec::model::gitlab::Map::new(pipeline.config.entries().to_vec());
    Value::new(ValueKind::Map(map.into()), pipespec::model::Origin::here(at))
}

/// Prints a pipeline, reads that, and says where it differs.
fn round_trip(pipeline: &Pipeline<'_>, sources: &Sources) -> Option<String> {
    let options = ResolvedOptions { origins: true, prefix: "a/".to_owned() };
    for options in [ResolvedOptions::default(), options] {
        let text = render_resolved(pipeline, sources, &options);
        let files = MemoryFiles::new([(".gitlab-ci.yml", text.as_str())]);
        let root = files.sources().by_path(".gitlab-ci.yml")?;
        let again = Pipeline::resolve(root, &files, &Settings::default());
        let broken = again.problems.iter().find(|it| it.rule == "invalid-yaml");
        if let Some(problem) = broken {
            return Some(problem.message.clone());
        }
        let value = whole(pipeline);
        if let Some(found) = difference(&value, &whole(&again), "") {
            return Some(found);
        }
        if options.origins {
            continue;
        }
        match serde_yaml::from_str::<serde_yaml::Value>(&text) {
            Ok(other) => {
                if let Some(found) = other_reader(&value, &other, "another reader") {
                    return Some(found);
                }
            }
            // It has no room for numbers of this size.
            Err(error) if error.to_string().contains("as u128") => {}
            Err(error) => return Some(format!("another reader: {error}")),
        }
    }
    // Some jobs of each are enough: they are written as in the whole.
    pipeline.jobs.iter().take(40).find_map(|job| {
        let text = render_resolved_job(pipeline, &job.name, sources, &ResolvedOptions::default())?;
        let files = MemoryFiles::new([(".gitlab-ci.yml", text.as_str())]);
        let root = files.sources().by_path(".gitlab-ci.yml")?;
        let again = Pipeline::resolve(root, &files, &Settings::default());
        let there = again.config.entry(&job.name)?;
        let lost = job.value.entries().iter().find(|entry| {
            let value = there.value.get(&entry.key);
            // What is null there may have a default.
            entry.key_kind == KeyKind::Str
                && !entry.value.is_null()
                && value.is_none_or(|it| difference(&entry.value, it, "").is_some())
        });
        lost.map(|entry| format!("job {}: {}", job.name, entry.key))
    })
}

fn of_text(text: &str) -> Option<String> {
    let files = MemoryFiles::new([(".gitlab-ci.yml", text)]);
    let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
    let pipeline = Pipeline::resolve(root, &files, &Settings::default());
    round_trip(&pipeline, files.sources())
}

#[test]
fn values_of_every_kind_come_back() {
    let scalars = [
        "0755",
        "'0755'",
        "1.10",
        "'1.10'",
        "yes",
        "'yes'",
        "'y'",
        "~",
        "'~'",
        "''",
        "'null'",
        "1:30",
        "'1:30'",
        "1_000",
        "'1e3'",
        "'0o17'",
        "99999999999999999999",
        "-5",
        ".5",
        ".inf",
        "-.inf",
        "'2024-01-01'",
        ":sym",
        "':sym'",
        "'a: b'",
        "'a #b'",
        "'- a'",
        "'* a'",
        "'&a'",
        "'!a'",
        "'%a'",
        "'@a'",
        "'`a'",
        "\"it's\"",
        "'say \"hi\"'",
        "\"both ' and \\\"\"",
        "\"tab\\tend\"",
        "\"bell\\a\"",
        "\"\\u202e\"",
        "\"a\\r\\nb\"",
        "\"\\n\"",
        "\"\\n\\n a\\n\"",
        "\" a\\n  b\\n\"",
        "\"a\\nb\"",
        "\"a\\n\\n\\n\"",
        "\"a \\n b\\n \\n\"",
        "\"\\ta\\nb\"",
        "\"# a\\nb\"",
        "'---'",
        "'...'",
        "'a:'",
        "' a'",
        "'a '",
        "[]",
        "{}",
        "[[], [[a]], {}]",
        "[{a: 1, b: [c, {d: e}]}, [x, y]]",
        "'é 设计 🚀'",
        "\"x\\\\y\"",
    ];
    for scalar in scalars {
        let text =
            format!(".a:\n  k: {scalar}\n  l: [{scalar}, {{m: {scalar}}}]\nj: {{script: x}}\n");
        assert_eq!(of_text(&text), None, "{scalar}");
    }
}

#[test]
fn keys_of_every_kind_come_back() {
    let long = "k".repeat(2000);
    let keys = [
        "'yes'",
        "'1'",
        "'a: b'",
        "\"a\\nb\"",
        "'#'",
        "'<<'",
        "''",
        "a b",
        "1",
        "1.5",
        "on",
        long.as_str(),
    ];
    for key in keys {
        let text = format!(".a:\n  ? {key}\n  : b\n  z: [{{? {key} : c}}]\nj: {{script: x}}\n");
        assert_eq!(of_text(&text), None, "{key}");
    }
}

#[test]
fn repositories_come_back() {
    let Some(corpus) = corpus() else { return };
    let mut folders: Vec<_> =
        std::fs::read_dir(corpus.join("gitlab-repos")).unwrap().flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::path);
    let mut wrong = Vec::new();
    let (mut count, mut jobs, mut open) = (0, 0, 0);
    let settings = Settings::default();
    for folder in folders {
        let files = Tree::new(&folder.path());
        let Some(root) = files.read(".gitlab-ci.yml") else { continue };
        let pipeline = Pipeline::resolve(root, &files, &settings);
        count += 1;
        for (_, event) in Event::usual() {
            let forecast = Forecast::new(&pipeline, &event, &settings, &files);
            let options = ForecastOptions::default();
            let text = render_forecast((&pipeline, &event), &forecast, &files.sources, &options);
            jobs += forecast.jobs.len();
            open += forecast.jobs.iter().filter(|it| it.verdict.present().is_none()).count();
            assert!(text.starts_with(event.source.as_str()));
        }
        if let Some(found) = round_trip(&pipeline, &files.sources) {
            wrong.push(format!("{}: {found}", folder.file_name().to_string_lossy()));
        }
    }
    println!("resolved: {count} repositories, {} departures", wrong.len());
    println!("forecast for six events each: {jobs} jobs, {open} of them open");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50);
}
