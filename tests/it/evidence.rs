//! What evidence makes of clauses: shown, refuted, or refused with a reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pipespec::engine::{CheckOptions, Project, Report, Verdict, analyze};
use serde_json::{Value, json};

/// 2026-11-25, when the fixtures' evidence is five days old.
const NOW: i64 = 1_795_600_000;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn options(evidence: &[&str], spec: Option<&Path>) -> CheckOptions {
    CheckOptions {
        evidence: evidence.iter().map(|path| root().join(path)).collect(),
        spec: spec.map(Path::to_owned),
        now: Some(NOW),
        ..CheckOptions::default()
    }
}

fn first_spec() -> Option<PathBuf> {
    let spec = root().join("../shared/spec/ci-image.md");
    if !spec.exists() {
        println!("skipped: ../shared is absent");
        return None;
    }
    Some(spec)
}

fn open(fixture: &str, options: CheckOptions) -> Project {
    Project::open(&root().join("fixtures").join(fixture), options).expect("a project")
}

fn ids(report: &Report<'_>, wanted: &[Verdict]) -> BTreeSet<String> {
    let clauses = report.clauses.iter().filter(|clause| wanted.contains(&clause.verdict));
    clauses.map(|clause| clause.id.clone()).collect()
}

#[test]
fn every_clause_of_the_first_spec_can_be_proven_or_evidenced() {
    let Some(spec) = first_spec() else { return };
    let project = open("go-service", options(&["fixtures/go-service/evidence.json"], Some(&spec)));
    let report = analyze(&project, &project.catalog);
    assert_eq!(report.clauses.len(), 49);
    let good = ids(&report, &[Verdict::Proven, Verdict::Evidenced]);
    let left: Vec<_> = report.clauses.iter().filter(|it| !good.contains(&it.id)).collect();
    assert!(left.is_empty(), "{left:#?}");
    assert_eq!(report.count(Verdict::Evidenced), 14);
    // The sizes that contradict each other, and how two clauses about one cache go together.
    let notes: Vec<&str> = report.findings.iter().map(|it| it.message.as_str()).collect();
    assert!(matches!(notes[..], [note] if note.contains("215MB can only be meant compressed")));
    let fallback = report.clauses.iter().find(|it| it.text.contains("cached mise version"));
    assert!(fallback.unwrap().note.contains("one writer of caches"));
}

#[test]
fn every_clause_of_the_first_spec_can_be_violated() {
    let Some(spec) = first_spec() else { return };
    let mut violated = BTreeSet::new();
    let mut all = BTreeSet::new();
    let tasks = [
        None,
        Some("# Tasks\n\n- [ ] Document the rollback procedure of the image\n"),
        Some("# Tasks\n\n## Rollback of the image\n\n1. Ask the platform team.\n"),
    ];
    let relapse = tasks.map(|text| ("debian-relapse", text));
    for (fixture, text) in relapse.into_iter().chain([("swollen-image", None)]) {
        let project = open(fixture, options(&[], Some(&spec)));
        if let Some(text) = text {
            project.overlay("tasks.md", text.as_bytes().to_vec());
        }
        let report = analyze(&project, &project.catalog);
        let mine = ids(&report, &[Verdict::Violated]);
        for clause in report.clauses.iter().filter(|it| mine.contains(&it.id)) {
            // Two clauses may share one finding.
            let points = report.findings.iter().any(|it| Some(it.rule) == clause.rule);
            assert!(points, "{} is violated in {fixture}, and nothing is reported", clause.id);
        }
        violated.extend(mine);
        all.extend(ids(&report, &Verdict::ALL));
    }
    let left: Vec<_> = all.difference(&violated).collect();
    assert!(left.is_empty(), "{left:#?}");
}

/// A project of the right files with this evidence.
fn with(observations: Value, config: &str) -> Project {
    let folder = root().join("fixtures/go-service");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for name in [".gitlab-ci.yml", "Dockerfile.ci", "go.mod", "go.sum", ".mise/config.toml"] {
        files.push((name.to_owned(), fs::read(folder.join(name)).expect("a file")));
    }
    let spec = fs::read(root().join("fixtures/swollen-image/openspec/specs/ci-image/spec.md"));
    files.push(("openspec/specs/ci-image/spec.md".to_owned(), spec.expect("a file")));
    let tasks = fs::read(root().join("fixtures/swollen-image/tasks.md"));
    files.push(("tasks.md".to_owned(), tasks.expect("a file")));
    let evidence = json!({"version": 1, "observations": observations}).to_string();
    files.push(("e.json".to_owned(), evidence.into_bytes()));
    let config = format!("evidence: {{files: [e.json]}}\n{config}");
    files.push(("pipespec.yaml".to_owned(), config.into_bytes()));
    Project::in_memory(files, options(&[], None)).expect("a project")
}

