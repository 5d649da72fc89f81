//! `pipespec init`, and the comments of other tools in files that move in.

use std::path::{Path, PathBuf};
use std::process::Command;

use pipespec::engine::{CheckOptions, FirstConfig, Project, analyze};
use pipespec::rules::catalog;

const HADOLINT: &str = "\
failure-threshold: warning
ignored:
  - DL3008
  - DL3005
  - SC2086
  - DL9999
  - DL3008
override:
  error: [DL3018, DL3057]
  warning: [DL3018]
  style: [DL3059, DL3008]
trustedRegistries:
  - docker.io
  - \"*.gcr.io\"
label-schema:
  author: text
  org.example.url: url
  \"on\": \"\"
strict-labels: true
disable-ignore-pragma: true
format: tty
colour: true
";

fn first(text: &str) -> FirstConfig {
    FirstConfig::from_hadolint(".hadolint.yaml", text, &catalog()).expect("a mapping")
}

#[test]
fn the_choices_of_hadolint_are_kept() {
    let first = first(HADOLINT);
    let body = first.text.split_once("# From .hadolint.yaml.\n").expect("a source").1;
    assert_eq!(
        body,
        "ignore: [DL3008, SC2086]\n\
         severity:\n  DL3018: error\n  DL3057: error\n  DL3059: note\n\
         rules:\n  untrusted-registry:\n    trusted: [docker.io, \"*.gcr.io\"]\n  \
         label-schema:\n    strict: true\n    schema:\n      author: text\n      \"on\": text\n      \
         org.example.url: url\n\
         fail-on: warning\nhadolint-comments: false\n"
    );
    assert_eq!(
        first.left,
        [
            "`colour` is no key that hadolint knows",
            "`format` belongs on the command line, see `pipespec check --help`",
            "`DL3005` (`ignored`) is retired, and no rule has it",
            "`DL9999` (`ignored`) is a code that no rule has",
        ]
    );
}

#[test]
fn what_is_written_holds() {
    let config = first(HADOLINT).text;
    let dockerfile = "FROM quay.io/a/b:1.0\n# hadolint ignore=DL3018\nRUN apk add curl\nRUN apt-get install -y x\n";
    let files = [("Dockerfile", dockerfile), ("pipespec.yaml", &config)];
    let project = Project::in_memory(files, CheckOptions::default()).expect("a configuration");
    assert_eq!(project.config.fails_on(), Some(Some(pipespec::rule::Severity::Warning)));
    let report = analyze(&project, &project.catalog);
    let rules: Vec<(&str, &str)> = report
        .findings
        .iter()
        .map(|it| (report.catalog.get(it.rule).id.as_ref(), it.severity.as_str()))
        .collect();
    // The comment accepts nothing, the code is an error, a rule that is off is on.
    for wanted in [
        ("unpinned-apk-package", "error"),
        ("untrusted-registry", "error"),
        ("missing-healthcheck", "error"),
        ("label-schema", "warning"),
        ("consecutive-run", "note"),
    ] {
        assert!(rules.contains(&wanted), "{wanted:?} is not in {rules:?}");
    }
    assert!(!rules.iter().any(|(id, _)| *id == "unpinned-apt-package"), "{rules:?}");
}

#[test]
fn an_empty_or_a_broken_configuration_is_no_surprise() {
    for text in ["", "# nothing\n", "{}\n"] {
        let config = first(text).text;
        let files = [("pipespec.yaml", config)];
        assert!(Project::in_memory(files, CheckOptions::default()).is_ok());
    }
    let empty = [("pipespec.yaml", FirstConfig::empty().text)];
    assert!(Project::in_memory(empty, CheckOptions::default()).is_ok());
    assert!(FirstConfig::from_hadolint("x", "ignored: [", &catalog()).is_err());
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn init(folder: &Path, more: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_pipespec"))
        .args(["init", "."])
        .args(more)
        .current_dir(folder)
        .output()
        .expect("the binary runs");
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).expect("UTF-8"), output.status.code())
}

