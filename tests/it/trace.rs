//! The trace, drift since a snapshot, and exceptions: what is said, and how a run ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pipespec::engine::{CheckOptions, Error, Project, Report, Verdict, analyze};
use serde_json::Value as Json;

const PURPOSE: &str = "## Purpose\nWhat every pipeline may rely on when it starts a job in the image of the team.\n\n## Requirements\n\n";

fn spec(expiry: &str) -> String {
    format!(
        "{PURPOSE}### Requirement: Artifacts\nArtifacts SHALL expire.\n\n#### Scenario: Expiry\n\
         - **WHEN** a job makes artifacts\n- **THEN** {expiry}\n"
    )
}

fn pipeline(expiry: &str) -> String {
    format!("build:\n  script: [make]\n  artifacts: {{paths: [out/], expire_in: {expiry}}}\n")
}

/// 2026-06-30T12:00:00Z
const NOON: i64 = 1_782_820_800;

fn open(files: &[(&str, &str)]) -> Result<Project, Error> {
    let files: Vec<(String, String)> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Project::in_memory(files, CheckOptions { now: Some(NOON), ..CheckOptions::default() })
}

/// The rules that found something, with path, line and message.
fn found(report: &Report<'_>) -> Vec<(String, String, u32, String)> {
    let found = report.findings.iter().map(|it| {
        let source = report.sources.get(it.at.source);
        let line = source.lines().line(it.at.span.start) + 1;
        (report.catalog.get(it.rule).id.to_string(), source.path.clone(), line, it.message.clone())
    });
    found.collect()
}

fn rules(files: &[(&str, &str)]) -> Vec<String> {
    let project = open(files).unwrap();
    found(&analyze(&project, &project.catalog)).into_iter().map(|it| it.0).collect()
}

fn snapshot(files: &[(&str, &str)]) -> String {
    let project = open(files).unwrap();
    analyze(&project, &project.catalog).snapshot().to_json()
}

const SPEC: &str = "openspec/specs/ci/spec.md";
const CI: &str = ".gitlab-ci.yml";
const SNAPSHOT: &str = "openspec/coverage.json";

#[test]
fn what_did_not_change_is_no_drift() {
    let (spec, ci) = (spec("expiration SHALL be 24 hours"), pipeline("24 hours"));
    let before = snapshot(&[(SPEC, &spec), (CI, &ci)]);
    assert_eq!(rules(&[(SPEC, &spec), (CI, &ci), (SNAPSHOT, &before)]), [""; 0]);
    // Lines that move, another file name for the pipeline's parts, an emphasis: none of it is wording.
    let moved =
        spec.replace("### Requirement", "\n\n### Requirement").replace("24 hours", "`24 hours`.");
    assert_eq!(rules(&[(SPEC, &moved), (CI, &ci), (SNAPSHOT, &before)]), [""; 0]);
}

#[test]
fn a_clause_that_its_rule_knows_no_more_is_unbound() {
    let ci = pipeline("24 hours");
    let before = snapshot(&[(SPEC, &spec("expiration SHALL be 24 hours")), (CI, &ci)]);
    let now = spec("expiration of all SHALL be 24 hours");
    let project = open(&[(SPEC, &now), (CI, &ci), (SNAPSHOT, &before)]).unwrap();
    let report = analyze(&project, &project.catalog);
    let (rule, path, line, message) = found(&report).remove(0);
    assert_eq!((rule.as_str(), path.as_str(), line), ("unbound-clause", SPEC, 11));
    assert!(message.contains("expiration {+of all +}SHALL be 24 hours"), "{message}");
    assert!(message.contains("`wrong-artifact-expiry` judged this clause"), "{message}");
    let help = report.findings[0].help.as_deref().unwrap();
    assert!(help.contains("the nearest pattern is `expiration SHALL be {duration}`"), "{help}");
}

#[test]
fn steps_that_changed_unbind_a_clause_whose_words_stay() {
    let with = |given: &str| {
        format!(
            "{PURPOSE}### Requirement: Cache\nCaches SHALL hold.\n\n#### Scenario: Write\n- **GIVEN** {given}\n- **THEN** cache policy SHALL be pull-push\n"
        )
    };
    let ci = "setup:\n  script: [make]\n  cache: {key: k, paths: [a/]}\n";
    let before = snapshot(&[(SPEC, &with("setup job runs")), (CI, ci)]);
    let found = rules(&[(SPEC, &with("the moon is full")), (CI, ci), (SNAPSHOT, &before)]);
    assert_eq!(found, ["unbound-clause"]);
}

