//! Which jobs pipelines can have: what is said to be impossible never happens in any pipeline that is tried, and
//! what is said to happen names the pipeline.

use std::fmt::Write as _;

use pipespec::model::MemoryFiles;
use pipespec::model::gitlab::condition::{Known, holds};
use pipespec::model::gitlab::reach::{Absence, Death, Reach};
use pipespec::model::gitlab::{Pipeline, Settings};
use pipespec::syntax::expression::parse;

fn with_reach<T>(yaml: &str, judge: impl FnOnce(&Reach, &Pipeline<'_>) -> T) -> T {
    let files = MemoryFiles::new([(".gitlab-ci.yml", yaml)]);
    let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
    let settings = Settings::default();
    let pipeline = Pipeline::resolve(root, &files, &settings);
    judge(&Reach::of(&pipeline, &settings, &files), &pipeline)
}

/// The pipeline that is named for the first need that is left out; `never` if the jobs never meet.
fn need(jobs: &str) -> Option<String> {
    with_reach(jobs, |reach, pipeline| {
        let fault = reach.need_faults(pipeline).first()?;
        Some(fault.pipeline.clone().unwrap_or_else(|| "never".to_owned()))
    })
}

#[test]
fn a_need_that_is_left_out_names_the_pipeline() {
    let jobs = |of_a: &str, of_b: &str| {
        format!("a: {{stage: build, script: x, {of_a}}}\nb: {{script: x, needs: [a], {of_b}}}\n")
    };
    let cases = [
        ("rules: [{when: never}]", "", Some("never")),
        ("rules: [{if: $CI_COMMIT_TAG}]", "rules: [{if: $CI_COMMIT_BRANCH}]", Some("never")),
        ("only: [tags]", "except: [tags]", Some("never")),
        ("rules: [{if: $CI_COMMIT_TAG}]", "", Some("for a branch other than the default one")),
        (
            "rules: [{if: $CI_COMMIT_BRANCH == 'main'}]",
            "rules: [{if: $CI_COMMIT_BRANCH == 'main'}, {if: $CI_COMMIT_BRANCH == 'dev'}]",
            Some("for `dev`"),
        ),
        (
            "",
            "rules: [{if: $CI_MERGE_REQUEST_IID}, {if: $CI_COMMIT_TAG}]",
            Some("for a merge request"),
        ),
        (
            "rules: [{if: $CI_PIPELINE_SOURCE == 'push'}]",
            "rules: [{if: $CI_PIPELINE_SOURCE == 'push'}, {if: $CI_PIPELINE_SOURCE == 'schedule'}]",
            Some("on a schedule for the default branch"),
        ),
        (
            "rules: [{changes: [src/**/*]}]",
            "rules: [{changes: [src/**/*, docs/*.md]}]",
            Some("for a branch other than the default one where only `docs/x.md` changed"),
        ),
        // The same rules, a wider one, or what is not known here.
        ("rules: [{if: $A}]", "rules: [{if: $A}]", None),
        ("rules: [{if: $CI_COMMIT_BRANCH}]", "rules: [{if: $CI_COMMIT_BRANCH == 'main'}]", None),
        ("rules: [{changes: ['**/*']}]", "", None),
        ("rules: [{if: $RELEASE}]", "", None),
        (
            "rules: [{if: $CI_COMMIT_BRANCH =~ /^feature/}]",
            "rules: [{if: $CI_COMMIT_BRANCH}]",
            None,
        ),
        ("rules: [{exists: [Makefile]}]", "", Some("for a branch other than the default one")),
        ("rules: [{exists: ['*.yml', Makefile]}]", "", None),
        ("rules: [{exists: ['$DIR/Makefile']}]", "", None),
        ("rules: [{exists: {paths: [Makefile], project: g/p}}]", "", None),
        (
            "rules: [{if: $CI_COMMIT_TAG}]",
            "rules: [{if: $CI_COMMIT_BRANCH, needs: []}, {if: $CI_COMMIT_TAG}]",
            None,
        ),
        ("extends: .unknown", "", None),
    ];
    for (of_a, of_b, expected) in cases {
        assert_eq!(need(&jobs(of_a, of_b)).as_deref(), expected, "{of_a} / {of_b}");
    }
    // What `workflow` forbids is no pipeline, and a variable has the value that is set here.
    let workflow = "workflow: {rules: [{if: $CI_COMMIT_TAG}]}\n";
    assert_eq!(need(&format!("{workflow}{}", jobs("rules: [{if: $CI_COMMIT_TAG}]", ""))), None);
    let variables = "variables: {FULL: 'no'}\n";
    let found = need(&format!("{variables}{}", jobs("rules: [{if: $FULL == 'yes'}]", "")));
    assert_eq!(found.as_deref(), Some("for a branch other than the default one"));
    // A file that is not there may have rules for the whole pipeline.
    let include = "include: {remote: 'https://example.org/x.yml'}\n";
    assert_eq!(need(&format!("{include}{}", jobs("rules: [{if: $CI_COMMIT_TAG}]", ""))), None);
}

#[test]
fn jobs_that_run_twice_are_found() {
    let twice = |yaml: &str| {
        with_reach(yaml, |reach, pipeline| {
            let names = reach.doubled_jobs().into_iter();
            names.map(|at| pipeline.jobs[at].name.to_string()).collect::<Vec<_>>().join(" ")
        })
    };
    let both =
        "rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}, {if: $CI_COMMIT_BRANCH}]";
    assert_eq!(twice(&format!("a: {{script: x, {both}}}\nb: {{script: x}}\n")), "a");
    assert_eq!(twice("a: {script: x, rules: [{changes: [src/**]}]}\n"), "a");
    assert_eq!(twice("a: {script: x, only: [branches, merge_requests]}\n"), "a");
    for workflow in [
        "[{if: $CI_MERGE_REQUEST_IID}, {if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]",
        "[{if: $CI_MERGE_REQUEST_IID}, {if: $CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS, when: never}, {when: always}]",
        "[{if: $CI_COMMIT_BRANCH}]",
    ] {
        let yaml = format!("workflow: {{rules: {workflow}}}\na: {{script: x, {both}}}\n");
        assert_eq!(twice(&yaml), "", "{workflow}");
    }
    assert_eq!(twice("a: {script: x, rules: [{if: $CI_MERGE_REQUEST_IID}, {when: manual}]}\n"), "");
}

#[test]
fn why_a_job_never_runs_is_said() {
    let absence = |yaml: &str| with_reach(yaml, |reach, _| reach.absence(0).cloned());
    let job = |rules: &str| absence(&format!("a: {{script: x, {rules}}}\nb: {{script: x}}\n"));
    assert_eq!(job("rules: [{when: never}]"), Some(Absence::SwitchedOff));
    assert_eq!(job("rules: [{if: $A, when: never}]"), Some(Absence::AlwaysNever));
    assert_eq!(job("only: [main], except: [main]"), Some(Absence::Policies));
    let why = |rules: &str| match job(rules) {
        Some(Absence::NeverMatches(why)) => why,
        other => panic!("{rules}: {other:?}"),
    };
    assert!(
        why("rules: [{if: $CI_COMMIT_BRANCH && $CI_COMMIT_TAG}]").contains("no pipeline has both")
    );
    assert!(why("rules: [{if: $A == '1' && $A == '2'}]").contains("contradict"));
    assert!(why("rules: [{if: $A && $A == null}]").contains("contradict"));
    assert!(
        why("rules: [{if: $CI_COMMIT_BRANCH == 'main' && $CI_COMMIT_BRANCH =~ /^v/}]")
            .contains("contradict")
    );
    assert!(why("rules: [{when: never}, {if: $A}]").contains("behind"));
    for possible in [
        "rules: [{if: $A == '1' || $A == '2'}]",
        "rules: [{if: $CI_COMMIT_TAG && $CI_PIPELINE_SOURCE == 'push'}]",
        "rules: [{if: $CI_COMMIT_BRANCH =~ /^v/ && $CI_COMMIT_BRANCH =~ /^x/}]",
        "rules: [{if: $CI_PIPELINE_SOURCE == 'parent_pipeline' && $CI_MERGE_REQUEST_IID}]",
        "rules: [{if: $CI_PIPELINE_SOURCE == 'something_new'}]",
        "only: [main], except: [tags]",
        "only: {variables: [$A]}",
        "rules: [{if: $A, when: never}, {if: $B}]",
    ] {
        assert_eq!(job(possible), None, "{possible}");
    }
    // Predefined variables that the configuration sets itself can be anything.
    let set = "a: {script: x, variables: {CI_COMMIT_TAG: x}, rules: [{if: $CI_COMMIT_BRANCH && $CI_COMMIT_TAG}]}\n";
    assert_eq!(absence(set), None);
}

/// A pipeline with all that the conditions below ask about.
type Known3 = [(&'static str, Option<&'static str>); 4];

fn pipelines() -> Vec<Known3> {
    let mut all = Vec::new();
    for source in ["push", "schedule", "parent_pipeline"] {
        for name in ["main", "v1", "other"] {
            all.push([
                ("CI_PIPELINE_SOURCE", Some(source)),
                ("CI_COMMIT_BRANCH", Some(name)),
                ("CI_COMMIT_TAG", None),
                ("CI_MERGE_REQUEST_IID", None),
            ]);
            all.push([
                ("CI_PIPELINE_SOURCE", Some(source)),
                ("CI_COMMIT_BRANCH", None),
                ("CI_COMMIT_TAG", Some(name)),
                ("CI_MERGE_REQUEST_IID", None),
            ]);
        }
    }
    for source in ["merge_request_event", "parent_pipeline"] {
        all.push([
            ("CI_PIPELINE_SOURCE", Some(source)),
            ("CI_COMMIT_BRANCH", None),
            ("CI_COMMIT_TAG", None),
            ("CI_MERGE_REQUEST_IID", Some("7")),
        ]);
    }
    all
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn part<'a>(&mut self, parts: &[&'a str]) -> &'a str {
        parts[self.roll(parts.len())]
    }

    fn condition(&mut self, depth: u32) -> String {
        if depth > 0 && self.roll(3) > 0 {
            let operator = self.part(&["&&", "||"]);
            let (left, right) = (self.condition(depth - 1), self.condition(depth - 1));
            return match self.roll(3) {
                0 => format!("({left} {operator} {right})"),
                1 => format!("!({left} {operator} {right})"),
                _ => format!("{left} {operator} {right}"),
            };
        }
        let variable = self.part(&[
            "$CI_PIPELINE_SOURCE",
            "$CI_COMMIT_BRANCH",
            "$CI_COMMIT_TAG",
            "$CI_MERGE_REQUEST_IID",
            "$X",
            "$Y",
        ]);
        match self.roll(6) {
            0 => variable.to_owned(),
            4 => format!("!{variable}"),
            5 => format!(
                "{} {} {variable}",
                self.part(&["true", "false", "!$X", "($X || 'v1')", "!($Y == '1')"]),
                self.part(&["==", "!=", "&&"])
            ),
            1 => format!(
                "{variable} {} {}",
                self.part(&["==", "!="]),
                self.part(&["null", "''", "$X", "$CI_COMMIT_TAG"])
            ),
            2 => format!(
                "{variable} {} {}",
                self.part(&["=~", "!~"]),
                self.part(&["/^v\\d/", "/main|push/"])
            ),
            _ => {
                let text = self.part(&[
                    "'main'",
                    "'v1'",
                    "'push'",
                    "'schedule'",
                    "'merge_request_event'",
                    "'1'",
                ]);
                format!("{variable} {} {text}", self.part(&["==", "!="]))
            }
        }
    }
}

