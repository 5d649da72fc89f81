//! How fast what is read, resolved and judged; `cargo bench` prints a table.
//!
//! Machines differ and are noisy: look at the ratios of one run. Each figure is the best of several runs.

#![allow(clippy::print_stdout, missing_docs)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::model::MemoryFiles;
use pipespec::model::gitlab::{Pipeline, Settings};
use pipespec::report::render_trace_html;
use pipespec::syntax::yaml;

/// The shortest of several runs.
fn best<T>(runs: u32, mut work: impl FnMut() -> T) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

/// A configuration of this many jobs over a few templates, in several files.
fn configuration(jobs: usize, files: usize) -> Vec<(String, String)> {
    let mut root = String::from("include:\n");
    for file in 1..files {
        let _ = writeln!(root, "  - local: ci/part{file}.yml");
    }
    if files == 1 {
        root.clear();
    }
    root.push_str(
        "stages: [build, test]\nvariables: {GOFLAGS: -modcacherw}\n.base: &base\n  image: golang:1.25.5-alpine3.23\n  cache:\n    key: {prefix: go, files: [go.sum]}\n    paths: [.go/pkg/mod/]\n    policy: pull\n.script:\n  before_script: [go version]\n",
    );
    let mut parts = vec![String::new(); files];
    for job in 0..jobs {
        let part = &mut parts[job % files];
        let _ = write!(
            part,
            "job-{job}:\n  extends: .base\n  stage: test\n  before_script: !reference [.script, before_script]\n  script:\n    - go test ./pkg{job}/...\n    - if [ -n \"$CI_COMMIT_TAG\" ]; then echo tagged; fi\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n  artifacts: {{expire_in: 24 hours, paths: [out/{job}]}}\n"
        );
    }
    root.push_str(&parts[0]);
    let mut all = vec![(".gitlab-ci.yml".to_owned(), root)];
    all.extend(
        parts.into_iter().enumerate().skip(1).map(|(at, text)| (format!("ci/part{at}.yml"), text)),
    );
    all
}

/// Pipelines that rules choose between, each in a file of its own with all that its jobs need, as programs write
/// them; the same names stand in several.
fn pipelines_behind_rules(jobs: usize, files: usize) -> Vec<(String, String)> {
    let mut root = String::from("variables: {REGISTRY: registry.example.com}\ninclude:\n");
    let mut all = Vec::new();
    for file in 0..files {
        let _ = write!(
            root,
            "- local: ci/pipeline{file}.yml\n  rules:\n  - if: $CI_PIPELINE_SOURCE == \"schedule\" && $KIND == \"{file}\"\n"
        );
        let mut text = String::from("stages:\n- build\n- test\n\n");
        for job in 0..jobs {
            let name = (file * 7 + job) % (jobs * 4);
            let _ = write!(
                text,
                "part-{name}:\n  image: ${{REGISTRY}}/tools/build:v1.{job}.0\n  stage: test\n  tags:\n  - gcp\n  rules:\n  - if: $CI_MERGE_REQUEST_LABELS =~ /(?:^|,)part-{name}(?:$|,)/\n    when: on_success\n  needs: []\n  timeout: 60 minutes\n  cache:\n  - key: cargo-$CI_JOB_NAME_SLUG\n    paths:\n    - .cargo/registry\n    policy: pull-push\n  before_script:\n  - BEGIN=$(date +%s)\n  - . ./scripts/job_info.sh\n  script:\n  - make --silent -C part{name} check\n  - ./scripts/step_time.sh || true\n  variables:\n    ARCH: amd64\n    CACHE_DIR: $CI_PROJECT_DIR/_cache\n  artifacts:\n    expire_in: 1 day\n    paths:\n    - out/{name}/*\n    when: on_success\n\n"
            );
        }
        all.push((format!("ci/pipeline{file}.yml"), text));
    }
    all.insert(0, (".gitlab-ci.yml".to_owned(), root));
    all
}

