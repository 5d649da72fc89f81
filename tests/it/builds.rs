//! What the jobs give to the builds of their images, and what the rules make of it.

use pipespec::engine::{CheckOptions, Project, Selection, analyze};
use pipespec::model::Files as _;
use pipespec::model::build::ImageBuild;
use pipespec::model::gitlab::{JobShell, Pipeline, ReadScripts, Settings};

/// `path:line: rule: message` of each finding of `select`, with the labels behind it.
fn findings(files: &[(&str, &str)], select: &str) -> Vec<String> {
    let selection = Selection {
        select: select.split(',').map(str::to_owned).collect(),
        ..Selection::default()
    };
    let options = CheckOptions { selection, ..CheckOptions::default() };
    let project = Project::in_memory(files.iter().copied(), options).expect("a configuration");
    let report = analyze(&project, &project.catalog);
    let place = |at: pipespec::text::Location| {
        let source = report.sources.get(at.source);
        format!("{}:{}", source.path, source.lines().line(at.span.start) + 1)
    };
    let of = |finding: &pipespec::rule::Finding| {
        let labels: Vec<String> = finding.labels.iter().map(|label| place(label.at)).collect();
        let rule = &report.catalog.get(finding.rule).id;
        format!("{} {rule} {}", place(finding.at), labels.join(" ")).trim_end().to_owned()
    };
    report.findings.iter().map(of).collect()
}

fn job(script: &str) -> String {
    format!("build-image:\n  stage: build\n  script:\n    - {script}\n")
}

#[test]
fn a_base_is_that_of_the_arguments_that_the_job_gives() {
    let file = "ARG TAG=latest\nFROM alpine:${TAG}\nRUN true\n";
    let of = |script: &str| {
        findings(&[(".gitlab-ci.yml", &job(script)), ("Dockerfile", file)], "latest-base-image")
    };
    assert_eq!(of("docker build ."), ["Dockerfile:2 latest-base-image Dockerfile:1"]);
    assert!(of("docker build --build-arg TAG=3.23.2 .").is_empty());
    assert!(of("docker build --build-arg TAG=$TAG .").is_empty());
    // Two builds that differ: which one holds is not known.
    assert!(of("docker build --build-arg TAG=3.23.2 . && docker build .").is_empty());
    let none = "ARG TAG\nFROM alpine:${TAG}\nRUN true\n";
    let script = job("docker build --build-arg TAG=latest .");
    let found = findings(&[(".gitlab-ci.yml", &script), ("Dockerfile", none)], "latest-base-image");
    assert_eq!(found, ["Dockerfile:2 latest-base-image Dockerfile:1"]);
}

#[test]
fn the_settings_of_the_build_checks_are_those_that_the_job_gives() {
    let file = "# check=skip=JSONArgsRecommended\nFROM alpine:3.23.2 AS A\nCMD x\n";
    let select = "StageNameCasing,JSONArgsRecommended,invalid-parser-directive";
    let of =
        |script: &str| findings(&[(".gitlab-ci.yml", &job(script)), ("Dockerfile", file)], select);
    let (json, casing) = ("Dockerfile:3 shell-form-command", "Dockerfile:2 uppercase-stage-name");
    let arg = |setting: &str| format!("docker build --build-arg '{setting}' .");
    assert_eq!(of("docker build ."), [casing]);
    // They stand in for those of the file, and are not added to them.
    assert_eq!(of(&arg("BUILDKIT_DOCKERFILE_CHECK=skip=StageNameCasing")), [json]);
    assert!(of(&arg("BUILDKIT_DOCKERFILE_CHECK=skip=all;error=true")).is_empty());
    assert_eq!(of(&arg("BUILDKIT_DOCKERFILE_CHECK=error=true")), [casing, json]);
    assert_eq!(of("docker build --build-arg BUILDKIT_DOCKERFILE_CHECK=$CHECKS ."), [casing]);
    assert_eq!(
        of("docker build --build-arg BUILDKIT_DOCKERFILE_CHECK=skip=all . && docker build ."),
        [casing]
    );
    assert_eq!(of("buildah build --build-arg BUILDKIT_DOCKERFILE_CHECK=skip=all ."), [casing]);
    let wrong = of(&arg("BUILDKIT_DOCKERFILE_CHECK=skip=all;only=x"));
    assert_eq!(wrong, [".gitlab-ci.yml:4 invalid-parser-directive", casing]);
}

#[test]
fn the_ignore_file_is_that_of_the_context() {
    let file = ("docker/Dockerfile", "FROM scratch\nCOPY notes.md /\n");
    let script = job("docker build -f docker/Dockerfile .");
    let files = [(".gitlab-ci.yml", script.as_str()), file, (".dockerignore", "*.md\n")];
    assert_eq!(
        findings(&files, "copied-ignored-file"),
        ["docker/Dockerfile:2 copied-ignored-file .dockerignore:1"]
    );
    let script = job("docker build docker");
    let files = [(".gitlab-ci.yml", script.as_str()), file, (".dockerignore", "*.md\n")];
    assert!(findings(&files, "copied-ignored-file").is_empty());
}

