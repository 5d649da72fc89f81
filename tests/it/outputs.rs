//! The formats of `check` that machines read, read back.

use std::collections::BTreeSet;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::report::{
    render_code_quality, render_github, render_junit, render_markdown, render_sarif,
    render_trace_junit,
};
use serde_json::Value as Json;

const SPEC: &str = "## Purpose\nWhat every pipeline may rely on when it starts a job in the image of the team.\n\n## Requirements\n\n\
    ### Requirement: Artifacts & more\nArtifacts SHALL expire.\n\n#### Scenario: Expiry\n- **WHEN** a job makes artifacts\n\
    - **THEN** expiration SHALL be 24 hours\n- **AND** final image size SHALL be approximately 215MB\n";
const CI: &str = "\"build <1>\":\n  script: [make]\n  artifacts: {paths: [out/], expire_in: 7 days}\n\
    other:\n  script: [make]\n  artifacts: {paths: [out/], expire_in: 7 days}\n  stage: tset\n";
const DOCKERFILE: &str = "FROM golang:1.25.5-alpine3.23\nRUN apk add git\n# pipespec: ignore[unpinned-apk-package, apk-cache-left-behind] held by the base\nRUN apk add curl\n";

fn project(ci: &str, dockerfile: &str) -> Project {
    let files = [
        ("openspec/specs/ci/spec.md", SPEC),
        (".gitlab-ci.yml", ci),
        ("a b/Dockerfile", dockerfile),
    ];
    Project::in_memory(files, CheckOptions::default()).expect("no configuration")
}

fn with<T>(render: impl Fn(&pipespec::engine::Report<'_>) -> T) -> T {
    let project = project(CI, DOCKERFILE);
    render(&analyze(&project, &project.catalog))
}

fn items<'j>(value: &'j Json, path: &str) -> &'j Vec<Json> {
    value.pointer(path).and_then(Json::as_array).unwrap_or_else(|| panic!("no list at {path}"))
}

#[test]
fn sarif_has_what_readers_need() {
    let text = with(|report| render_sarif(report, "sub/"));
    let sarif: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let rules = items(&sarif, "/runs/0/tool/driver/rules");
    let results = items(&sarif, "/runs/0/results");
    assert!(results.len() > 4, "{text}");
    let mut fingerprints = BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            uri.starts_with("sub/") && !uri.contains([' ', '<', '%'])
                || uri == "sub/a%20b/Dockerfile"
        );
        let region = &place["region"];
        let number = |key: &str| region[key].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        let (start, end) = (
            (number("startLine"), number("startColumn")),
            (number("endLine"), number("endColumn")),
        );
        assert!(start <= end);
        assert!(fingerprints.insert(result["partialFingerprints"]["pipespec/v1"].to_string()));
    }
    for rule in rules {
        for key in [
            "/id",
            "/shortDescription/text",
            "/fullDescription/text",
            "/help/markdown",
            "/defaultConfiguration/level",
        ] {
            assert!(rule.pointer(key).is_some_and(|it| it.as_str() != Some("")), "{key} of {rule}");
        }
    }
    let expiry = results.iter().find(|it| it["ruleId"] == "wrong-artifact-expiry").unwrap();
    assert_eq!(expiry["properties"]["clause"], "ci/artifacts-more/expiry#1");
    let related = &expiry["relatedLocations"][0];
    assert_eq!(
        related["physicalLocation"]["artifactLocation"]["uri"],
        "sub/openspec/specs/ci/spec.md"
    );
    let suppressed: Vec<&Json> =
        results.iter().filter(|it| it.get("suppressions").is_some()).collect();
    assert!(!suppressed.is_empty());
    for it in suppressed {
        assert_eq!(it["suppressions"][0]["kind"], "inSource");
        assert_eq!(it["suppressions"][0]["justification"], "held by the base");
    }
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], true);
    let fixed =
        results.iter().find(|it| it.get("fixes").is_some()).expect("something that can be fixed");
    let replacement = &fixed["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert!(
        replacement["deletedRegion"]["startLine"].is_u64()
            && replacement["insertedContent"]["text"].is_string()
    );
}

