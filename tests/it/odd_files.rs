//! Files that are no files, or hold what nobody expects: each is told, nothing waits, and the rest is judged.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use pipespec::engine::{CheckOptions, Project, analyze};

use super::trace::Folder;

const SPEC: &str = "openspec/specs/ci/spec.md";
const SOUND: [(&str, &str); 4] = [
    (".gitlab-ci.yml", "a:\n  script: [make]\n"),
    ("Dockerfile.ci", "FROM debian\n"),
    (
        SPEC,
        "## Purpose\nWhat every pipeline may rely on.\n\n## Requirements\n\n### Requirement: A\nA SHALL b.\n",
    ),
    OWN,
];
/// Makes a folder a project of its own, wherever it lies.
const OWN: (&str, &str) = ("pipespec.yaml", "");

/// The sound repository with `path` replaced by something that `make` puts there.
fn with(name: &str, path: &str, make: impl Fn(&std::path::Path)) -> Folder {
    let folder = Folder::new(&format!("odd-{name}"), &SOUND);
    let path = folder.path(path);
    let _ = fs::remove_file(&path);
    make(&path);
    folder
}

fn pipe(path: &std::path::Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn what_is_no_file_is_told_and_the_rest_is_judged() {
    for (path, _) in SOUND {
        let name = path.rsplit('/').next().unwrap();
        let told = |kind: &str, make: &dyn Fn(&std::path::Path), wanted: &str| {
            let folder = with(&format!("{name}-{kind}"), path, make);
            let (code, out, error) = folder.run(&["check", "--format", "short"]);
            assert!(code == 2 && error.contains(wanted), "{path} as {kind}: {code} {error}");
            assert!(error.contains(name), "{path} as {kind}: {error}");
            // Without its configuration nothing is judged: who knows what it would have said.
            let other = if path == "Dockerfile.ci" { "ci/spec.md" } else { "Dockerfile.ci" };
            assert_eq!(out.contains(other), name != "pipespec.yaml", "{path} as {kind}: {out}");
        };
        told("pipe", &pipe, "is a pipe or a device, and only files are read");
        told(
            "dangling",
            &|it| symlink("nowhere", it).unwrap(),
            "is a link to a file that does not exist",
        );
        told("loop", &|it| symlink(it, it).unwrap(), "cannot be read: too many levels");
        let outside = if name == "pipespec.yaml" {
            "is a pipe or a device"
        } else {
            "leaves the project root"
        };
        told("zero", &|it| symlink("/dev/zero", it).unwrap(), outside);
        if [".gitlab-ci.yml", "pipespec.yaml"].contains(&name) {
            told(
                "folder",
                &|it| fs::create_dir(it).unwrap(),
                "is a folder where a file is expected",
            );
        }
        told(
            "huge",
            &|it| fs::File::create(it).unwrap().set_len(100 << 20).unwrap(),
            "larger than 64 MiB",
        );
    }
}

#[test]
fn files_that_are_named_may_be_pipes_but_not_endless() {
    let folder = Folder::new("odd-named", &SOUND);
    let spec = folder.path(SPEC);
    let script = format!(
        "cat '{}' | '{}' check --spec /dev/stdin",
        spec.display(),
        env!("CARGO_BIN_EXE_pipespec")
    );
    let output =
        Command::new("sh").args(["-c", &script]).current_dir(folder.path("")).output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 clause: 1 undefined"),
        "{output:?}"
    );
    for option in ["--spec", "--config", "--evidence"] {
        let (code, _, error) = folder.run(&["check", option, "/dev/zero"]);
        assert!(code == 2 && error.contains("is larger than 64 MiB"), "{option}: {error}");
        let (code, _, error) = folder.run(&["check", option, "openspec"]);
        assert!(code == 2 && error.contains("`openspec` is a folder"), "{option}: {error}");
    }
    // A device takes a report as well.
    let (code, _, error) = folder.run(&["check", "--format", "sarif", "--output", "/dev/null"]);
    assert_eq!((code, error.as_str()), (1, ""), "the spec has a requirement without a scenario");
    let (code, _, error) = folder.run(&["check", "--output", "openspec"]);
    assert!(code == 2 && error.contains("is a folder, so it is not written to"), "{error}");
}