/// Verdict and note of the clause that holds these words, and the messages about evidence.
fn judged(project: &Project, words: &str) -> (Verdict, String, Vec<String>) {
    let report = analyze(project, &project.catalog);
    let clause = report.clauses.iter().find(|it| it.text.contains(words)).expect(words);
    let unusable = project.catalog.by_id("unusable-evidence").expect("the rule").0;
    let told = report.findings.iter().filter(|it| it.rule == unusable);
    (clause.verdict, clause.note.clone(), told.map(|it| it.message.clone()).collect())
}

const IMAGE: &str = "registry.example.com/health/service/ci:alpine3.23-r3";

fn observation(kind: &str, day: &str, data: Value) -> Value {
    json!({"kind": kind, "captured_at": format!("{day}T00:00:00Z"), "source": "x", "image": IMAGE, "data": data})
}

fn size(bytes: u64) -> Value {
    json!({"bytes": bytes, "measure": "compressed"})
}

#[test]
fn old_evidence_is_refused_and_said_so() {
    let old = observation("manifest", "2026-10-01", size(100_000_000));
    let (verdict, note, told) = judged(&with(json!([old]), ""), "approximately");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("is 55 days old; at most 30 days are allowed"), "{note}");
    assert_eq!(told.len(), 1, "{told:?}");
    let text = "evidence: {files: [e.json], max-age: 60d}\n";
    let project = with(json!([old]), "");
    project.overlay("pipespec.yaml", text.as_bytes().to_vec());
    let wider = Project::in_memory(
        [
            ("pipespec.yaml".to_owned(), text.to_owned()),
            ("e.json".to_owned(), json!({"version": 1, "observations": [old]}).to_string()),
        ],
        options(&[], None),
    )
    .expect("a project");
    assert!(wider.evidence.refused.is_empty() && wider.evidence.observations.len() == 1);
    let future = observation("manifest", "2026-12-01", size(1));
    let (verdict, note, _) = judged(&with(json!([future]), ""), "approximately");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("future"), "{note}");
}

#[test]
fn evidence_of_another_image_is_refused_and_said_so() {
    let mut other = observation("manifest", "2026-11-20", size(100_000_000));
    other["image"] = json!("registry.example.com/health/service/ci:alpine3.23-r2");
    let (verdict, note, told) = judged(&with(json!([other.clone()]), ""), "approximately");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("speaks of `registry.example.com/health/service/ci:alpine3.23-r2`, and the jobs run in `$CI_REGISTRY_IMAGE/ci:alpine3.23-r3`"), "{note}");
    assert_eq!(told.len(), 1, "{told:?}");
    // Where the registry is known, another one is another image.
    let own = observation("manifest", "2026-11-20", size(100_000_000));
    let variables = "gitlab: {variables: {CI_REGISTRY_IMAGE: registry.example.com/other}}\n";
    assert_eq!(judged(&with(json!([own]), variables), "approximately").0, Verdict::NeedsEvidence);
    assert_eq!(judged(&with(json!([own]), ""), "approximately").0, Verdict::Evidenced);
    // What is not said is not assumed.
    other.as_object_mut().unwrap().remove("image");
    let (verdict, note, _) = judged(&with(json!([other]), ""), "approximately");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("does not say of which image"), "{note}");
}

#[test]
fn sizes_are_compared_at_the_limit_and_in_one_measure() {
    let at = |bytes| {
        let seen = observation("manifest", "2026-11-20", size(bytes));
        judged(&with(json!([seen]), ""), "approximately").0
    };
    assert_eq!(at(236_500_000), Verdict::Evidenced);
    assert_eq!(at(236_500_001), Verdict::Violated);
    let exact = "rules: {oversized-image: {tolerance: 0}}\n";
    let seen = observation("manifest", "2026-11-20", size(215_000_001));
    assert_eq!(judged(&with(json!([seen]), exact), "approximately").0, Verdict::Violated);
    // 807 MB unpacked is nothing to compare a compressed size with.
    let unpacked = json!({"kind": "baseline", "captured_at": "2020-01-01T00:00:00Z", "source": "x", "data": {"bytes": 807_000_000, "measure": "unpacked"}});
    let seen = observation("manifest", "2026-11-20", size(200_000_000));
    let (verdict, note, _) = judged(&with(json!([seen, unpacked]), ""), "reduction");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("no compressed size to compare 200.0 MB with"), "{note}");
    let unpacked_too = json!({"bytes": 242_100_000, "measure": "unpacked"});
    let seen = observation("manifest", "2026-11-20", unpacked_too);
    let measure = "rules: {oversized-image: {measure: unpacked}}\n";
    assert_eq!(judged(&with(json!([seen, unpacked]), measure), "reduction").0, Verdict::Evidenced);
    // A list of manifests holds the sizes of manifests.
    let list = json!({"manifests": [{"size": 1609, "platform": {"os": "linux", "architecture": "amd64"}}]});
    let seen = observation("manifest", "2026-11-20", list);
    let (verdict, note, _) = judged(&with(json!([seen]), ""), "approximately");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("manifest list"), "{note}");
}