#[test]
fn a_number_that_changed_is_told_with_a_word_diff() {
    let before =
        snapshot(&[(SPEC, &spec("expiration SHALL be 24 hours")), (CI, &pipeline("24 hours"))]);
    let now = spec("expiration SHALL be 36 hours");
    let project = open(&[(SPEC, &now), (CI, &pipeline("24 hours")), (SNAPSHOT, &before)]).unwrap();
    let report = analyze(&project, &project.catalog);
    let changed =
        report.findings.iter().find(|it| report.catalog.get(it.rule).id == "changed-parameter");
    let changed = changed.expect("a finding");
    assert!(changed.message.starts_with("`24 hours` became `36 hours`"), "{}", changed.message);
    assert!(changed.help.as_deref().unwrap().contains("SHALL be [-24-]{+36+} hours"));
    // The files do not follow yet, so nothing changed together.
    assert!(!found(&report).iter().any(|it| it.0 == "moved-goalpost"));
    assert!(found(&report).iter().any(|it| it.0 == "wrong-artifact-expiry"));
    // The same time in other words is no change.
    let same = rules(&[
        (SPEC, &spec("expiration SHALL be 1 day")),
        (CI, &pipeline("24 hours")),
        (SNAPSHOT, &before),
    ]);
    assert_eq!(same, [""; 0]);
}

#[test]
fn a_clause_and_what_it_governs_that_change_together_are_told() {
    let before =
        snapshot(&[(SPEC, &spec("expiration SHALL be 24 hours")), (CI, &pipeline("24 hours"))]);
    let project = open(&[
        (SPEC, &spec("expiration SHALL be 36 hours")),
        (CI, &pipeline("36 hours")),
        (SNAPSHOT, &before),
    ])
    .unwrap();
    let report = analyze(&project, &project.catalog);
    let told = report.findings.iter().find(|it| report.catalog.get(it.rule).id == "moved-goalpost");
    let told = told.expect("a note");
    assert!(told.message.contains("`.gitlab-ci.yml`"), "{}", told.message);
    assert_eq!(report.sources.get(told.labels[0].at.source).path, CI);
    assert_eq!(report.sources.get(told.at.source).path, SPEC);
}

const DELTA: &str = "openspec/changes/less/specs/ci/spec.md";

#[test]
fn a_delta_that_removes_a_clause_is_named() {
    let (main, ci) = (spec("expiration SHALL be 24 hours"), pipeline("24 hours"));
    let before = snapshot(&[(SPEC, &main), (CI, &ci)]);
    let delta =
        "## REMOVED Requirements\n\n### Requirement: Artifacts\n**Reason**: nobody reads them\n";
    let gone = |ci: &str| {
        let project =
            open(&[(SPEC, &main), (CI, ci), (SNAPSHOT, &before), (DELTA, delta)]).unwrap();
        let report = analyze(&project, &project.catalog);
        assert!(report.clauses.is_empty(), "judged by the effective spec");
        found(&report).into_iter().map(|it| (it.0, it.1, it.2)).collect::<Vec<_>>()
    };
    let at = |rule: &str| (rule.to_owned(), DELTA.to_owned(), 3);
    assert_eq!(gone(&ci), [at("gone-clause")]);
    assert_eq!(gone(&pipeline("7 days")), [at("gone-clause"), at("moved-goalpost")]);
}

#[test]
fn a_delta_that_renames_is_no_drift() {
    let (main, ci) = (spec("expiration SHALL be 24 hours"), pipeline("24 hours"));
    let before = snapshot(&[(SPEC, &main), (CI, &ci)]);
    let delta = "## RENAMED Requirements\n\n- FROM: `### Requirement: Artifacts`\n- TO: `### Requirement: Stored artifacts`\n";
    assert_eq!(rules(&[(SPEC, &main), (CI, &ci), (SNAPSHOT, &before), (DELTA, delta)]), [""; 0]);
}

#[test]
fn a_snapshot_that_is_none_is_an_error_of_the_run() {
    let project = open(&[(SPEC, &spec("expiration SHALL be 24 hours")), (SNAPSHOT, "{}")]).unwrap();
    let report = analyze(&project, &project.catalog);
    assert_eq!(report.failures.len(), 1);
    assert_eq!(report.failures[0].path, SNAPSHOT);
}

fn exception(expires: &str) -> String {
    format!(
        "exceptions:\n  - clause: ci/artifacts/expiry#1\n    reason: the nightly report is read on Mondays\n    owner: build team\n    expires: {expires}\n"
    )
}

