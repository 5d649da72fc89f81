//! GitLab's tests of its editor schema, `../shared/cases/gitlab/schema-tests`: what is good must pass, what
//! is bad must be refused, and what holds one fault is told once. The schema is not the server: where they
//! disagree, the server is right, and the reason stands here.

use std::fmt::Write as _;
use std::path::PathBuf;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::rule::{Family, Severity};
use pipespec::rules::catalog;

/// Files that the schema takes and the server does not, and the other way round.
const SERVER: &[(&str, &str)] = &[
    ("positive/artifacts", NO_SCRIPT),
    ("positive/identity_provider", NO_SCRIPT),
    ("positive/image", NO_SCRIPT),
    ("positive/rules", NO_SCRIPT),
    ("positive/include", "jobs with a script beside `trigger`, which the server refuses"),
    ("positive/json__gitlab-ci-dependencies", "`image` at the top level and in `default`"),
    ("negative/project_path__trigger__include__tailing_slash", LATER),
    ("negative/project_path__trigger__minimal__tailing_slash", LATER),
    ("negative/project_path__trigger__project__tailing_slash", LATER),
    ("negative-split/project_path__trigger__include__empty__trigger-include", LATER),
    ("negative-split/project_path__trigger__minimal__tailing_slash__trigger-minimal", LATER),
    ("negative-split/project_path__trigger__project__no_slash__trigger-project", LATER),
    ("negative-split/project_path__trigger__project__tailing_slash__trigger-project", LATER),
    ("negative-split/project_path__trigger__trigger_include__trigger-include-empty", LATER),
    ("negative-split/project_path__trigger__trigger_include__trigger-include-invalid", LATER),
    ("negative-split/trigger__trigger-include-invalid", LATER),
    ("negative-split/trigger__trigger-include-no-slash", LATER),
    ("negative-split/trigger__trigger-minimal-leading-slash", LATER),
    ("negative-split/trigger__trigger-minimal-no-slash", LATER),
    ("negative-split/trigger__trigger-project-leading-slash", LATER),
    (
        "negative-split/trigger__trigger-project-no-slash",
        "a trigger that is null, and a key that jobs do not have: two faults",
    ),
    ("negative-split/cache_multiple__cache-invalid-key", "three caches, each with a bad key"),
    (
        "negative-split/job_inputs__type_mismatches",
        "two inputs, each with a default of another type",
    ),
    (
        "negative-split/retry__invalid_job_with_retry_exit_codes_duplicate",
        "the server takes the same exit code twice",
    ),
    (
        "negative-split/spec_inputs__include_invalid_input_name",
        "the server takes any name that the included file declares",
    ),
    (
        "negative-split/include_cache__include",
        "the server looks at the keys of `include` only where nothing is included",
    ),
    (
        "negative-split/json__release_assets_links_invalid_link_type__gitlab-ci-release-assets-links-invalid-link-type",
        "no server looks into links before the release is made",
    ),
    ("negative-split/script__default", "two scripts, each with a bad item"),
    (
        "negative-split/secrets__job_with_secrets_with_missing_required_engine_property",
        "keys are missing in `vault` and in `engine`",
    ),
];

const NO_SCRIPT: &str = "jobs without a script, which the server refuses";
const LATER: &str = "the server looks for the project when the job runs, so it takes any text";

/// What the server refuses in a file: line and message of each finding.
fn refused(text: &str) -> Vec<String> {
    let catalog = catalog();
    let files = vec![(".gitlab-ci.yml".to_owned(), text.to_owned())];
    let project = Project::in_memory(files, CheckOptions::default()).unwrap();
    let report = analyze(&project, &catalog);
    let of_gitlab = report.findings.iter().filter(|finding| {
        catalog.get(finding.rule).family == Family::Gitlab && finding.severity == Severity::Error
    });
    // Parts of configurations: the files and jobs that they name are elsewhere.
    let elsewhere = ["missing-include-file", "undefined-need"];
    let here =
        of_gitlab.filter(|finding| !elsewhere.contains(&catalog.get(finding.rule).id.as_ref()));
    here.map(|finding| finding.message.clone()).collect()
}

#[test]
fn the_schema_and_we_agree_but_where_the_server_differs() {
    let root =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/cases/gitlab/schema-tests");
    if !root.is_dir() {
        println!("skipped: ../shared is absent");
        return;
    }
    let (mut all, mut agree) = (0, 0);
    let mut wrong = String::new();
    for part in ["positive", "negative", "negative-split"] {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(root.join(part)).unwrap().map(|it| it.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let name = format!("{part}/{name}");
            let text = std::fs::read_to_string(&path).unwrap();
            let mut found = refused(&text);
            if found.iter().any(|it| it.contains("at least one visible job")) {
                found = refused(&format!("{text}\nadded: {{script: make}}\n"));
            }
            all += 1;
            let fits = match part {
                "positive" => found.is_empty(),
                "negative" => !found.is_empty(),
                _ => found.len() == 1,
            };
            let reason = SERVER.iter().find(|(file, _)| *file == name);
            match (fits, reason) {
                (true, None) => agree += 1,
                (true, Some((_, reason))) => {
                    let _ = writeln!(wrong, "{name}: agrees, but is said not to: {reason}");
                }
                (false, Some((_, reason))) => {
                    println!("{name}: {reason}");
                    // The reason is the only thing that we say of it.
                    if *reason == NO_SCRIPT && !found.iter().all(|it| it.contains("implement")) {
                        let _ = writeln!(wrong, "{name}: {found:#?}");
                    }
                }
                (false, None) => {
                    let _ = writeln!(wrong, "{name}: {found:#?}");
                }
            }
        }
    }
    println!("{agree} of {all} files agree; {} differ for a reason", SERVER.len());
    assert!(wrong.is_empty(), "{wrong}");
}