/// Jobs that are put together from templates of several files, scripts and all, as people write them.
fn templated(jobs: usize, files: usize) -> Vec<(String, String)> {
    let mut root = String::from("include: [ci/*.yml]\nstages: [build, test]\n");
    let mut all = Vec::new();
    for file in 0..files {
        let mut text = String::new();
        for at in 0..30 {
            let _ = write!(
                text,
                ".image-{file}-{at}:\n  image: registry.example.com/ci/{file}:2026{at:02}01\n  variables:\n    GIT_SUBMODULE_STRATEGY: none\n    CONFIGURATION: \"{at}\"\n.cache-{file}-{at}:\n  cache:\n    key: $CI_JOB_NAME\n    paths: [.ccache]\n  artifacts:\n    expire_in: 1d\n    paths:\n      - build/bin/\n"
            );
        }
        for (name, does) in [("build", "configure"), ("test", "run")] {
            let _ = write!(
                text,
                ".{name}-{file}:\n  stage: {name}\n  before_script:\n    - ci/cmake.sh\n    - export PATH=$PWD/.ci/bin:$PATH\n  script:\n    - ci/ninja.sh\n    - \"$LAUNCHER ctest -VV -S ci/{does}.cmake\"\n    - |\n      if test -n \"$COVERAGE\"; then\n        gcovr --xml > coverage.xml\n      fi\n  interruptible: true\n"
            );
        }
        all.push((format!("ci/part{file}.yml"), text));
    }
    for job in 0..jobs {
        let (file, at) = (job % files, job % 30);
        let _ = write!(
            root,
            "build:{job}:\n  extends:\n    - .image-{file}-{at}\n    - .build-{file}\n    - .cache-{file}-{at}\n  rules:\n    - if: $CI_COMMIT_TAG\n      when: never\n    - when: on_success\n  timeout: 2h\n"
        );
    }
    all.insert(0, (".gitlab-ci.yml".to_owned(), root));
    all
}

fn row(name: &str, bytes: usize, time: Duration) -> Duration {
    let seconds = time.as_secs_f64();
    let rate = bytes as f64 / seconds / 1e6;
    println!("{name:<44} {:>9.3} ms {rate:>9.1} MB/s", seconds * 1e3);
    time
}

/// What a configuration costs to parse, to resolve and to check; gives the whole check.
fn measure(name: &str, files: &[(String, String)]) -> std::io::Result<Duration> {
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let lines: usize = files.iter().map(|(_, text)| text.lines().count()).sum();
    println!("\n{name}: {lines} lines, {bytes} bytes, {} files", files.len());
    let runs = if bytes > 1_000_000 { 5 } else { 20 };
    // On one core: a large file is read in pieces otherwise.
    let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let parse = row(
        "  parse on one core",
        bytes,
        one_core.install(|| {
            best(runs, || {
                files.iter().map(|(_, text)| yaml::parse(text).errors.len()).sum::<usize>()
            })
        }),
    );
    row(
        "  parse by serde_yaml, without places",
        bytes,
        best(runs, || {
            let parse = |text: &str| serde_yaml::from_str::<serde_yaml::Value>(text).is_ok();
            files.iter().filter(|(_, text)| parse(text)).count()
        }),
    );
    let memory = MemoryFiles::new(files.to_vec());
    let root = memory.sources().by_path(".gitlab-ci.yml").expect("a root");
    let settings = Settings::default();
    row(
        "  parse and resolve",
        bytes,
        best(runs, || Pipeline::resolve(root, &memory, &settings).jobs.len()),
    );
    let check = row(
        "  parse, resolve and check",
        bytes,
        best(runs, || {
            let project = Project::in_memory(files.to_vec(), CheckOptions::default())
                .expect("no configuration");
            analyze(&project, &project.catalog).findings.len()
        }),
    );
    println!("  the check costs {:.2} times the parse", check.as_secs_f64() / parse.as_secs_f64());
    let folder = std::env::temp_dir().join(format!("pipespec-bench-{}", std::process::id()));
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        std::fs::write(path, text)?;
    }
    let whole = process("  whole process", &["check", "--no-config", &folder.to_string_lossy()]);
    let paths = files.iter().map(|(path, _)| folder.join(path).to_string_lossy().into_owned());
    let arguments: Vec<String> = [PARSE_ALONE.to_owned()].into_iter().chain(paths).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let own = std::env::current_exe()?;
    let bare = program("  a process that parses alone", &own.to_string_lossy(), &arguments, 30);
    println!("  as processes, {:.2} times", whole / bare);
    std::fs::remove_dir_all(folder)?;
    Ok(check)
}