#[test]
fn an_exception_accepts_a_clause_until_its_day_is_over() {
    let main = spec("expiration SHALL be 24 hours");
    let judged = |expires: &str, ci: &str| {
        let project =
            open(&[(SPEC, &main), (CI, &pipeline(ci)), ("pipespec.yaml", &exception(expires))])
                .unwrap();
        let report = analyze(&project, &project.catalog);
        let clause = report.clauses.iter().find(|it| it.id == "ci/artifacts/expiry#1").unwrap();
        let rules: Vec<String> = found(&report).into_iter().map(|it| it.0).collect();
        (clause.verdict, rules, report.suppressed.len(), clause.note.clone())
    };
    let note = "the nightly report is read on Mondays (build team, until 2026-06-30)";
    assert_eq!(judged("2026-06-30", "7 days"), (Verdict::Excepted, vec![], 1, note.to_owned()));
    let (verdict, rules, suppressed, _) = judged("2026-06-29", "7 days");
    assert_eq!((verdict, suppressed), (Verdict::Violated, 0));
    assert_eq!(rules, ["wrong-artifact-expiry", "expired-exception"]);
    let (verdict, rules, ..) = judged("2026-06-30", "24 hours");
    assert_eq!((verdict, rules), (Verdict::Proven, vec!["unused-exception".to_owned()]));
}

#[test]
fn a_wrong_exception_is_an_error_with_a_place() {
    let main = spec("expiration SHALL be 24 hours");
    let error = |config: &str| {
        let result = open(&[(SPEC, &main), ("pipespec.yaml", config)]);
        let error = result.err().expect(config);
        let help = miette::Diagnostic::help(&error).map(|it| it.to_string()).unwrap_or_default();
        let place =
            miette::Diagnostic::labels(&error).and_then(|mut it| it.next()).expect("a place");
        let text = &config[place.offset()..place.offset() + place.len()];
        (error.to_string(), help, text.to_owned())
    };
    let good = exception("2027-01-31");
    let (message, help, at) = error(&good.replace("expiry#1", "expire#1"));
    assert_eq!(message, "`ci/artifacts/expire#1` is no clause of the spec");
    assert_eq!(help, "did you mean `ci/artifacts/expiry#1`?");
    assert_eq!(at, "ci/artifacts/expire#1");
    assert_eq!(error(&good.replace("2027-01-31", "2027-02-30")).0, "`2027-02-30` is no date");
    assert_eq!(error(&good.replace("build team", "\"\"")).0, "the exception has an empty `owner`");
    for key in ["clause", "reason", "owner", "expires"] {
        let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.contains(&format!("{key}:")));
        let text = lines.join("\n").replacen("exceptions:\n    ", "exceptions:\n  - ", 1);
        let (message, ..) = error(&text);
        assert!(message.contains(&format!("`{key}`")), "{message}");
    }
    let twice = format!("{good}{}", good.split_once('\n').unwrap().1);
    assert_eq!(error(&twice).0, "`ci/artifacts/expiry#1` has an exception already");
}