#[test]
fn rates_need_enough_runs_and_pulls_need_enough_cold_ones() {
    let runs = |count: u64, failed: u64, reason: &str| {
        let run = |id: u64| {
            let status = if id < failed { "failed" } else { "success" };
            json!({"id": id, "name": "build-ci-image", "status": status, "failure_reason": reason, "pipeline": {"id": id}})
        };
        let data: Vec<Value> = (0..count).map(run).collect();
        with(json!([observation("jobs", "2026-11-20", json!(data))]), "")
    };
    let (verdict, note, _) = judged(&runs(37, 0, ""), "success rate");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("insufficient evidence: n=37, and 100 are needed"), "{note}");
    assert_eq!(judged(&runs(100, 0, ""), "success rate").0, Verdict::Evidenced);
    assert_eq!(judged(&runs(100, 1, "script_failure"), "success rate").0, Verdict::Violated);
    assert_eq!(judged(&runs(150, 1, "script_failure"), "success rate").0, Verdict::Evidenced);
    assert_eq!(judged(&runs(150, 1, "script_failure"), "infrastructure").0, Verdict::Violated);
    assert_eq!(
        judged(&runs(150, 1, "stuck_or_timeout_failure"), "infrastructure").0,
        Verdict::Evidenced
    );
    let pulls = |new: f64, count: usize, cold: bool| {
        let runs = |seconds: f64| vec![json!({"seconds": seconds, "cold": cold}); count];
        let data = json!([
            {"ref": IMAGE, "runs": runs(new)},
            {"ref": "registry.example.com/health/service/ci:debian-r7", "runs": runs(10.0)},
        ]);
        judged(&with(json!([observation("pull-bench", "2026-11-20", data)]), ""), "pull time").0
    };
    assert_eq!(pulls(7.0, 10, true), Verdict::Evidenced);
    assert_eq!(pulls(7.1, 10, true), Verdict::Violated);
    assert_eq!(pulls(1.0, 9, true), Verdict::NeedsEvidence);
    assert_eq!(pulls(1.0, 20, false), Verdict::NeedsEvidence);
}

#[test]
fn the_clean_up_policy_and_cut_lists_are_heeded() {
    let tags = |list: Vec<Value>| observation("tags", "2026-11-20", json!(list));
    let all = || {
        vec![json!("latest"), json!("alpine3.23-r3"), json!("alpine3.23-r2"), json!("bookworm-r9")]
    };
    let policy = |keep: &str| {
        observation(
            "project",
            "2026-11-20",
            json!({"container_expiration_policy": {"enabled": true, "name_regex": ".*", "name_regex_keep": keep}}),
        )
    };
    let project = with(json!([tags(all()), policy("bookworm-.*")]), "");
    assert_eq!(judged(&project, "previous Debian").0, Verdict::Evidenced);
    assert_eq!(judged(&project, "older versioned").0, Verdict::Violated);
    let project = with(json!([tags(all()), policy("alpine.*")]), "");
    assert_eq!(judged(&project, "previous Debian").0, Verdict::Violated);
    let page: Vec<Value> = (0..20).map(|it| json!({"name": format!("alpine3.22-r{it}")})).collect();
    let (verdict, note, _) = judged(&with(json!([tags(page)]), ""), "previous Debian");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("may be cut"), "{note}");
    let mut other = tags(all());
    other["image"] = json!("registry.example.com/health/service/other");
    assert_eq!(judged(&with(json!([other]), ""), "older versioned").0, Verdict::NeedsEvidence);
}

#[test]
fn a_version_cache_of_the_image_job_itself_gets_a_note() {
    let text =
        fs::read_to_string(root().join("fixtures/go-service/.gitlab-ci.yml")).expect("a file");
    let own =
        text.replacen("policy: pull\n  before_script", "policy: pull-push\n  before_script", 1);
    let own = own.replacen("    - key: {prefix: mise, files: [ci/cache-key.lock]}\n      paths: [.ci-cache/mise/]\n      policy: pull-push\n", "", 1);
    assert_ne!(own, text);
    let project = open("go-service", options(&[], None));
    project.overlay(".gitlab-ci.yml", own.into_bytes());
    let report = analyze(&project, &project.catalog);
    let notes: Vec<&str> = report.findings.iter().map(|it| it.message.as_str()).collect();
    assert!(notes.iter().any(|it| it.contains("departs from the letter")), "{notes:?}");
    let writer = report.clauses.iter().find(|it| it.text.starts_with("other jobs SHALL NOT write"));
    assert!(writer.unwrap().note.contains("caches of setup"), "{:?}", writer.unwrap().note);
}