#[test]
fn an_error_prints_no_control_characters() {
    let text = "select: [\u{1b}[31m\u{7}x]\r\nignore: [\u{202e}y]\r\n";
    let folder = Folder::new("odd-control", &[("pipespec.yaml", text), (".gitlab-ci.yml", "")]);
    let (code, _, error) = folder.run(&["check"]);
    assert_eq!(code, 2);
    assert!(error.contains("pipespec.yaml:1:"), "{error}");
    let harmful = |ch: char| ch != '\n' && ch.is_control() || ch == '\u{202e}';
    assert!(!error.contains(harmful), "{error:?}");
}

#[test]
fn a_broken_snapshot_is_told_with_its_remedy() {
    let folder = with("snapshot", "openspec/coverage.json", |it| fs::write(it, "[").unwrap());
    let (code, _, error) = folder.run(&["check"]);
    assert_eq!(code, 2);
    assert!(error.contains("`openspec/coverage.json` is no snapshot: "), "{error}");
    assert!(error.contains("`pipespec trace --write-snapshot` writes it anew"), "{error}");
}

#[test]
fn a_spec_that_is_named_holds_the_project_to_something() {
    let folder = Folder::new("odd-spec", &SOUND);
    let with = |text: &str| fs::write(folder.path("pipespec.yaml"), text).unwrap();
    fs::write(folder.path("notes.md"), "# Notes\n").unwrap();
    fs::write(folder.path(".gitignore"), "/kept/\n").unwrap();
    fs::create_dir(folder.path("kept")).unwrap();
    fs::copy(folder.path(SPEC), folder.path("kept/spec.md")).unwrap();
    let empty = "`notes.md` is named as the spec, and holds no clause";
    let (code, out, error) = folder.run(&["check", "--spec", "notes.md"]);
    assert!(code == 2 && error.contains(empty) && out.contains("Dockerfile.ci"), "{error}");
    assert_eq!(folder.run(&["trace", "--spec", "notes.md"]).0, 2);
    with("spec: [notes.md]\n");
    let (code, _, error) = folder.run(&["check"]);
    assert!(code == 2 && error.contains(empty), "{error}");
    with("spec: [nots.md]\n");
    let (code, _, error) = folder.run(&["check"]);
    assert!(code == 2 && error.contains("`nots.md` does not exist"), "{error}");
    assert!(error.contains("pipespec.yaml:1:8"), "{error}");
    for named in ["./openspec/", "openspec", "./openspec/specs/ci/spec.md", "kept", "kept/spec.md"]
    {
        with(&format!("spec: [{named}]\n"));
        let (_, out, error) = folder.run(&["check"]);
        assert!(out.contains("1 clause: 1 undefined"), "{named}: {out}{error}");
    }
}

#[test]
fn errors_of_the_system_are_told_in_words() {
    let folder = Folder::new("odd-words", &SOUND);
    let told = |arguments: &[&str], wanted: &str| {
        let (code, _, error) = folder.run(arguments);
        assert!(code == 2 && error.contains(wanted) && !error.contains("os error"), "{error}");
    };
    for command in ["check", "trace", "resolve", "jobs", "test"] {
        told(&[command, "nowhere"], "`nowhere` does not exist");
    }
    told(&["stub", "--path", "nowhere"], "`nowhere` does not exist");
    told(&["check", "--output", "nowhere/x"], "its folder does not exist");
    told(&["check", "--output", "/dev/full"], "`/dev/full` cannot be written: no space left");
    told(&["collect", "raw", "tags", "nowhere"], "`nowhere` does not exist");
    told(&["collect", "raw", "tags", "openspec"], "is a folder where a file is expected");
    let output = ["collect", "--output", "openspec", "raw", "tags", "/dev/null"];
    told(&output, "`openspec` cannot be read: is a directory");
}

#[test]
fn a_file_that_is_named_where_no_project_is_does_not_draw_in_what_lies_below() {
    let files =
        [("Dockerfile.a", "FROM debian:12.5\n"), ("far/below/Dockerfile", "FROM debian:12.5\n")];
    let folder = Folder::new("odd-stray", &files);
    let read = |only: &[&str]| -> Vec<String> {
        let only = only.iter().map(|it| (*it).to_owned()).collect();
        let options = CheckOptions { only, ..CheckOptions::default() };
        let project = Project::open(&folder.path(""), options).unwrap();
        let catalog = pipespec::rules::catalog();
        analyze(&project, &catalog).sources.iter().map(|it| it.path.clone()).collect()
    };
    assert_eq!(read(&["Dockerfile.a"]), ["Dockerfile.a"]);
    assert_eq!(read(&[]), ["Dockerfile.a", "far/below/Dockerfile"]);
}

