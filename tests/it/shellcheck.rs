//! ShellCheck on the scripts of jobs and builds. Where the program is missing, the tests that need it
//! say so and pass.

use std::path::{Path, PathBuf};
use std::process::Command;

use pipespec::engine::{CheckOptions, Project, Selection, analyze};

fn is_there() -> bool {
    let found = Command::new("shellcheck").arg("--version").output().is_ok();
    if !found {
        println!("skipped: there is no `shellcheck` on the PATH");
    }
    found
}

const ON: &str = "shellcheck: {enabled: true}\n";

/// `path:line:column SCnnnn severity` of each finding of ShellCheck.
fn found_with(files: &[(&str, &str)], options: CheckOptions) -> Vec<String> {
    let project = Project::in_memory(files.iter().copied(), options).expect("a configuration");
    let report = analyze(&project, &project.catalog);
    assert_eq!(report.failures, []);
    let of_it = report.findings.iter().filter(|it| it.alias.is_some_and(|it| it.starts_with("SC")));
    let text = of_it.map(|it| {
        let source = report.sources.get(it.at.source);
        let line = source.lines().line(it.at.span.start);
        let column = it.at.span.start - source.lines().line_start(line).unwrap() + 1;
        let text = source.slice(it.at.span);
        format!(
            "{}:{}:{column} {} {} {text}",
            source.path,
            line + 1,
            it.alias.unwrap(),
            it.severity
        )
    });
    text.collect()
}

fn found(files: &[(&str, &str)]) -> Vec<String> {
    let mut files = files.to_vec();
    if !files.iter().any(|(path, _)| *path == "pipespec.yaml") {
        files.push(("pipespec.yaml", ON));
    }
    found_with(&files, CheckOptions::default())
}

#[test]
fn comments_point_at_the_script_in_yaml_and_in_the_dockerfile() {
    if !is_there() {
        return;
    }
    let yaml = "lint:\n  stage: test\n  before_script:\n    - 'echo \"é$HOME\"'\n  script:\n    - read -r name\n    - |\n      \
                set -u\n      echo öäü $name\n";
    let docker = "FROM debian:12.5-slim\nARG files\nRUN true \\\n # c\n && rm -f $files\n\
                  RUN <<EOF\nset -e\necho ö $files\nEOF\nRUN [\"echo\", \"$files\"]\n";
    let all = found(&[(".gitlab-ci.yml", yaml), ("Dockerfile", docker)]);
    let quoted: Vec<&String> = all.iter().filter(|it| it.contains("SC2086")).collect();
    assert_eq!(
        quoted,
        [
            ".gitlab-ci.yml:9:19 SC2086 note $name",
            "Dockerfile:5:11 SC2086 note $files",
            "Dockerfile:8:9 SC2086 note $files",
        ],
        "{all:#?}"
    );
}

#[test]
fn what_is_known_of_the_shell_and_the_variables_is_passed_on() {
    if !is_there() {
        return;
    }
    // Variables of the job, of the project, of the build and of the base image; ash has `[[`.
    let yaml = "variables: {one: a}\nlint:\n  stage: test\n  image: alpine:3.23.2\n  variables: {two: b}\n  script:\n    \
                - if [[ \"$one$two$three\" = a ]]; then set -o pipefail; fi\n";
    let docker = "FROM alpine:3.23.2\nARG lower=x\nRUN [[ \"$lower\" = x ]] && set -o pipefail\n\
                  FROM example.org/base:1.0\nRUN [[ \"$lower\" = x ]]\n\
                  FROM debian:12.5-slim\nRUN [[ \"$PATH\" = x ]]\n";
    let all = found(&[(".gitlab-ci.yml", yaml), ("Dockerfile", docker)]);
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].starts_with("Dockerfile:7:5 SC3010 warning"), "{all:#?}");
}