/// Specs of 40 clauses each, of which half are known to rules and half to none.
fn specs(count: usize) -> Vec<(String, String)> {
    let known = [
        "expiration SHALL be 24 hours",
        "image SHALL use golang:1.25.5-alpine3.23 as base",
        "key SHALL include go.sum",
        "job SHALL NOT write to cache",
        "cache policy SHALL be pull only",
    ];
    let spec = |number: usize| {
        let mut text = String::from(
            "## Purpose\nWhat every pipeline may rely on in this part of the house.\n\n## Requirements\n",
        );
        for requirement in 0..4 {
            let _ = write!(text, "\n### Requirement: Part {requirement} of {number}\n\n");
            for scenario in 0..1 {
                let _ = write!(
                    text,
                    "#### Scenario: Case {scenario}\n- **GIVEN** job-{number} job runs\n- **WHEN** it is looked at\n"
                );
                for (at, clause) in known.iter().enumerate() {
                    let _ = write!(
                        text,
                        "- **THEN** {clause}\n- **AND** store {at} of area {number} SHALL keep {requirement} copies of each report for auditors\n"
                    );
                }
            }
        }
        text
    };
    (0..count).map(|it| (format!("openspec/specs/area-{it:02}/spec.md"), spec(it))).collect()
}

fn trace() {
    let mut files = configuration(200, 1);
    files.push(("Dockerfile.ci".to_owned(), "FROM golang:1.25.5-alpine3.23\n".to_owned()));
    let open = |files: &[(String, String)]| {
        Project::in_memory(files.to_vec(), CheckOptions::default()).expect("no configuration")
    };
    let judge = |files: &[(String, String)]| {
        let project = open(files);
        analyze(&project, &project.catalog).clauses.len()
    };
    let figure = |name: &str, time: Duration| {
        println!("{name:<44} {:>9.3} ms", time.as_secs_f64() * 1e3);
    };
    let without = best(10, || judge(&files));
    files.extend(specs(50));
    let clauses = judge(&files);
    println!("\ntrace: 50 specs, {clauses} clauses, 200 jobs");
    figure("  judged without the specs", without);
    let with = best(10, || judge(&files));
    figure("  judged", with);
    let project = open(&files);
    let report = analyze(&project, &project.catalog);
    let pages = best(10, || render_trace_html(&report, "").len());
    figure("  written as a page", pages);
    figure("  together", with + pages);
    let each = with.saturating_sub(without).as_secs_f64() * 1e6 / clauses.max(1) as f64;
    println!("{:<44} {each:>9.3} us, {} findings", "  judging each clause", report.findings.len());
}

fn process(name: &str, arguments: &[&str]) -> f64 {
    program(name, env!("CARGO_BIN_EXE_pipespec"), arguments, 30)
}

/// Runs a program so many times; gives the least of the times in milliseconds.
fn program(name: &str, program: &str, arguments: &[&str], runs: usize) -> f64 {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            let _ = Command::new(program)
                .args(arguments)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            start.elapsed()
        })
        .collect();
    times.sort();
    let (least, middle) =
        (times[0].as_secs_f64() * 1e3, times[times.len() / 2].as_secs_f64() * 1e3);
    println!("{name:<44} {least:>9.3} ms least {middle:>9.3} ms median");
    least
}

/// A Dockerfile of some forty lines as people write them; no two are the same.
fn dockerfile(number: usize) -> String {
    let mut text = format!(
        "# syntax=docker/dockerfile:1\nARG GO_VERSION=1.25.5\nFROM golang:${{GO_VERSION}}-alpine3.23 AS build\nWORKDIR /src/{number}\nCOPY go.mod go.sum ./\nRUN --mount=type=cache,target=/go/pkg/mod go mod download\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /out/app ./cmd/app\n\nFROM debian:12.5-slim\nLABEL org.opencontainers.image.title=app{number}\n"
    );
    for at in 0..8 {
        let _ = write!(
            text,
            "ENV MODE_{at}=\"value {at}\" LEVEL_{at}=${{MODE:-none}}\nRUN apt-get update \\\n && apt-get install -y --no-install-recommends package-{at}=1.{at} \\\n && rm -rf /var/lib/apt/lists/*\n"
        );
    }
    text.push_str(
        "COPY --from=build /out/app /usr/local/bin/app\nUSER 1000:1000\nENTRYPOINT [\"app\"]\n",
    );
    text
}