/// The place of the rule that decides in a pipeline.
fn decides(
    rules: &[(String, bool)],
    pipeline: &Known3,
    x: Option<&str>,
    y: Option<&str>,
) -> Option<usize> {
    let known = |name: &str| {
        let value = match name {
            "X" => x,
            "Y" => y,
            _ => pipeline.iter().find(|(it, _)| *it == name).and_then(|(_, value)| *value),
        };
        value.map_or(Known::Unset, |value| Known::Set(value.to_owned()))
    };
    rules.iter().position(|(text, _)| holds(&parse(text), &known).unwrap())
}

#[test]
fn what_is_called_impossible_never_happens() {
    let pipelines = pipelines();
    let values = [
        None,
        Some(""),
        Some("1"),
        Some("main"),
        Some("v1"),
        Some("true"),
        Some("false"),
        Some("else"),
    ];
    let mut dice = Dice(7);
    let (mut absent, mut dead) = (0, 0);
    for _ in 0..400 {
        let rules: Vec<(String, bool)> = (0..=dice.roll(3))
            .map(|_| {
                let depth = u32::try_from(dice.roll(3)).unwrap();
                (dice.condition(depth), dice.roll(4) == 0)
            })
            .collect();
        let mut yaml = String::from("a:\n  script: x\n  rules:\n");
        for (condition, never) in &rules {
            let _ = writeln!(yaml, "    - if: {}", serde_json::to_string(condition).unwrap());
            if *never {
                yaml.push_str("      when: never\n");
            }
        }
        let (never, lost) = with_reach(&yaml, |reach, pipeline| {
            let lost: Vec<usize> = reach.dead_rules(pipeline).iter().map(|it| it.rule).collect();
            (reach.absence(0).is_some(), lost)
        });
        (absent, dead) = (absent + u32::from(never), dead + lost.len());
        if !never && lost.is_empty() {
            continue;
        }
        for pipeline in &pipelines {
            for x in values {
                for y in [None, Some(""), Some("1"), Some("v1")] {
                    let Some(at) = decides(&rules, pipeline, x, y) else { continue };
                    let case = || format!("{yaml}{pipeline:?} X={x:?} Y={y:?}");
                    assert!(rules[at].1 || !never, "the job does run: {}", case());
                    assert!(!lost.contains(&at), "rule {at} does decide: {}", case());
                }
            }
        }
    }
    println!("{absent} jobs never run, {dead} rules decide nothing");
    assert!(absent > 30 && dead > 50, "the search finds too little: {absent}, {dead}");
}

#[test]
fn rules_of_the_workflow_are_judged_too() {
    let yaml = "workflow: {rules: [{if: $CI_COMMIT_BRANCH}, {if: $CI_COMMIT_BRANCH == 'main'}]}\na: {script: x}\n";
    with_reach(yaml, |reach, pipeline| {
        let dead = reach.dead_rules(pipeline);
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].job, dead[0].rule), (None, 1));
        assert_eq!(dead[0].death, Death::Behind(Some(0)));
        assert!(!reach.is_closed());
    });
}

/// Long conditions over many variables are given up on, and count as possible.
#[test]
fn the_search_is_bounded() {
    let condition: Vec<String> = (0..24).map(|n| format!("$V{n} != \\\"a\\\"")).collect();
    let text = condition.join(" && ");
    let yaml =
        format!("a:\n  script: x\n  rules:\n    - if: \"({text}) == $W\"\n    - if: \"{text}\"\n");
    let started = std::time::Instant::now();
    with_reach(&yaml, |reach, pipeline| {
        assert_eq!(reach.absence(0), None);
        assert!(reach.dead_rules(pipeline).is_empty());
    });
    assert!(started.elapsed().as_secs() < 20);
}
