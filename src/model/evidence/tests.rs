use serde_json::{Value, json};

use super::*;
use crate::text::{Source, SourceId};

fn file(observations: Value) -> Source {
    let text = json!({ "version": 1, "observations": observations });
    Source::new(SourceId(0), "evidence.json", serde_json::to_string_pretty(&text).unwrap())
}

fn one(kind: &str, data: Value) -> Result<Data, String> {
    let source = file(json!([{
        "kind": kind, "captured_at": "2026-11-20T10:00:00Z", "source": "x",
        "image": "registry.example.com/a/ci:1", "data": data
    }]));
    let (mut observations, mut errors) = read_evidence(&source);
    match observations.pop() {
        Some(observation) => Ok(observation.data),
        None => Err(errors.pop().unwrap().message),
    }
}

fn layers() -> Value {
    json!([{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": 100}, {"mediaType": "x", "size": 23}])
}

#[test]
fn times_are_read_as_rfc_3339_writes_them() {
    let seconds = |text: &str| Timestamp::parse(text).map(|it| it.seconds);
    assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(seconds("2000-02-29T23:59:59.123+01:00"), Some(951_865_199));
    assert_eq!(seconds("2026-11-23T18:05:00Z"), Some(1_795_457_100));
    for wrong in [
        "2026-02-29T00:00:00Z",
        "2026-11-23",
        "2026-11-23T25:00:00Z",
        "2026-11-23T10:00:00",
        "é026-11-23T10:00:00Z",
        "",
    ] {
        assert_eq!(seconds(wrong), None, "{wrong}");
    }
    let text = "2024-02-29T12:34:56Z";
    assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
}

#[test]
fn a_size_is_the_sum_of_the_layers_of_one_platform() {
    let verbose = |os: &str, size: u64| {
        json!({
            "Ref": "r", "Descriptor": {"digest": "sha256:1", "platform": {"os": os, "architecture": if os == "unknown" { os } else { "amd64" }}},
            "OCIManifest": {"layers": [{"mediaType": "l", "size": size}, {"mediaType": "l", "size": 1}]}
        })
    };
    let size = |data: Value| match one("manifest", data).unwrap() {
        Data::Manifest(size) => size.bytes("linux/amd64"),
        _ => unreachable!(),
    };
    assert_eq!(size(json!({"schemaVersion": 2, "layers": layers()})), Ok(123));
    assert_eq!(size(verbose("linux", 7)), Ok(8));
    assert_eq!(size(json!([verbose("unknown", 900), verbose("linux", 7)])), Ok(8));
    assert_eq!(
        size(
            json!({"Name": "n", "Os": "linux", "Architecture": "amd64", "LayersData": [{"MIMEType": "l", "Size": 5}]})
        ),
        Ok(5)
    );
    let list = json!({"manifests": [
        {"size": 1200, "platform": {"os": "linux", "architecture": "amd64"}},
        {"size": 800, "platform": {"os": "unknown", "architecture": "unknown"}}
    ]});
    assert_eq!(size(list), Err(SizeError::List("linux/amd64".to_owned())));
    assert!(matches!(size(json!([verbose("windows", 7)])), Err(SizeError::NoSuchPlatform(..))));
    assert!(one("manifest", json!({"a": 1})).is_err());
}

#[test]
fn a_baseline_says_what_it_measured() {
    assert!(matches!(
        one("baseline", json!({"bytes": 807, "measure": "unpacked"})),
        Ok(Data::Baseline(ImageSize::Bytes { bytes: 807, measure: Measure::Unpacked }))
    ));
    assert!(one("baseline", json!({"bytes": 807})).unwrap_err().contains("measure"));
    assert!(matches!(
        one("baseline", json!({"layers": layers()})),
        Ok(Data::Baseline(ImageSize::Manifest(_)))
    ));
}

#[test]
fn rates_count_what_ended() {
    let run = |id: u64, status: &str, pipeline: u64| json!({"id": id, "name": "build", "status": status, "failure_reason": "script_failure", "pipeline": {"id": pipeline}});
    let mut runs: Vec<Value> = (0..99).map(|id| run(id, "success", id)).collect();
    runs.extend([
        run(200, "canceled", 200),
        run(201, "skipped", 201),
        json!({"name": "built", "status": "failed"}),
    ]);
    let Ok(Data::Jobs(jobs)) = one("jobs", json!([runs])) else { panic!() };
    let rate = jobs.success_rate("build", None, Count::Attempts);
    assert_eq!((rate, rate.exceeds(99.0)), (Rate { success: 99, failed: 0 }, Shown::TooFew(100)));
    runs.push(run(300, "success", 300));
    let Ok(Data::Jobs(jobs)) = one("jobs", json!(runs)) else { panic!() };
    assert_eq!(jobs.success_rate("build", None, Count::Attempts).exceeds(99.0), Shown::Greater);
    runs.push(run(299, "failed", 300));
    let Ok(Data::Jobs(jobs)) = one("jobs", json!({"jobs": runs})) else { panic!() };
    assert_eq!(jobs.success_rate("build", None, Count::Attempts), Rate { success: 100, failed: 1 });
    assert_eq!(jobs.success_rate("build", None, Count::Final), Rate { success: 100, failed: 0 });
    assert_eq!(jobs.code_failures("build", None, &INFRASTRUCTURE_REASONS).len(), 1);
    assert_eq!(Rate { success: 99, failed: 1 }.exceeds(99.0), Shown::NotGreater);
    assert!((Rate { success: 100, failed: 0 }.wilson_lower_percent() - 96.3).abs() < 0.1);
}

#[test]
fn only_cold_pulls_count() {
    let runs =
        json!([{"seconds": 9.0, "cold": true}, {"seconds": 1.0}, {"seconds": 7.0, "cold": true}]);
    let Ok(Data::PullBench(bench)) =
        one("pull-bench", json!([{"ref": "golang:1.25", "runs": runs}]))
    else {
        panic!()
    };
    let image = bench.of("docker.io/library/golang:1.25").unwrap();
    assert_eq!((image.median_cold(2), image.median_cold(3)), (Some(8.0), None));
}

#[test]
fn tags_come_in_several_forms() {
    let tags = |data: Value| match one("tags", data) {
        Ok(Data::Tags(tags)) => tags,
        other => panic!("{other:?}"),
    };
    let listed = tags(json!({"name": "a/ci", "tags": ["latest", "r1", "main"]}));
    assert_eq!(listed.versioned().collect::<Vec<_>>(), ["r1"]);
    assert_eq!((listed.has("r1"), listed.has("r2")), (Some(true), Some(false)));
    let page: Vec<Value> = (0..20).map(|it| json!({"name": format!("r{it}")})).collect();
    assert_eq!(tags(json!(page)).has("r99"), None);
    assert_eq!(tags(json!({"name": "a", "tags": null})).tags.len(), 0);
}

#[test]
fn the_clean_up_policy_deletes_what_it_names_and_does_not_keep() {
    let data = json!({"container_expiration_policy": {"enabled": true, "name_regex": ".*", "name_regex_keep": "debian-.*"}});
    let Ok(Data::Project(project)) = one("project", data) else { panic!() };
    let policy = project.container_expiration_policy.unwrap();
    assert_eq!(
        ["latest", "debian-r7", "r1"].map(|tag| policy.deletes(tag)),
        [Some(false), Some(false), Some(true)]
    );
    let broken = ExpirationPolicy {
        enabled: true,
        name_regex: Some("(".to_owned()),
        ..ExpirationPolicy::default()
    };
    assert_eq!(broken.deletes("r1"), None);
}

#[test]
fn references_of_one_image_are_told() {
    assert!(same_image("golang", "docker.io/library/golang:latest"));
    assert!(same_image("r.example.com:5000/a:1", "r.example.com:5000/a:1@sha256:x"));
    assert!(!same_image("r.example.com:5000/a", "r.example.com:5001/a"));
    assert!(!same_image("a/b:1", "a/b:2"));
    assert!(!same_image("a@sha256:x", "a@sha256:y"));
}

#[test]
fn an_observation_is_fresh_for_a_while_and_speaks_of_its_image() {
    let source = file(
        json!([{"kind": "tags", "captured_at": "2026-11-20T10:00:00Z", "source": "x", "image": "a/b:1", "data": []}]),
    );
    let (observations, errors) = read_evidence(&source);
    assert!(errors.is_empty());
    let observation = &observations[0];
    let at = |text: &str| Timestamp::parse(text).unwrap();
    assert_eq!(observation.freshness(at("2026-11-21T10:00:00Z"), 86_400), Freshness::Fresh);
    assert_eq!(observation.freshness(at("2026-11-21T10:00:01Z"), 86_400), Freshness::Stale(86_401));
    assert_eq!(observation.freshness(at("2026-11-20T09:00:00Z"), 86_400), Freshness::Future);
    assert_eq!(
        ["a/b:1", "a/b:2", "$A/b:1", "$A/c:1", "$A/b:$TAG"].map(|image| observation.is_of(image)),
        [Some(true), Some(false), Some(true), Some(false), None]
    );
}

#[test]
fn errors_point_into_the_file_and_lose_nothing_else() {
    let good = json!({"kind": "resource-groups", "captured_at": "2026-11-20T10:00:00Z", "source": "x", "data": [{"key": "k", "process_mode": "unordered"}]});
    let mut wrong = good.clone();
    wrong["captured_at"] = json!("yesterday");
    let mut unknown = good.clone();
    unknown["kind"] = json!("tag");
    let source = file(json!([wrong, good, unknown, {"kind": "tags"}]));
    let (observations, errors) = read_evidence(&source);
    assert_eq!(observations.len(), 1);
    assert!(source.slice(observations[0].at.span).contains("unordered"));
    let shown: Vec<(&str, &str)> =
        errors.iter().map(|it| (it.pointer.as_str(), source.slice(it.at.span))).collect();
    assert_eq!(shown[0], ("/observations/0/captured_at", "\"yesterday\""));
    assert_eq!(shown[1], ("/observations/2/kind", "\"tag\""));
    assert_eq!(shown[2].0, "/observations/3");
    for text in [
        "",
        "{",
        "[]",
        "{\"version\": 2}",
        "\u{feff}{\"version\": 1}",
        "{\"version\": 1, \"observations\": {}}",
    ] {
        let source = Source::new(SourceId(0), "e", text);
        assert_eq!(read_evidence(&source).1.len(), 1, "{text}");
    }
}

#[test]
fn an_attestation_holds_to_the_end_of_its_last_day() {
    let Ok(Data::Attest(word)) =
        one("attest", json!({"clause": "a/b#1", "who": "Ada", "expires": "2026-12-31"}))
    else {
        panic!()
    };
    assert!(!word.has_expired(Timestamp::parse("2026-12-31T23:59:59Z").unwrap()));
    assert!(word.has_expired(Timestamp::parse("2027-01-01T00:00:00Z").unwrap()));
    assert!(one("attest", json!({"clause": "a", "who": "b", "expires": "soon"})).is_err());
}

#[test]
fn the_schema_names_every_kind() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let kinds = schema.pointer("/$defs/observation/properties/kind/enum").unwrap();
    assert_eq!(*kinds, json!(Kind::ALL.map(Kind::as_str)));
    assert_eq!(schema.pointer("/properties/version/const"), Some(&json!(VERSION)));
}