#[test]
fn nothing_is_overwritten_unless_it_is_forced() {
    let folder = folder("init");
    std::fs::write(folder.join(".hadolint.yml"), "ignored: [DL3008, DL3002]\n").unwrap();
    let (text, code) = init(&folder, &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("wrote pipespec.yaml\nkept from .hadolint.yml: 2 ignored codes\n"),
        "{text}"
    );
    let written = std::fs::read_to_string(folder.join("pipespec.yaml")).unwrap();
    assert!(written.ends_with("ignore: [DL3008, DL3002]\n"), "{written}");
    std::fs::write(folder.join("pipespec.yaml"), "ignore: [shell]\n").unwrap();
    let (text, code) = init(&folder, &[]);
    assert!(text.contains("is there already") && code == Some(2), "{text}");
    assert_eq!(std::fs::read_to_string(folder.join("pipespec.yaml")).unwrap(), "ignore: [shell]\n");
    assert_eq!(init(&folder, &["--force"]).1, Some(0));
    assert_eq!(std::fs::read_to_string(folder.join("pipespec.yaml")).unwrap(), written);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

/// The ids and lines of the findings of a Dockerfile under these names of hadolint and BuildKit.
fn findings(dockerfile: &str, names: &[&str]) -> Vec<(String, u32)> {
    let project =
        Project::in_memory([("Dockerfile", dockerfile)], CheckOptions::default()).unwrap();
    let report = analyze(&project, &project.catalog);
    let of = |it: &&pipespec::rule::Finding| {
        let rule = report.catalog.get(it.rule);
        names.iter().any(|name| rule.is_called(name))
    };
    let found = report.findings.iter().filter(of).map(|it| {
        let line = report.sources.get(it.at.source).lines().line(it.at.span.start) + 1;
        (report.catalog.get(it.rule).id.to_string(), line)
    });
    found.collect()
}

#[test]
fn comments_of_hadolint_and_buildkit_work_as_they_are() {
    let of = |text: &str, names: &[&str]| findings(text, names).len();
    let bad = "FROM debian:12.5-slim\nRUN sudo true && cd /x && true\n";
    let names = ["DL3004", "DL3003", "SC2164"];
    assert!(of(bad, &names) >= 2);
    let ignored = bad.replace("RUN", "# hadolint ignore=DL3004,DL3003,SC2164\nRUN");
    assert_eq!(of(&ignored, &names), 0);
    let global = format!("# hadolint global ignore=DL3004,DL3003,SC2164\n{bad}");
    assert_eq!(of(&global, &names), 0);
    // A code of ShellCheck that no rule of ours has is taken without complaint.
    let other = bad.replace("RUN", "# hadolint ignore=SC2046,DL3004\nRUN");
    assert_eq!(of(&other, &["DL3004"]), 0);
    assert_eq!(of(&other, &["useless-suppression"]), 0);
    // What the script is for is told by a comment; PowerShell is left alone.
    let shell = "# hadolint shell=powershell\nFROM example.org/base:1.0\nRUN cd x; sudo true\n";
    assert_eq!(of(shell, &names), 0);
    assert_eq!(
        of("# hadolint shell=bash\nFROM example.org/base:1.0\nRUN sudo true\n", &["DL3004"]),
        1
    );
    let casing = "# check=skip=FromAsCasing\nFROM debian:12.5-slim as build\n";
    assert_eq!(of(casing, &["FromAsCasing"]), 0);
    assert_eq!(of(&casing[casing.find("FROM").unwrap()..], &["FromAsCasing"]), 1);
    assert_eq!(of(&casing.replace("=FromAsCasing", "=all"), &["FromAsCasing"]), 0);
    let line = "FROM debian:12.5-slim\n# check=skip=MaintainerDeprecated\nMAINTAINER me\n";
    assert_eq!(of(line, &["MaintainerDeprecated"]), 0);
}

#[test]
fn comments_of_hadolint_in_a_pipeline_are_nothing() {
    let text = "# hadolint global ignore=DL3004\n# check=skip=all\nlint:\n  stage: test\n  script:\n    \
                # hadolint ignore=SC2164\n    - cd x\n    - make\n";
    let of = |text: &str| {
        let project =
            Project::in_memory([(".gitlab-ci.yml", text)], CheckOptions::default()).unwrap();
        let report = analyze(&project, &project.catalog);
        let found = report.findings.iter();
        found.map(|it| report.catalog.get(it.rule).id.to_string()).collect::<Vec<_>>()
    };
    let plain: String =
        text.lines().filter(|line| !line.contains('#')).map(|it| format!("{it}\n")).collect();
    assert_eq!(of(text), of(&plain));
}
