//! That verdicts stand whatever is asked to be shown, and that each violated clause has a finding that names it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pipespec::engine::{CheckOptions, Project, Selection, Verdict, analyze};

use super::trace::Folder;

const SPEC: &str = "openspec/specs/ci/spec.md";

fn fixtures() -> impl Iterator<Item = PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    all.read_dir().unwrap().flatten().map(|it| it.path()).filter(|it| it.is_dir())
}

fn spec(steps: &str) -> String {
    format!(
        "## Purpose\nWhat every pipeline may rely on when it starts a job in the image of the team.\n\n\
         ## Requirements\n\n### Requirement: All\nAll of it SHALL hold.\n\n#### Scenario: One\n{steps}"
    )
}

/// Each violated clause of a project that no finding, shown or suppressed, names.
fn untold(project: &Project) -> Vec<String> {
    let report = analyze(project, &project.catalog);
    let all = report.findings.iter().chain(report.suppressed.iter().map(|it| &it.finding));
    let told: BTreeSet<&str> = all.filter_map(|it| it.clause.as_deref()).collect();
    let violated = report.clauses.iter().filter(|it| it.verdict == Verdict::Violated);
    violated.filter(|it| !told.contains(&*it.id)).map(|it| it.id.clone()).collect()
}

#[test]
fn each_violated_clause_has_a_finding_that_names_it() {
    let mut judged = 0;
    for root in fixtures() {
        let project = Project::open(&root, CheckOptions::default()).unwrap();
        assert_eq!(untold(&project), Vec::<String>::new(), "{}", root.display());
        judged += 1;
    }
    assert!(judged > 10);
    // The same words twice: one place breaks two clauses with the same message.
    let twice = "- **WHEN** artifacts are kept\n- **THEN** expiration SHALL be 24 hours\n- **AND** expiration SHALL be 24 hours\n";
    let ci = "a:\n  script: [make]\n  artifacts: {paths: [out/], expire_in: 7 days}\n";
    let files = [(SPEC, spec(twice)), (".gitlab-ci.yml", ci.to_owned())];
    let project = Project::in_memory(files, CheckOptions::default()).unwrap();
    assert_eq!(untold(&project), Vec::<String>::new());
    let report = analyze(&project, &project.catalog);
    assert_eq!(report.count(Verdict::Violated), 2);
    // The sentence of a requirement is a clause as well, and has no other finding.
    let rollback = spec("- **WHEN** it fails\n- **THEN** somebody SHALL know\n").replace(
        "All of it SHALL hold.",
        "The CI configuration SHALL support rollback to previous image version if issues occur.",
    );
    let files = [(SPEC, rollback), ("tasks.md", "# Tasks\n".to_owned())];
    let project = Project::in_memory(files, CheckOptions::default()).unwrap();
    assert_eq!(untold(&project), Vec::<String>::new());
    let report = analyze(&project, &project.catalog);
    assert_eq!(report.count(Verdict::Violated), 1);
}

#[test]
fn a_selection_changes_no_verdict() {
    let verdicts = |root: &Path, select: &[&str]| {
        let select = select.iter().map(|&it| it.to_owned()).collect();
        let selection = Selection { select, ..Selection::default() };
        let options = CheckOptions { selection, ..CheckOptions::default() };
        let project = Project::open(root, options).unwrap();
        let report = analyze(&project, &project.catalog);
        let verdicts: Vec<_> =
            report.clauses.iter().map(|it| (it.id.clone(), it.verdict)).collect();
        let rules: BTreeSet<String> =
            report.findings.iter().map(|it| report.catalog.get(it.rule).id.to_string()).collect();
        (verdicts, rules)
    };
    for root in fixtures() {
        let (all, _) = verdicts(&root, &[]);
        for select in ["wrong-base-image", "docker"] {
            let (some, rules) = verdicts(&root, &[select]);
            assert_eq!(all, some, "{} with {select}", root.display());
            assert!(select == "docker" || rules.iter().all(|it| it == select), "{rules:?}");
        }
    }
}