/// One Dockerfile and many of them, beside hadolint where that is on the PATH.
fn dockerfiles() -> std::io::Result<()> {
    let folder = std::env::temp_dir().join(format!("pipespec-bench-{}", std::process::id()));
    let many = folder.join("many");
    std::fs::create_dir_all(&many)?;
    let one = folder.join("one");
    std::fs::create_dir_all(&one)?;
    let one = one.join("Dockerfile");
    std::fs::write(&one, dockerfile(0))?;
    let mut paths = Vec::new();
    for number in 0..1_500 {
        let path = many.join(format!("Dockerfile.{number}"));
        std::fs::write(&path, dockerfile(number))?;
        paths.push(path.to_string_lossy().into_owned());
    }
    let (one, many) = (one.to_string_lossy().into_owned(), many.to_string_lossy().into_owned());
    println!("\nDockerfiles, whole process");
    let ours = process("  one file of 40 lines", &["check", "--no-config", &one]);
    let ours_many = program(
        "  1,500 of them",
        env!("CARGO_BIN_EXE_pipespec"),
        &["check", "--no-config", &many],
        5,
    );
    if Command::new("hadolint").arg("--version").stdout(Stdio::null()).status().is_ok() {
        let theirs = program("  hadolint: one file", "hadolint", &[&one], 10);
        // A tenth of the files, since it takes long.
        let some: Vec<&str> = paths.iter().take(150).map(String::as_str).collect();
        let theirs_many = program("  hadolint: 150 files", "hadolint", &some, 2) * 10.0;
        println!(
            "  one file {:.1} times as fast, 1,500 files {:.1} times",
            theirs / ours,
            theirs_many / ours_many
        );
    }
    std::fs::remove_dir_all(folder)
}

/// Makes this program one that parses the files that are named behind it, on one core, and ends.
const PARSE_ALONE: &str = "--parse-alone";

fn parse_alone(paths: impl Iterator<Item = String>) -> std::io::Result<()> {
    let texts: Vec<String> = paths.map(std::fs::read_to_string).collect::<Result<_, _>>()?;
    // Nothing is given back: `check` ends without that too.
    let parse = || texts.iter().for_each(|text| std::mem::forget(black_box(yaml::parse(text))));
    // A small text is read on one core as it is, without a thread for it.
    if texts.iter().map(String::len).sum::<usize>() < 24 * 1024 {
        parse();
    } else {
        let one_core = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        one_core.expect("a thread").install(parse);
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|it| it == PARSE_ALONE).is_some() {
        return parse_alone(arguments);
    }
    if std::env::args().any(|it| it == "trace") {
        trace();
        return Ok(());
    }
    if std::env::args().any(|it| it == "large") {
        measure("large", &configuration(2_700, 49))?;
        measure("10000 jobs", &configuration(10_000, 1))?;
        return Ok(());
    }
    println!("whole process");
    process("  pipespec --version", &["--version"]);
    process("  pipespec check (this repository)", &["check"]);
    process("  pipespec check fixtures/go-service", &["check", "fixtures/go-service"]);
    trace();
    measure("small", &configuration(4, 1))?;
    measure("middle", &configuration(460, 9))?;
    measure("large", &configuration(2_700, 49))?;
    measure("pipelines behind rules", &pipelines_behind_rules(22, 48))?;
    measure("from templates", &templated(300, 8))?;
    let mut each = Vec::new();
    for jobs in [100, 1_000, 10_000] {
        let time = measure(&format!("{jobs} jobs"), &configuration(jobs, 1))?;
        each.push(time.as_secs_f64() * 1e6 / f64::from(u32::try_from(jobs).unwrap_or(u32::MAX)));
    }
    println!(
        "\na job costs {:.1} us among 100, {:.1} among 1,000, {:.1} among 10,000",
        each[0], each[1], each[2]
    );
    dockerfiles()
}