#[test]
fn a_file_in_no_repository_lacks_no_local_include() {
    let ci = "include: [one.yml, {local: two.yml}]\na:\n  script: [make]\n";
    let rules = |files: &[(&str, &str)], only: &[&str]| -> Vec<String> {
        let folder = Folder::new("odd-lone", files);
        let only = only.iter().map(|it| (*it).to_owned()).collect();
        let options = CheckOptions { only, ..CheckOptions::default() };
        let project = Project::open(&folder.path(""), options).unwrap();
        let catalog = pipespec::rules::catalog();
        let found = analyze(&project, &catalog).findings;
        let ids = found.iter().map(|it| catalog.get(it.rule).id.to_string());
        ids.filter(|it| it.contains("include")).collect()
    };
    let lone = [(".gitlab-ci.yml", ci)];
    assert_eq!(rules(&lone, &[".gitlab-ci.yml"]), ["unread-include"]);
    let told = ["missing-include-file"; 2];
    assert_eq!(rules(&lone, &[]), told, "a folder is a repository");
    assert_eq!(rules(&[lone[0], OWN], &[".gitlab-ci.yml"]), told);
    let beside = [lone[0], ("one.yml", "b: {script: x}"), ("two.yml", "c: {script: x}")];
    assert!(rules(&beside, &[".gitlab-ci.yml"]).is_empty());
}

#[test]
fn a_binary_file_is_told_once() {
    let bytes: Vec<u8> = (0..4_000_u32).flat_map(|it| [it as u8, b'\n', b'"', 0x80]).collect();
    for (path, wanted) in
        [(".gitlab-ci.yml", "no GitLab CI configuration"), ("Dockerfile.ci", "no Dockerfile")]
    {
        let folder = with("binary", path, |it| fs::write(it, &bytes).unwrap());
        let (code, out, error) = folder.run(&["check", "--format", "short"]);
        let told = format!("`{path}` is a binary file, {wanted}");
        assert!(code == 2 && error.matches(&told).count() == 1, "{code} {error}");
        assert!(!out.contains(path), "{out}");
    }
    let folder = Folder::new("odd-binary-part", &[(".gitlab-ci.yml", "include: /part.yml\n"), OWN]);
    fs::write(folder.path("part.yml"), &bytes).unwrap();
    let (code, out, _) = folder.run(&["check", "--format", "short"]);
    assert!(code == 1 && out.matches("[invalid-yaml]").count() == 1, "{code} {out}");
    assert!(out.contains("this is a binary file, no YAML"), "{out}");
}

#[test]
fn many_faults_of_syntax_are_counted() {
    let broken: String = (0..50).map(|it| format!("job{it}:\n  script: a: b: c\n")).collect();
    let folder = Folder::new("odd-broken", &[(".gitlab-ci.yml", &broken), OWN]);
    let (_, out, _) = folder.run(&["check", "--format", "short", "--select", "invalid-yaml"]);
    assert_eq!(out.matches("[invalid-yaml]").count(), 21, "{out}");
    assert!(out.contains(".gitlab-ci.yml:42:12: error[invalid-yaml]: 30 more faults"), "{out}");
}

#[test]
fn a_script_that_a_fault_of_yaml_may_have_cut_is_left_alone() {
    let cut = "a:\n  script:\n    - |\n      if true; then\nimport: b: c\n";
    let folder = Folder::new("odd-cut", &[(".gitlab-ci.yml", cut), OWN]);
    let (_, out, _) = folder.run(&["check", "--format", "short"]);
    assert!(out.contains("[invalid-yaml]") && !out.contains("[script-syntax-error]"), "{out}");
    fs::write(folder.path(".gitlab-ci.yml"), cut.replace("import: b: c", "")).unwrap();
    let (_, out, _) = folder.run(&["check", "--format", "short"]);
    assert!(out.contains("[script-syntax-error]"), "{out}");
}
