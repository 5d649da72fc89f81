//! What `resolve` and `jobs` print for a repository whose pipeline comes from elsewhere, and their exit
//! codes. The recorded output stands in `tests/it/recorded/`; `UPDATE=1 cargo test` records it anew.

use super::fixtures::{compare, run};

const REPOSITORY: &str = "fixtures/borrowed-pipeline";

fn check(name: &str, arguments: &[&str]) {
    let mut all = vec![arguments[0], REPOSITORY];
    all.extend(&arguments[1..]);
    let (text, code) = run(&all);
    let shown = format!("$ pipespec {}\n{text}exit {code}\n", all.join(" "));
    if let Some(difference) = compare(&format!("commands/{name}.txt"), &shown) {
        panic!("{difference}");
    }
}

#[test]
fn resolve_prints_the_pipeline_as_the_server_has_it() {
    check("resolve", &["resolve"]);
    check("resolve-origins", &["resolve", "--origins"]);
    check("resolve-job", &["resolve", "--job", "build", "--origins"]);
    check("resolve-missing", &["resolve", "--missing"]);
    check("resolve-unknown-job", &["resolve", "--job", "biuld"]);
}

#[test]
fn jobs_says_what_a_pipeline_would_contain() {
    let request = ["jobs", "--source", "merge_request_event", "--branch", "topic"];
    check("jobs-merge-request", &request);
    let main = ["--branch", "main", "--default-branch", "main"];
    let with = |more: &[&'static str]| {
        let mut all = vec!["jobs"];
        all.extend(main);
        all.extend(more);
        all
    };
    check("jobs-push", &with(&["--changes", "a.go", "--variable", "NIGHTLY=1"]));
    check("jobs-new-branch", &["jobs", "--branch", "topic", "--new-branch"]);
    check("jobs-schedule", &with(&["--source", "schedule"]));
    check("jobs-tag", &["jobs", "--tag", "v1", "--variable", "NIGHTLY", "--format", "json"]);
    check("jobs-unknown-source", &["jobs", "--source", "merge_request"]);
}

#[test]
fn exit_codes_tell_refused_from_fine_and_from_nothing() {
    let folder = std::env::temp_dir().join(format!("pipespec-commands-{}", std::process::id()));
    let empty = folder.join("empty");
    let refused = folder.join("refused");
    for path in [&empty, &refused] {
        std::fs::create_dir_all(path.join(".git")).unwrap();
    }
    let text =
        "a: {stage: build, script: x, rules: [{if: $CI_COMMIT_TAG}]}\nb: {script: x, needs: [a]}\n";
    std::fs::write(refused.join(".gitlab-ci.yml"), text).unwrap();
    let broken = folder.join("broken");
    std::fs::create_dir_all(&broken).unwrap();
    std::fs::write(broken.join(".gitlab-ci.yml"), "a: {script: x, stage: nowhere}\n").unwrap();
    let code = |arguments: &[&str], path: &std::path::Path| {
        let mut all = arguments.to_vec();
        let path = path.to_string_lossy();
        all.push(&path);
        run(&all).1
    };
    assert_eq!(code(&["resolve"], &empty), 3);
    assert_eq!(code(&["jobs"], &empty), 3);
    assert_eq!(code(&["resolve"], &refused), 0);
    assert_eq!(code(&["resolve", "--missing"], &refused), 0);
    assert_eq!(code(&["jobs"], &refused), 1, "a need is not there");
    assert_eq!(code(&["jobs", "--tag", "v1"], &refused), 0);
    assert_eq!(code(&["resolve"], &broken), 1, "the server refuses it");
    assert_eq!(code(&["resolve"], &broken.join(".gitlab-ci.yml")), 1);
    assert_eq!(code(&["resolve"], &folder.join("nothing")), 2);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_named_part_of_the_configuration_is_judged_as_that() {
    let folder = std::env::temp_dir().join(format!("pipespec-named-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("ci")).unwrap();
    let write = |path: &str, text: &str| std::fs::write(folder.join(path), text).unwrap();
    write(
        ".gitlab-ci.yml",
        "include: [ci/a.yml, ci/b.yml]\nc: {trigger: {include: [ci/child.yml, {project: g/p, file: x.yml}]}}\n",
    );
    write("ci/a.yml", ".a: {script: x}\n");
    write("ci/b.yml", "b: {extends: .a}\n");
    write("ci/child.yml", "d: {extends: .elsewhere}\n");
    let named = |command: &str, path: &str| {
        let path = folder.join(path).to_string_lossy().into_owned();
        run(&[command, "--no-config", &path])
    };
    for path in ["ci/a.yml", "ci/b.yml", "ci/child.yml"] {
        let (text, code) = named("check", path);
        assert_eq!(code, 0, "{path}: {text}");
    }
    write("ci/b.yml", "b: {extends: .a, stage: nowhere}\n");
    let (text, code) = named("check", "ci/b.yml");
    assert!(code == 1 && text.contains("nowhere"), "{text}");
    let path = folder.to_string_lossy().into_owned();
    let (text, code) = run(&["resolve", "--no-config", "--missing", &path]);
    assert!(code == 1 && text.contains("project file `g/p: x.yml`"), "{text}");
    std::fs::remove_dir_all(&folder).unwrap();
}