#[test]
fn a_file_that_is_no_evidence_is_an_error_of_ours() {
    for (text, words) in [
        ("[{\"Ref\": \"x\"}]", "no `version`"),
        ("{\"version\": 1, \"observations\": [{\"kind\": \"tag\"}]}", "no observation"),
        ("{", "no JSON"),
    ] {
        let files = [("pipespec.yaml", "evidence: {files: [e.json]}\n"), ("e.json", text)];
        let error = Project::in_memory(
            files.map(|(path, text)| (path, text.to_owned())),
            options(&[], None),
        );
        let error = error.err().expect("an error").to_string();
        assert!(error.contains(words), "{error}");
    }
    let files = [("pipespec.yaml".to_owned(), "evidence: {max-age: soon}\n".to_owned())];
    assert!(Project::in_memory(files, options(&[], None)).is_err());
}

#[test]
fn evidence_of_an_earlier_image_under_the_same_tag_is_refused() {
    let digest = |digit: char| json!(format!("sha256:{}", digit.to_string().repeat(64)));
    let mut manifest = observation("manifest", "2026-11-20", size(100_000_000));
    manifest["digest"] = digest('a');
    let report =
        json!({"Results": [{"Name": "mise --version", "Pass": true, "Stdout": "2025.12.1"}]});
    let mut run = observation("structure", "2026-11-19", report);
    run["digest"] = digest('a');
    let same = with(json!([manifest.clone(), run.clone()]), "");
    assert_eq!(judged(&same, "mise SHALL").0, Verdict::Evidenced);
    run["digest"] = digest('b');
    let (verdict, note, told) = judged(&with(json!([manifest, run]), ""), "mise SHALL");
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("another image under the tag"), "{note}");
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn what_the_published_image_was_built_on_is_held_to_the_spec() {
    let spec = "# ci-image\n## Requirements\n### Requirement: Base\nIt SHALL be so.\n#### Scenario: Base\n- **Given** CI image is built\n- **Then** image SHALL use golang:1.25.5-alpine3.23 as base\n";
    let of = |name: &str| {
        let labels = json!({"config": {"Labels": {"org.opencontainers.image.base.name": name}}});
        let evidence =
            json!({"version": 1, "observations": [observation("base", "2026-11-20", labels)]});
        let read = |name: &str| {
            fs::read_to_string(root().join("fixtures/go-service").join(name)).expect("a file")
        };
        let files = [
            (".gitlab-ci.yml", read(".gitlab-ci.yml")),
            ("Dockerfile.ci", read("Dockerfile.ci")),
            ("openspec/specs/ci-image/spec.md", spec.to_owned()),
            ("pipespec.yaml", "evidence: {files: [e.json]}\n".to_owned()),
            ("e.json", evidence.to_string()),
        ];
        let project = Project::in_memory(files, options(&[], None)).expect("a project");
        judged(&project, "as base").0
    };
    assert_eq!(of("docker.io/library/golang:1.25.5-alpine3.23"), Verdict::Evidenced);
    assert_eq!(of("docker.io/library/golang:1.25.4-alpine3.23"), Verdict::Violated);
}

#[test]
fn a_clause_may_say_what_is_measured() {
    let at = |said: &str| {
        let seen = observation(
            "manifest",
            "2026-11-20",
            json!({"bytes": 215_000_000, "measure": "unpacked"}),
        );
        let project = with(json!([seen]), "");
        let path = "openspec/specs/ci-image/spec.md";
        let spec = fs::read_to_string(root().join("fixtures/swollen-image").join(path));
        let spec = spec
            .expect("a file")
            .replace("approximately 215MB", &format!("approximately 215MB{said}"));
        project.overlay(path, spec.into_bytes());
        judged(&project, "approximately").0
    };
    assert_eq!(
        [at(""), at(" compressed"), at(" unpacked")],
        [Verdict::NeedsEvidence, Verdict::NeedsEvidence, Verdict::Evidenced]
    );
}

#[test]
fn a_version_that_is_not_pushed_yet_is_not_called_lost() {
    let of = |tags: &[&str]| {
        let seen = observation("tags", "2026-11-20", json!(tags));
        judged(&with(json!([seen]), ""), "both latest and versioned")
    };
    assert_eq!(of(&["latest", "alpine3.23-r3"]).0, Verdict::Evidenced);
    let (verdict, note, _) = of(&["latest", "alpine3.23-r2"]);
    assert_eq!(verdict, Verdict::NeedsEvidence);
    assert!(note.contains("`alpine3.23-r3`, which the jobs use, was not there yet"), "{note}");
    assert_eq!(of(&["alpine3.23-r3"]).0, Verdict::Violated);
    assert_eq!(of(&["latest", "main"]).0, Verdict::Violated);
}