#[test]
fn a_dockerfile_of_another_name_is_judged_once_a_job_builds_it() {
    let file = ("images/base", "FROM alpine\n");
    let script = job("docker build -f images/base .");
    let of = |script: &str| findings(&[(".gitlab-ci.yml", script), file], "unpinned-base-image");
    assert_eq!(of(&script), ["images/base:1 unpinned-base-image"]);
    assert!(of(&job("true")).is_empty());
}

#[test]
fn a_finding_shows_both_files() {
    let file = ("Dockerfile", "FROM alpine:3.23.2 AS final\nARG NPM_TOKEN\n");
    let script = job("docker build --target last --build-arg NPM_TOKEN --build-arg X=1 .");
    let select = "missing-build-target,undeclared-build-argument,secret-build-argument";
    let mut found = findings(&[(".gitlab-ci.yml", &script), file], select);
    found.sort();
    assert_eq!(
        found,
        [
            ".gitlab-ci.yml:4 missing-build-target Dockerfile:1",
            ".gitlab-ci.yml:4 secret-build-argument Dockerfile:2",
            ".gitlab-ci.yml:4 undeclared-build-argument Dockerfile:1",
        ]
    );
}

#[test]
fn bake_files_are_pointed_at() {
    let bake = "target \"default\" {\n  target = \"lost\"\n  args = {\n    X = \"1\"\n  }\n}\n";
    let files = [
        (".gitlab-ci.yml", &*job("docker buildx bake")),
        ("docker-bake.hcl", bake),
        ("Dockerfile", "FROM alpine:3.23.2 AS final\n"),
    ];
    let found = findings(&files, "missing-build-target,undeclared-build-argument");
    assert_eq!(
        found,
        [
            "docker-bake.hcl:2 missing-build-target Dockerfile:1",
            "docker-bake.hcl:4 undeclared-build-argument Dockerfile:1",
        ]
    );
}

#[test]
fn no_bake_file_and_no_command_line_breaks_the_reader() {
    use pipespec::syntax::hcl;
    let pieces = [
        "target", " \"a\" ", "{", "}", "[", "]", "=", ":", ",", "\n", "\"", "${", "<<X", "(", ")",
        "é", "#", "/*",
    ];
    let mut seed = 7_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        pieces[(seed >> 33) as usize % pieces.len()]
    };
    for length in (1..60).cycle().take(4_000) {
        let text: String = (0..length).map(|_| next()).collect();
        let _ = (hcl::parse(&text), hcl::parse_value(&text));
    }
    let commands = [
        "docker build",
        "docker build -f",
        "docker build -t -f -",
        "docker buildx bake -f",
        "docker build --",
        "docker build '' ''",
        "/kaniko/executor --context",
        "docker build -",
        "docker --context build",
        "for i in $X; do docker build $i; done",
        "f() { f; docker build $1; }; f a",
        "docker build ${X",
        "docker build $(docker build .)",
    ];
    for command in commands {
        let _ = findings(
            &[(".gitlab-ci.yml", &job(&format!("'{}'", command.replace('\'', "''"))))],
            "all",
        );
    }
}

/// How many builds are read in real repositories, and how many of their Dockerfiles are found. A tree
/// holds only some files of its repository, so not all can be.
#[test]
fn builds_of_real_repositories_are_joined_with_their_dockerfiles() {
    let Some(corpus) = crate::gitlab_corpus::corpus() else { return };
    let (mut all, mut known, mut joined) = (0, 0, 0);
    let settings = Settings::default();
    for entry in std::fs::read_dir(corpus.join("gitlab-repos")).unwrap().flatten() {
        let options = CheckOptions { no_config: true, ..CheckOptions::default() };
        let project = Project::open(&entry.path(), options).expect("no configuration");
        let files = &project.files;
        let Some(root) = files.read(".gitlab-ci.yml") else { continue };
        let pipeline = Pipeline::resolve(root, files, &settings);
        for job in &pipeline.jobs {
            let shells = JobShell::of(job, &pipeline, (files, &ReadScripts::default()));
            for build in ImageBuild::of_job((job, &pipeline), (0, 0), &shells, (&settings, files)) {
                all += 1;
                known += usize::from(!build.dockerfile.candidates.is_empty());
                joined += usize::from(build.dockerfile.file(files).is_some());
                if std::env::var("LIST").is_ok_and(|it| it == "builds") {
                    let line =
                        files.sources().get(build.at.source).lines().line(build.at.span.start) + 1;
                    println!(
                        "{}:{line} {} {:?} {:?} {:?} {:?}",
                        files.sources().get(build.at.source).path,
                        build.job,
                        build.tool,
                        build.dockerfile.candidates,
                        build.context.candidates,
                        build.is_complete
                    );
                }
            }
        }
    }
    println!("builds: {all}, Dockerfile known of {known}, there for {joined}");
    assert!(all >= 50 && known * 10 >= all * 9 && joined >= 45, "{all} {known} {joined}");
}