#[test]
fn code_quality_fingerprints_are_unique_and_stay_when_lines_move() {
    let issues = |ci: &str, dockerfile: &str| -> Vec<Json> {
        let project = project(ci, dockerfile);
        let text = render_code_quality(&analyze(&project, &project.catalog), "sub/");
        serde_json::from_str::<Vec<Json>>(&text).unwrap()
    };
    let before = issues(CI, DOCKERFILE);
    let set = |issues: &[Json]| -> BTreeSet<String> {
        issues.iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(set(&before).len(), before.len());
    for issue in &before {
        let severity = issue["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
        assert!(issue["location"]["path"].as_str().unwrap().starts_with("sub/"));
        assert!(issue["location"]["lines"]["begin"].as_u64() > Some(0));
        let rule = issue["check_name"].as_str().unwrap();
        assert!(issue["description"].as_str().unwrap().starts_with(&format!("{rule}: ")));
    }
    assert!(before.iter().any(|it| it["severity"] == "critical"), "the server refuses the stage");
    let after = issues(&format!("# new\n\n{CI}"), &format!("# new\n{DOCKERFILE}"));
    assert_eq!(set(&after), set(&before));
    // One less is one less, and no other changes its name.
    let fewer = issues(&CI.replace("  stage: tset\n", ""), DOCKERFILE);
    assert!(set(&fewer).is_subset(&set(&before)) && fewer.len() < before.len());
    let clean =
        Project::in_memory([("Dockerfile", "FROM scratch\n")], CheckOptions::default()).unwrap();
    assert_eq!(render_code_quality(&analyze(&clean, &clean.catalog), ""), "[]\n");
}

/// The elements of an XML text, each with its attributes; fails on what is not well-formed as we write it.
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let body =
        xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("a tag ends");
        assert!(!text.contains('>'), "{part}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while let Some((key, behind)) = rest.trim_start().split_once("=\"") {
            let (value, behind) = behind.split_once('"').expect("an attribute ends");
            for entity in value.split('&').skip(1) {
                let known = ["amp;", "lt;", "gt;", "quot;", "#39;", "#10;"];
                assert!(known.iter().any(|it| entity.starts_with(it)), "{value}");
            }
            attributes.push((key.to_owned(), value.to_owned()));
            rest = behind;
        }
        assert_eq!(rest.trim(), "", "{tag}");
        if !closed {
            open.push(name.to_owned());
        }
        found.push((name.to_owned(), attributes));
    }
    assert!(open.is_empty());
    found
}

fn attribute<'e>(element: &'e (String, Vec<(String, String)>), key: &str) -> &'e str {
    element.1.iter().find(|(it, _)| it == key).map_or("", |(_, value)| value)
}

#[test]
fn junit_has_a_case_for_each_clause_and_counts_right() {
    let xml = with(|report| render_trace_junit(report, "sub/"));
    let all = elements(&xml);
    let of = |name: &str| all.iter().filter(|it| it.0 == name).collect::<Vec<_>>();
    let cases = of("testcase");
    assert_eq!(cases.len(), 3);
    assert_eq!(attribute(cases[1], "classname"), "Artifacts &amp; more/Expiry");
    assert_eq!(attribute(cases[1], "name"), "expiration SHALL be 24 hours");
    assert_eq!(attribute(cases[1], "file"), "sub/openspec/specs/ci/spec.md");
    let failures = of("failure");
    assert_eq!(failures.len(), 1);
    assert!(attribute(failures[0], "message").contains("`build &lt;1&gt;`"), "{xml}");
    assert!(xml.contains("sub/.gitlab-ci.yml:3:"), "{xml}");
    let skipped = of("skipped");
    assert_eq!(skipped.len(), 2, "undefined and needs-evidence never pass");
    assert!(skipped.iter().all(|it| !attribute(it, "message").is_empty()));
    let root = of("testsuites")[0];
    assert_eq!(
        (attribute(root, "tests"), attribute(root, "failures"), attribute(root, "skipped")),
        ("3", "1", "2")
    );
}

#[test]
fn junit_of_check_has_the_findings_beside_the_clauses() {
    let xml = with(|report| render_junit(report, ""));
    let all = elements(&xml);
    let failed = all.iter().filter(|it| it.0 == "failure").count();
    let beside = with(|report| report.findings.iter().filter(|it| it.clause.is_none()).count());
    assert!(beside > 1);
    assert_eq!(failed, beside + 1);
    let names: BTreeSet<_> =
        all.iter().filter(|it| it.0 == "testcase").map(|it| format!("{:?}", it.1)).collect();
    assert_eq!(names.len(), all.iter().filter(|it| it.0 == "testcase").count());
    let clean =
        Project::in_memory([("Dockerfile", "FROM scratch\n")], CheckOptions::default()).unwrap();
    let xml = render_junit(&analyze(&clean, &clean.catalog), "");
    assert!(xml.contains("tests=\"1\" failures=\"0\""), "{xml}");
}

#[test]
fn annotations_and_tables_are_one_line_each() {
    let count = with(|report| report.findings.len());
    let commands = with(|report| render_github(report, "sub/"));
    assert_eq!(commands.lines().count(), count);
    for line in commands.lines() {
        let rest =
            ["::error ", "::warning ", "::notice "].iter().find_map(|it| line.strip_prefix(it));
        let (properties, message) = rest.expect(line).split_once("::").expect(line);
        assert!(properties.split(',').all(|it| it.contains('=')) && !message.is_empty(), "{line}");
        assert!(properties.starts_with("file=sub/"), "{line}");
    }
    let table = with(|report| render_markdown(report, ""));
    assert_eq!(table.lines().filter(|it| it.starts_with("| ")).count(), count + 2);
    assert!(!table.contains("build <1>") || table.contains("`build <1>`"), "{table}");
}