/// A repository on disk for the binary.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&root);
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(root)
    }

    pub(super) fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_pipespec"))
            .args(arguments)
            .current_dir(&self.0)
            .env("NO_COLOR", "1")
            .env_remove("CI_PROJECT_DIR")
            .env("SOURCE_DATE_EPOCH", NOON.to_string())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_snapshot_is_written_and_held_against_the_spec() {
    let main = spec("expiration SHALL be 24 hours");
    let folder = Folder::new(
        "snapshot",
        &[(SPEC, &main), (CI, &pipeline("24 hours")), ("pipespec.yaml", "")],
    );
    let (code, out, _) = folder.run(&["trace", "--write-snapshot"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(
        folder.read(SNAPSHOT).contains("\"rule\":\"wrong-artifact-expiry\",\"verdict\":\"proven\"")
    );
    assert_eq!(folder.run(&["check"]).0, 0);
    fs::write(folder.0.join(SPEC), main.replace("expiration SHALL", "expiry SHALL")).unwrap();
    let (code, out, _) = folder.run(&["check"]);
    assert!(code == 1 && out.contains("error[unbound-clause]"), "{out}");
    // Written anew it is accepted, also over one that cannot be read.
    fs::write(folder.0.join(SNAPSHOT), "nonsense").unwrap();
    assert_eq!(folder.run(&["check"]).0, 2);
    assert_eq!(folder.run(&["trace", "--write-snapshot"]).0, 0);
    assert_eq!(folder.run(&["check"]).0, 0);
    fs::write(folder.0.join("pipespec.yaml"), "snapshot: ci/spec.json\n").unwrap();
    fs::create_dir(folder.0.join("ci")).unwrap();
    assert_eq!(folder.run(&["trace", "--write-snapshot"]).0, 0);
    assert!(folder.read("ci/spec.json").starts_with("{\n  \"version\": 1,"));
}

#[test]
fn coverage_can_be_required() {
    let main = format!(
        "{}- **AND** final image size SHALL be approximately 215MB\n",
        spec("expiration SHALL be 24 hours")
    );
    let main = main.replace("Artifacts SHALL expire.", "Artifacts expire.");
    let folder = Folder::new(
        "coverage",
        &[
            (SPEC, &main),
            (CI, &pipeline("24 hours")),
            ("Dockerfile.ci", "FROM golang:1.25.5-alpine3.23\n"),
        ],
    );
    let code = |which: &str| folder.run(&["trace", "--require-coverage", which]).0;
    assert_eq!((code("static"), code("all")), (0, 1));
    fs::write(folder.0.join(SPEC), format!("{main}- **AND** all SHALL be well\n")).unwrap();
    assert_eq!((code("static"), code("all")), (1, 1));
    fs::write(
        folder.0.join("pipespec.yaml"),
        exception("2027-01-31").replace("expiry#1", "expiry#3"),
    )
    .unwrap();
    assert_eq!((code("static"), code("all")), (0, 1));
    assert_eq!(folder.run(&["trace", "no/such/folder"]).0, 2);
    let empty = Folder::new("no-spec", &[(CI, &pipeline("24 hours")), ("pipespec.yaml", "")]);
    let (code, _, error) = empty.run(&["trace"]);
    assert!(code == 3 && error.contains("there is no spec"), "{code} {error}");
}

#[test]
fn a_trace_is_written_only_where_it_is_asked_for() {
    let main = spec("expiration SHALL be 24 hours");
    let folder =
        Folder::new("written", &[(SPEC, &main), (CI, &pipeline("7 days")), ("pipespec.yaml", "")]);
    let listed = |at: &Path| fs::read_dir(at).unwrap().flatten().count();
    let before = listed(&folder.0);
    for format in ["text", "markdown", "json", "junit", "html"] {
        let (code, out, _) = folder.run(&["trace", "--format", format]);
        assert!(code == 0 && out.contains("expiration SHALL be 24 hours"), "{format}: {out}");
        assert_eq!(listed(&folder.0), before);
        let (code, nothing, _) =
            folder.run(&["trace", "--format", format, "--output", "trace.out"]);
        assert_eq!((code, nothing.as_str()), (0, ""));
        assert_eq!(folder.read("trace.out"), out, "{format}");
        fs::remove_file(folder.0.join("trace.out")).unwrap();
    }
    assert_eq!(folder.run(&["trace", "--output", "no/folder/trace"]).0, 2);
    assert_eq!(folder.run(&["trace", "--output", "openspec"]).0, 2);
    assert_eq!(listed(&folder.0), before);
    // Another folder's spec.
    fs::write(folder.0.join("other.md"), spec("expiration SHALL be 7 days")).unwrap();
    let (_, out, _) = folder.run(&["trace", "--spec", "other.md"]);
    assert!(out.contains("1 proven, 1 undefined"), "{out}");
}

#[test]
fn the_formats_say_the_same() {
    let main = spec("expiration SHALL be 24 hours | <b>");
    let main =
        main.replace(" | <b>", "\n- **AND** final <image> size SHALL | be & stay `a|b` \"small\"");
    let folder =
        Folder::new("formats", &[(SPEC, &main), (CI, &pipeline("7 days")), ("pipespec.yaml", "")]);
    let json: Json = serde_json::from_str(&folder.run(&["trace", "--format", "json"]).1).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["counts"]["violated"], 1);
    let clause = &json["clauses"][1];
    assert_eq!(clause["id"], "ci/artifacts/expiry#1");
    assert_eq!(clause["line"], 11);
    assert_eq!(clause["findings"][0]["path"], CI);
    assert_eq!(clause["findings"][0]["line"], 3);
    let table = folder.run(&["trace", "--format", "markdown"]).1;
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 2 + 3);
    for row in rows {
        // Bars inside cells are escaped.
        assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
    }
    assert!(table.contains("final &lt;image&gt; size SHALL \\| be &amp; stay `a\\|b`"), "{table}");
    let text = folder.run(&["trace"]).1;
    assert!(
        text.contains(
            "\n    violated        wrong-artifact-expiry  #1  openspec/specs/ci/spec.md:11: "
        ),
        "{text}"
    );
    assert!(text.ends_with("3 clauses: 1 violated, 2 undefined\n"), "{text}");
}