#[test]
fn codes_can_be_selected_weighed_and_accepted() {
    if !is_there() {
        return;
    }
    let script = "lint:\n  stage: test\n  script:\n    - x=1; echo $HOME `date`\n";
    let codes = |config: &str, script: &str| -> Vec<String> {
        let files = [(".gitlab-ci.yml", script), ("pipespec.yaml", config)];
        let all = found_with(&files, CheckOptions::default());
        all.iter().map(|it| it.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
    };
    assert_eq!(
        codes(ON, script),
        ["SC2034 warning", "SC2086 note", "SC2006 note", "SC2046 warning"]
    );
    assert_eq!(
        codes(&format!("{ON}ignore: [SC2034]\nseverity: {{SC2086: error}}\n"), script),
        ["SC2086 error", "SC2006 note", "SC2046 warning"]
    );
    assert_eq!(
        codes("shellcheck: {enabled: true, severity: warning, exclude: [SC2046]}\n", script),
        ["SC2034 warning"]
    );
    assert!(codes(&format!("{ON}ignore: [shellcheck]\n"), script).is_empty());
    assert!(codes("{}\n", script).is_empty());
    let accepted = "lint:\n  stage: test\n  script:\n    # pipespec: ignore[SC2034, SC2046] as it is\n    - x=1; echo $HOME `date`\n";
    assert_eq!(codes(ON, accepted), ["SC2086 note", "SC2006 note"]);
    let options = CheckOptions {
        selection: Selection { select: vec!["SC2006".to_owned()], ..Selection::default() },
        ..CheckOptions::default()
    };
    let files = [(".gitlab-ci.yml", script), ("pipespec.yaml", ON)];
    assert_eq!(found_with(&files, options).len(), 1);
    let docker = "FROM debian:12.5-slim\n# hadolint ignore=SC2086\nRUN echo $HOME\n";
    assert!(found(&[("Dockerfile", docker)]).is_empty());
}

#[test]
fn a_code_that_a_rule_of_ours_judges_is_not_told_twice() {
    if !is_there() {
        return;
    }
    let docker = "FROM debian:12.5-slim\nRUN cd /x; true\n";
    assert!(!found(&[("Dockerfile", docker)]).iter().any(|it| it.contains("SC2164")));
    let config = "shellcheck: {enabled: true}\nignore: [unchecked-cd]\n";
    let all = found(&[("Dockerfile", docker), ("pipespec.yaml", config)]);
    assert!(all.iter().any(|it| it.contains("SC2164")), "{all:#?}");
}

#[test]
fn a_comment_that_accepts_a_code_is_not_useless_while_nobody_asks() {
    let docker =
        "FROM debian:12.5-slim\n# pipespec: ignore[SC2086] split on purpose\nRUN echo $HOME\n";
    let useless = |config: &str| {
        let files = [("Dockerfile", docker), ("pipespec.yaml", config)];
        let project = Project::in_memory(files, CheckOptions::default()).expect("a configuration");
        let report = analyze(&project, &project.catalog);
        let of_it = report.findings.iter();
        of_it.filter(|it| report.catalog.get(it.rule).id == "useless-suppression").count()
    };
    assert_eq!(useless("{}\n"), 0);
    if is_there() {
        assert_eq!(useless(ON), 0);
        assert_eq!(useless("shellcheck: {enabled: true, severity: warning}\n"), 1);
    }
}

#[test]
fn a_wrong_configuration_is_an_error_with_its_place() {
    let wrong = [
        "shellcheck: {enabled: true, severity: note}\n",
        "shellcheck: {enabled: true, exclude: [DL3008]}\n",
        "shellcheck: {enabled: true, path: bin/shellcheck}\n",
        "shellcheck: {enable: true}\n",
    ];
    for config in wrong {
        let files = [("pipespec.yaml", config)];
        assert!(Project::in_memory(files, CheckOptions::default()).is_err(), "{config}");
    }
}

/// A folder with a job, a configuration and a program that would betray that it ran.
#[cfg(unix)]
fn repository(name: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    let job = "lint:\n  stage: test\n  script:\n    - echo $HOME\n";
    std::fs::write(folder.join(".gitlab-ci.yml"), job).unwrap();
    let program = folder.join("bin/shellcheck");
    let output = "{\"comments\":[{\"file\":\"0.sh\",\"line\":3,\"endLine\":3,\"column\":6,\"endColumn\":11,\
                  \"level\":\"info\",\"code\":2086,\"message\":\"Told.\"}]}";
    std::fs::write(
        &program,
        format!("#!/bin/sh\ntouch {}/ran\necho '{output}'\n", folder.display()),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[cfg(unix)]
fn check(folder: &Path, path: &Path) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_pipespec"))
        .args(["check", "--format", "short", "--select", "shellcheck", "--fail-on", "note"])
        .arg(folder)
        .env("PATH", path)
        .output()
        .expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[cfg(unix)]
#[test]
fn no_program_of_the_repository_is_run() {
    let folder = repository("shellcheck-inside");
    let config = folder.join("pipespec.yaml");
    std::fs::write(&config, ON).unwrap();
    let (_, errors, code) = check(&folder, &folder.join("bin"));
    assert!(errors.contains("is not on the PATH") && code == Some(2), "{errors}");
    let named =
        format!("shellcheck: {{enabled: true, path: {}/bin/shellcheck}}\n", folder.display());
    std::fs::write(&config, &named).unwrap();
    let (_, errors, code) = check(&folder, Path::new("/bin"));
    assert!(errors.contains("lies in the repository") && code == Some(2), "{errors}");
    std::fs::write(&config, "shellcheck: {enabled: true, path: /bin/sh}\n").unwrap();
    let (_, errors, code) = check(&folder, Path::new("/bin"));
    assert!(errors.contains("shellcheck") && code == Some(2), "{errors}");
    assert!(!folder.join("ran").exists());
    // Nor is one that nobody asks for.
    std::fs::write(&config, "{}\n").unwrap();
    assert_eq!(check(&folder, &folder.join("bin")).2, Some(0));
}

#[cfg(unix)]
#[test]
fn a_program_elsewhere_is_asked_and_its_answer_shown() {
    let program = repository("shellcheck-elsewhere");
    let folder = repository("shellcheck-user");
    std::fs::write(folder.join("pipespec.yaml"), ON).unwrap();
    let path = format!("{}:/bin:/usr/bin", program.join("bin").display());
    let (out, errors, code) = check(&folder, Path::new(&path));
    assert!(out.contains(".gitlab-ci.yml:4:12: note[shellcheck]: SC2086: Told"), "{out}{errors}");
    assert_eq!(code, Some(1));
    assert!(program.join("ran").exists() && !folder.join("ran").exists());
}