#[test]
fn what_is_left_out_is_told_beside_the_clause() {
    let steps = "- **WHEN** artifacts are kept\n- **THEN** expiration SHALL be 24 hours\n";
    let ci = "a:\n  script: [make]\n  artifacts: {paths: [out/], expire_in: 7 days}\n";
    let folder = Folder::new(
        "left-out",
        &[(SPEC, &spec(steps)), (".gitlab-ci.yml", ci), ("pipespec.yaml", "")],
    );
    let (code, out, _) = folder.run(&["check", "--select", "docker"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.contains("violated       openspec/specs/ci/spec.md:11: expiration SHALL be 24 hours (`wrong-artifact-expiry` finds it violated; the finding is left out)"),
        "{out}"
    );
    let (_, out, _) = folder.run(&["check", "--ignore", "wrong-artifact-expiry"]);
    assert!(out.contains("(`wrong-artifact-expiry` knows this clause, and is left out)"), "{out}");
    let (_, out, _) = folder.run(&["check"]);
    assert!(!out.contains("left out"), "{out}");
}

#[test]
fn a_clause_that_no_rule_knows_gets_only_a_hint_that_helps() {
    let steps = "- **GIVEN** a merge request\n- **THEN** the vessel SHALL be watertight\n- **AND** cache policy SHALL be pull\n";
    let folder = Folder::new("hints", &[(SPEC, &spec(steps)), ("pipespec.yaml", "")]);
    let (_, out, _) = folder.run(&["check"]);
    let line =
        |words: &str| out.lines().find(|it| it.contains(words)).unwrap_or_default().to_owned();
    assert!(line("watertight").ends_with("watertight"), "{out}");
    assert!(line("be pull").ends_with("it wants a step `{jobs} job runs`)"), "{out}");
    // Ids are where the help of errors says that they are.
    let (_, out, _) = folder.run(&["trace"]);
    assert!(out.contains("One  [ci/all/one]") && out.contains("  #2  openspec"), "{out}");
    let (code, out, _) = folder.run(&["stub", "ci/all/one#2"]);
    assert_eq!(code, 0, "{out}");
    // The shell makes the file before the page is in it.
    std::fs::create_dir(folder.path("own")).unwrap();
    std::fs::write(folder.path("own/page.md"), "").unwrap();
    std::fs::write(folder.path("pipespec.yaml"), "packs: [own/]\n").unwrap();
    let (code, page, error) = folder.run(&["stub", "ci/all/one#2"]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert_eq!(folder.run(&["check"]).0, 2);
    std::fs::write(folder.path("own/page.md"), page).unwrap();
    let (_, out, error) = folder.run(&["check"]);
    assert!(!out.contains("cache policy") && error.is_empty(), "{out}{error}");
    let (code, _, error) = folder.run(&["stub", "ci/al/one#2"]);
    assert!(code == 2 && error.contains("`pipespec trace` lists the clauses"), "{error}");
}

#[test]
fn a_spec_that_lies_outside_is_named_by_its_whole_path() {
    let steps = "- **WHEN** artifacts are kept\n- **THEN** expiration SHALL be 24 hours\n";
    let ci = "a:\n  script: [make]\n  artifacts: {paths: [out/], expire_in: 7 days}\n";
    let files = [
        ("out/spec.md", spec(steps)),
        ("sub/in/.gitlab-ci.yml", ci.to_owned()),
        ("sub/in/pipespec.yaml", String::new()),
    ];
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let folder = Folder::new("outside", &files);
    let spec = folder.path("out/spec.md");
    let place = format!(" {}:11:", spec.display());
    for path in ["out/spec.md", "sub/../out/spec.md", spec.to_str().unwrap()] {
        let (code, out, _) = folder.run(&["check", "sub/in", "--spec", path]);
        assert!(code == 1 && out.contains(&place), "{out}");
        assert!(out.contains("─ sub/in/.gitlab-ci.yml:3"), "{out}");
        for format in ["text", "markdown", "json", "junit", "html"] {
            let (_, out, _) = folder.run(&["trace", "sub/in", "--spec", path, "--format", format]);
            assert!(out.contains(spec.to_str().unwrap()), "{format}: {out}");
            assert!(!out.contains("sub/in//"), "{format}: {out}");
        }
        let (_, out, _) = folder.run(&["check", "sub/in", "--spec", path, "--format", "sarif"]);
        assert!(out.contains(&format!("\"uri\": \"file://{}\"", spec.display())), "{out}");
    }
    // One inside is named from the root, however it was written.
    let (_, out, _) = folder.run(&["check", "sub/in", "--spec", "sub/in/../in/spec.md"]);
    assert!(out.is_empty(), "{out}");
}

#[test]
fn a_family_is_explained_by_its_rules() {
    let folder = Folder::new("family", &[("pipespec.yaml", "")]);
    let (code, out, _) = folder.run(&["explain", "trust"]);
    assert!(code == 0 && out.starts_with("trust\n"), "{out}");
    assert!(
        out.contains("  plain-secret-in-variables ") && !out.contains("wrong-base-image"),
        "{out}"
    );
}

#[test]
fn a_file_that_is_named_is_told_of_alone() {
    let text =
        "FROM debian:12.5-slim\n# pipespec: ignore[docker] held by the base\nRUN apk add git\n";
    let folder = Folder::new(
        "alone",
        &[("a/Dockerfile", text), ("b/Dockerfile", "FROM debian\n"), ("pipespec.yaml", "")],
    );
    let (_, out, _) = folder.run(&["check", "b/Dockerfile", "--format", "short"]);
    assert!(out.contains("b/Dockerfile:1") && !out.contains("a/Dockerfile"), "{out}");
}
