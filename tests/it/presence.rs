//! Which jobs a pipeline has, for an event of which more or less is known.

use pipespec::model::MemoryFiles;
use pipespec::model::gitlab::presence::{
    BranchName, Event, Forecast, JobForecast, PipelineSource, When,
};
use pipespec::model::gitlab::{Limits, Pipeline, Settings};

fn push(branch: &str) -> Event {
    let mut event = Event::new(PipelineSource::Push);
    event.branch = BranchName::Named(branch.to_owned());
    event.default_branch = Some("main".to_owned());
    event
}

fn merge_request() -> Event {
    Event { source: PipelineSource::MergeRequestEvent, ..push("topic") }
}

fn tag(name: &str) -> Event {
    Event { tag: Some(Some(name.to_owned())), ..push("") }
}

fn source(source: PipelineSource) -> Event {
    Event { source, ..push("main") }
}

fn with(mut event: Event, name: &str, value: &str) -> Event {
    event.variables.push((name.to_owned(), Some(value.to_owned())));
    event
}

fn changed(mut event: Event, paths: &[&str]) -> Event {
    event.changes = Some(paths.iter().map(|path| (*path).to_owned()).collect());
    event
}

fn forecast<T>(text: &str, event: &Event, look: impl FnOnce(&Forecast<'_, '_>) -> T) -> T {
    let files = [(".gitlab-ci.yml", text), ("go.mod", ""), ("docs/guide/a.md", "")];
    let files = MemoryFiles::new(files);
    let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
    let settings =
        Settings { limits: Limits { needs: 2, ..Limits::default() }, ..Settings::default() };
    let pipeline = Pipeline::resolve(root, &files, &settings);
    look(&Forecast::new(&pipeline, event, &settings, &files))
}

/// What becomes of the job, in a word: `out`, its `when`, or `? ` with what it depends on.
fn of_job(it: &JobForecast<'_, '_>) -> String {
    match it.verdict.present() {
        Some(false) => "out".to_owned(),
        Some(true) => match it.verdict.when() {
            Some(when) => when.as_str().to_owned(),
            None => "in".to_owned(),
        },
        None => {
            let open = it.verdict.open();
            let names: Vec<String> = open.iter().map(ToString::to_string).collect();
            format!("? {}", names.join(", "))
        }
    }
}

/// The same for the first job of a configuration.
fn first(text: &str, event: &Event) -> String {
    forecast(text, event, |it| of_job(&it.jobs[0]))
}

/// The same for a job with these rules.
fn rules(rules: &str, event: &Event) -> String {
    first(&format!("j: {{script: x, rules: [{rules}]}}\n"), event)
}

#[test]
fn the_first_rule_that_matches_decides() {
    let list = "{if: '$CI_COMMIT_TAG', when: never}, {if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', when: manual}, {if: '$CI_COMMIT_BRANCH'}";
    assert_eq!(rules(list, &tag("v1")), "out");
    assert_eq!(rules(list, &push("main")), "manual");
    assert_eq!(rules(list, &push("topic")), "on_success");
    assert_eq!(rules(list, &merge_request()), "out", "no rule matches: there is no branch");
    assert_eq!(rules("{when: delayed, start_in: 1 h}", &push("a")), "delayed");
}

#[test]
fn a_rule_without_when_takes_that_of_the_job() {
    let text = "j: {script: x, when: manual, rules: [{if: $CI_COMMIT_TAG, when: always}, {if: $CI_COMMIT_BRANCH}]}\n";
    assert_eq!(first(text, &push("a")), "manual");
    assert_eq!(first(text, &tag("a")), "always");
    let may_fail = |text: &str| forecast(text, &push("a"), |it| it.jobs[0].verdict.allow_failure());
    assert_eq!(may_fail("j: {script: x, when: manual}\n"), Some(true));
    assert_eq!(may_fail("j: {script: x, rules: [{when: manual}]}\n"), Some(false));
    assert_eq!(
        may_fail("j: {script: x, rules: [{when: manual, allow_failure: true}]}\n"),
        Some(true)
    );
    assert_eq!(may_fail("j: {script: x}\n"), Some(false));
}

#[test]
fn what_depends_on_an_unknown_variable_is_unknown_by_name() {
    assert_eq!(rules("{if: '$A == \"1\" && $B'}", &push("a")), "? $A, $B");
    assert_eq!(rules("{if: '$A && $CI_COMMIT_TAG'}", &push("a")), "out", "no tag, whatever A is");
    assert_eq!(rules("{if: '$CI_COMMIT_BRANCH || $A'}", &push("a")), "on_success");
    assert_eq!(rules("{if: $A, when: never}, {when: always}", &push("a")), "? $A");
    assert_eq!(
        rules("{if: $A, when: manual}, {when: always}", &push("a")),
        "in",
        "only when is open"
    );
    assert_eq!(rules("{if: $A, when: never}, {when: never}", &push("a")), "out");
    assert_eq!(rules("{if: $A, when: never}, {when: always}", &with(push("a"), "A", "1")), "out");
    // `$A && ...` counts an empty text as true; alone it does not.
    assert_eq!(rules("{if: $A}", &with(push("a"), "A", "")), "out");
    let unset = Event { variables: vec![("A".to_owned(), None)], ..push("a") };
    assert_eq!(rules("{if: '$A == null'}", &unset), "on_success");
    assert_eq!(rules("{if: $A}", &Event { closed: true, ..push("a") }), "out");
}

#[test]
fn a_merge_request_has_its_variables_and_no_branch() {
    assert_eq!(rules("{if: $CI_MERGE_REQUEST_IID}", &merge_request()), "on_success");
    assert_eq!(rules("{if: $CI_MERGE_REQUEST_IID}", &push("a")), "out");
    assert_eq!(rules("{if: $CI_OPEN_MERGE_REQUESTS}", &push("a")), "? $CI_OPEN_MERGE_REQUESTS");
    assert_eq!(rules("{if: '$CI_COMMIT_REF_NAME == \"topic\"'}", &merge_request()), "on_success");
    let target = "{if: '$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == \"main\"'}";
    assert_eq!(rules(target, &merge_request()), "? $CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    let event = Event { target_branch: Some("main".to_owned()), ..merge_request() };
    assert_eq!(rules(target, &event), "on_success");
    assert_eq!(
        rules("{if: '$CI_MERGE_REQUEST_LABELS =~ /docs/'}", &event),
        "? $CI_MERGE_REQUEST_LABELS"
    );
    let external = source(PipelineSource::ExternalPullRequestEvent);
    assert_eq!(rules("{if: '$CI_COMMIT_BRANCH == \"main\"'}", &external), "on_success");
    // What only a runner knows is not there yet.
    assert_eq!(rules("{if: $CI_PIPELINE_ID}", &event), "out");
}

#[test]
fn changes_hold_where_there_is_nothing_to_compare_with() {
    let list = "{changes: ['src/**/*', '*.md']}";
    assert_eq!(rules(list, &push("a")), "? the changed files");
    assert_eq!(rules(list, &changed(push("a"), &["src/a/b.rs"])), "on_success");
    assert_eq!(rules(list, &changed(push("a"), &["docs/a.md"])), "out");
    assert_eq!(rules(list, &changed(merge_request(), &[])), "out");
    for source_of in [PipelineSource::Schedule, PipelineSource::Web, PipelineSource::Api] {
        assert_eq!(rules(list, &source(source_of)), "on_success", "{source_of}");
    }
    assert_eq!(rules(list, &tag("v1")), "on_success");
    let compared = "{changes: {paths: ['*.md'], compare_to: main}}";
    assert_eq!(rules(compared, &tag("v1")), "? the files changed since `main`");
    assert_eq!(rules(compared, &source(PipelineSource::Schedule)), "out", "main is main");
    assert_eq!(rules(list, &Event { new_branch: true, ..push("a") }), "on_success");
    let by_variable = "{changes: ['$DIR/*']}";
    assert_eq!(rules(by_variable, &changed(push("a"), &["x/a"])), "? $DIR");
    assert_eq!(rules(by_variable, &changed(with(push("a"), "DIR", "x"), &["x/a"])), "on_success");
}

#[test]
fn exists_looks_at_the_files_that_are_here() {
    let event = push("a");
    for (pattern, there) in [
        ("go.mod", true),
        ("/go.mod", false),
        ("**/*.md", true),
        ("*.md", false),
        ("docs/", true),
        ("docs", false),
        ("docs/**/*", true),
    ] {
        let expected = if there { "on_success" } else { "out" };
        assert_eq!(rules(&format!("{{exists: ['{pattern}']}}"), &event), expected, "{pattern}");
    }
    let other = "{exists: {paths: [go.mod], project: g/p}}";
    assert_eq!(rules(other, &event), "? the files of project `g/p`");
    assert_eq!(rules(other, &with(push("a"), "CI_PROJECT_PATH", "g/p")), "on_success");
    let at_ref = "{exists: {paths: [go.mod], project: g/p, ref: v1}}";
    let own = with(push("a"), "CI_PROJECT_PATH", "g/p");
    assert_eq!(rules(at_ref, &own), "? the files of project `g/p`");
    assert_eq!(rules("{exists: {regexp: '^docs/.*\\.md$'}}", &event), "on_success");
    assert_eq!(rules("{exists: {regexp: '^src/'}}", &event), "out");
}

#[test]
fn regular_expressions_of_ruby_are_judged_where_they_can_be() {
    let outside = "{changes: {regexp: '^(?!docs/)'}}";
    assert_eq!(rules(outside, &changed(push("a"), &["docs/a.md"])), "out");
    assert_eq!(rules(outside, &changed(push("a"), &["docs/a.md", "a.rs"])), "on_success");
    assert_eq!(rules(outside, &push("a")), "? the changed files");
    let behind = "{changes: {regexp: '(?<!b)a'}}";
    assert_eq!(rules(behind, &changed(push("a"), &["a"])), "? Ruby's reading of `(?<!b)a`");
}

#[test]
fn changes_since_a_branch_are_other_changes_than_those_of_a_push() {
    let list = "{changes: {paths: ['*.md'], compare_to: $BASE}}";
    let on = |event: Event| with(event, "BASE", "refs/heads/main");
    let push = on(changed(push("a"), &["a.md"]));
    assert_eq!(rules(list, &push), "? the files changed since `refs/heads/main`");
    let since = |files: &[&str]| {
        let files = files.iter().map(|it| (*it).to_owned()).collect();
        Event { changes_since: vec![("main".to_owned(), files)], ..push.clone() }
    };
    assert_eq!(rules(list, &since(&["b.md"])), "on_success");
    assert_eq!(rules(list, &since(&[])), "out");
    let into = |branch: &str| Event {
        target_branch: Some(branch.to_owned()),
        ..on(changed(merge_request(), &["a.md"]))
    };
    assert_eq!(rules(list, &into("main")), "on_success");
    assert_eq!(rules(list, &into("next")), "? the files changed since `refs/heads/main`");
}

#[test]
fn the_event_decides_what_is_included() {
    let files = MemoryFiles::new([
        (
            ".gitlab-ci.yml",
            "include:\n\
             - {local: docs.yml, rules: [{changes: ['docs/*']}]}\n\
             - {local: tags.yml, rules: [{if: $CI_COMMIT_TAG, exists: {regexp: '^docs'}}]}\n\
             - {local: far.yml, rules: [{exists: {paths: [a], project: g/p}}]}\n\
             - {local: near.yml, rules: [{exists: {paths: [a.md], project: g/docs}}]}\n\
             plain: {script: x}\n",
        ),
        ("docs.yml", "docs: {script: x}\n"),
        ("tags.yml", "tags: {script: x}\n"),
        ("far.yml", "far: {script: x}\n"),
        ("near.yml", "near: {script: x}\n"),
        ("docs/a.md", ""),
    ]);
    let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
    let jobs = |event: &Event| {
        let settings = Settings {
            event: Some(event.clone()),
            includes: vec![("g/docs".to_owned(), "docs".to_owned())],
            ..Settings::default()
        };
        let pipeline = Pipeline::resolve(root, &files, &settings);
        let forecast = Forecast::new(&pipeline, event, &settings, &files);
        let all = forecast.jobs.iter().map(|it| format!("{} {}", it.name, of_job(it)));
        all.collect::<Vec<_>>().join("; ")
    };
    let far = "far ? the files of project `g/p`; near on_success; plain on_success";
    assert_eq!(jobs(&changed(push("a"), &["b"])), far);
    assert_eq!(jobs(&push("a")), format!("docs ? the changed files; {far}"));
    assert_eq!(jobs(&tag("v1")), format!("docs on_success; tags on_success; {far}"));
}

#[test]
fn a_need_comes_along_with_the_file_that_both_are_in() {
    let refused = |needed: &str| {
        let files = MemoryFiles::new([
            (
                ".gitlab-ci.yml".to_owned(),
                "include:\n\
                 - {local: a.yml, rules: [{if: $KIND == $A}]}\n\
                 - {local: b.yml, rules: [{if: $KIND == $B}]}\n\
                 plain: {script: x}\n"
                    .to_owned(),
            ),
            (
                "a.yml".to_owned(),
                format!(
                    "include: inner.yml\nbuild: {{script: x}}\nruled: {{script: x, rules: [{{if: $R}}]}}\n\
                     test: {{stage: test, needs: [{needed}], script: x}}\n"
                ),
            ),
            ("inner.yml".to_owned(), "inner: {script: x}\n".to_owned()),
            ("b.yml".to_owned(), "other: {script: x}\n".to_owned()),
        ]);
        let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
        let event = push("a");
        let settings = Settings { event: Some(event.clone()), ..Settings::default() };
        let pipeline = Pipeline::resolve(root, &files, &settings);
        let forecast = Forecast::new(&pipeline, &event, &settings, &files);
        forecast.refusals.len()
    };
    assert_eq!(refused("build"), 0);
    assert_eq!(refused("plain"), 0);
    assert_eq!(refused("ruled"), 1);
    assert_eq!(refused("other"), 1);
}

#[test]
fn a_template_that_two_chosen_files_define_alike_leaves_nothing_open() {
    let job = |other: &str| {
        let files = MemoryFiles::new([
            (
                ".gitlab-ci.yml",
                "include:\n\
                 - {local: a.yml, rules: [{if: $TAGS}]}\n\
                 - {local: b.yml, rules: [{if: $TAGS == null}]}\n\
                 build: {extends: .runner, script: x}\n",
            ),
            ("a.yml", ".runner: {tags: [$TAGS]}\n"),
            ("b.yml", other),
        ]);
        let root = files.sources().by_path(".gitlab-ci.yml").unwrap();
        let event = push("a");
        let settings = Settings { event: Some(event.clone()), ..Settings::default() };
        let pipeline = Pipeline::resolve(root, &files, &settings);
        let forecast = Forecast::new(&pipeline, &event, &settings, &files);
        forecast.jobs.iter().map(of_job).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(job(".runner: {tags: []}\n"), "on_success");
    assert_eq!(job(".runner: {tags: [], rules: [{when: never}]}\n"), "? a value that is not known");
}

#[test]
fn what_no_push_came_before_has_no_commit_before_it() {
    let first = "{if: '$CI_COMMIT_BEFORE_SHA == \"0000000000000000000000000000000000000000\"'}";
    for event in [tag("v1"), merge_request(), Event { new_branch: true, ..push("a") }] {
        assert_eq!(rules(first, &event), "on_success");
    }
    assert_eq!(rules(first, &push("a")), "? $CI_COMMIT_BEFORE_SHA");
}

#[test]
fn variables_of_the_job_the_workflow_and_the_pipeline_are_seen() {
    let text = "variables: {A: global, B: global, C: global}\nworkflow: {rules: [{if: $CI_COMMIT_TAG}, {if: $CI_COMMIT_BRANCH, variables: {B: workflow}}]}\nj:\n  variables: {A: job}\n  script: x\n  rules:\n    - if: $A == 'job' && $B == 'workflow' && $C == 'global'\n";
    assert_eq!(first(text, &push("a")), "on_success");
    assert_eq!(first(text, &tag("a")), "out");
    assert_eq!(first(text, &with(push("a"), "A", "given")), "out", "what is given wins");
    let own = "variables: {A: x}\nj: {script: x, inherit: {variables: false}, rules: [{if: $A}]}\n";
    assert_eq!(first(own, &push("a")), "? $A", "the project may set it");
    let nested = "variables: {A: $B, B: x}\nj: {script: x, rules: [{if: '$A == \"x\"'}]}\n";
    assert_eq!(first(nested, &push("a")), "out", "values are not looked into");
}

#[test]
fn workflow_decides_first() {
    let text = "workflow: {rules: [{if: $CI_MERGE_REQUEST_IID}, {if: $NIGHTLY}]}\nj: {script: x}\n";
    let created = |event: &Event| forecast(text, event, |it| it.workflow.present());
    assert_eq!(created(&merge_request()), Some(true));
    assert_eq!(created(&push("a")), None);
    assert_eq!(created(&Event { closed: true, ..push("a") }), Some(false));
    assert_eq!(
        first(text, &merge_request()),
        "on_success",
        "no default of `only` beside workflow:rules"
    );
}

#[test]
fn a_job_without_rules_runs_for_branches_and_tags() {
    let text = "j: {script: x}\n";
    assert_eq!(first(text, &push("a")), "on_success");
    assert_eq!(first(text, &tag("a")), "on_success");
    assert_eq!(first(text, &source(PipelineSource::Schedule)), "on_success");
    assert_eq!(first(text, &merge_request()), "out");
    let beside = "j: {script: x, except: [schedules]}\n";
    assert_eq!(first(beside, &merge_request()), "out");
    assert_eq!(first(beside, &source(PipelineSource::Schedule)), "out");
    assert_eq!(first(beside, &push("a")), "on_success");
}

#[test]
fn only_and_except_know_keywords_names_and_patterns() {
    let only =
        |list: &str, event: &Event| first(&format!("j: {{script: x, only: {list}}}\n"), event);
    assert_eq!(only("[merge_requests]", &merge_request()), "on_success");
    assert_eq!(only("[merge_requests]", &push("a")), "out");
    assert_eq!(only("[main]", &push("main")), "on_success");
    assert_eq!(only("[main]", &merge_request()), "out");
    assert_eq!(only("['/^rel-/']", &push("rel-1")), "on_success");
    assert_eq!(only("['/^REL-/i']", &push("rel-1")), "on_success");
    assert_eq!(only("['/^rel-/']", &tag("rel-1")), "on_success", "patterns fit tags too");
    assert_eq!(only("[tags]", &tag("x")), "on_success");
    assert_eq!(only("[branches]", &tag("x")), "out");
    assert_eq!(only("[pushes]", &push("x")), "on_success");
    assert_eq!(only("[triggers]", &source(PipelineSource::Trigger)), "on_success");
    assert_eq!(only("[web, schedules]", &source(PipelineSource::Web)), "on_success");
    assert_eq!(only("['main@g/p']", &push("main")), "? $CI_PROJECT_PATH");
    assert_eq!(only("['main@g/p']", &with(push("main"), "CI_PROJECT_PATH", "g/p")), "on_success");
    // All parts must hold, and refs hold by default for branches and tags alone.
    assert_eq!(only("{variables: [$A, $CI_COMMIT_BRANCH]}", &push("a")), "on_success");
    assert_eq!(only("{variables: [$CI_MERGE_REQUEST_IID]}", &merge_request()), "out");
    assert_eq!(only("{refs: [main], variables: [$A]}", &push("x")), "out");
    assert_eq!(only("{refs: [main], variables: [$A]}", &push("main")), "? $A");
    assert_eq!(only("{changes: ['*.md']}", &changed(push("x"), &["a.md"])), "on_success");
    assert_eq!(only("{changes: ['*.md']}", &changed(push("x"), &["a.rs"])), "out");
    assert_eq!(only("{kubernetes: active}", &push("x")), "? the cluster of the project");
    let except = "j: {script: x, except: {variables: [$A], changes: ['*.md']}}\n";
    assert_eq!(first(except, &changed(push("x"), &["a.md"])), "out", "one part is enough");
    assert_eq!(first(except, &changed(push("x"), &["a.rs"])), "? $A");
    assert_eq!(first("j: {script: x, only: [main], except: [main]}\n", &push("main")), "out");
}

#[test]
fn instances_are_judged_by_themselves() {
    let text = "j:\n  script: x\n  parallel: {matrix: [{OS: [linux, mac], V: ['1']}]}\n  rules: [{if: '$OS == \"mac\"', when: manual}, {if: '$CI_JOB_NAME =~ /linux/'}]\nn: {script: x, parallel: 2}\n";
    forecast(text, &push("a"), |it| {
        let all: Vec<_> = it.jobs.iter().map(|it| (it.name.to_string(), of_job(it))).collect();
        let pair = |name: &str, what: &str| (name.to_owned(), what.to_owned());
        let expected = [
            pair("j: [linux, 1]", "on_success"),
            pair("j: [mac, 1]", "manual"),
            pair("n 1/2", "on_success"),
            pair("n 2/2", "on_success"),
        ];
        assert_eq!(all, expected);
    });
}

/// Messages of the refusals, those that are not certain with a `?` in front.
fn refusals(text: &str, event: &Event) -> Vec<String> {
    forecast(text, event, |it| {
        let shown = |it: &pipespec::model::gitlab::presence::Refusal| {
            format!("{}{}", if it.open.is_empty() { "" } else { "?" }, it.message)
        };
        it.refusals.iter().map(shown).collect()
    })
}

#[test]
fn a_need_must_be_in_the_pipeline() {
    let text =
        "a: {stage: build, script: x, rules: [{if: $CI_COMMIT_TAG}]}\nb: {script: x, needs: [a]}\n";
    assert!(refusals(text, &tag("v1")).is_empty());
    let told = "'b' job needs 'a' job, but 'a' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional";
    assert_eq!(refusals(text, &push("a")), [told]);
    let optional = text.replace("[a]}", "[{job: a, optional: true}]}");
    assert!(refusals(&optional, &push("a")).is_empty());
    let open = text.replace("$CI_COMMIT_TAG", "$A");
    assert_eq!(refusals(&open, &push("a")), [format!("?{told}")]);
    let by_rule = "a: {stage: build, script: x, rules: [{when: never}]}\nb: {script: x, needs: [a], rules: [{if: $CI_COMMIT_TAG, needs: []}, {when: always}]}\n";
    assert!(refusals(by_rule, &tag("a")).is_empty());
    assert_eq!(refusals(by_rule, &push("a")), [told]);
    let instances = "a: {stage: build, script: x, parallel: 2, rules: [{when: never}]}\nb: {script: x, needs: [a]}\n";
    assert_eq!(refusals(instances, &push("a")).len(), 2, "each instance is missing");
    let matrix = "a: {stage: build, script: x, parallel: {matrix: [{V: [x, y]}]}, rules: [{if: $V == 'x'}]}\nb: {script: x, parallel: {matrix: [{V: [x, y]}]}, needs: ['a: [$[[ matrix.V ]]]']}\n";
    let told = refusals(matrix, &push("a"));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("'b: [y]' job needs 'a: [y]' job"), "{told:?}");
}

#[test]
fn there_are_limits_and_a_pipeline_needs_a_job() {
    let text = "a: {stage: build, script: x, parallel: 3}\nb: {script: x, needs: [a]}\n";
    let told = "b: one job can only need 2 others, but you have listed 3. See needs keyword documentation for more details";
    assert_eq!(refusals(text, &push("a")), [told]);
    let empty = "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline";
    let text = "a: {script: x, rules: [{if: $CI_COMMIT_TAG}]}\nb: {stage: .pre, script: x}\n";
    assert_eq!(refusals(text, &push("a")), [empty], "a job in .pre makes no pipeline");
    assert!(refusals(text, &tag("a")).is_empty());
    assert!(refusals("a: {script: x, rules: [{if: $A}]}\n", &push("a")).is_empty());
}

#[test]
fn what_stands_in_a_file_that_is_not_there_stays_open() {
    let text = "include: [{project: g/p, file: a.yml}]\na: {extends: .x, script: x}\nb: {extends: .x, script: x, rules: [{if: $CI_COMMIT_TAG}]}\nc: {script: x}\n";
    forecast(text, &push("a"), |it| {
        assert_eq!(it.workflow.present(), None, "it may have a workflow");
        let of = |name: &str| of_job(it.job(name).unwrap());
        assert_eq!(of("a"), "? a file that could not be read");
        assert_eq!(of("b"), "out", "its own rules win");
        assert_eq!(of("c"), "on_success");
    });
    assert_eq!(
        forecast(text, &merge_request(), |it| of_job(it.job("c").unwrap())),
        "? a file that could not be read"
    );
    let unknown = "j: {script: x, rules: [!reference [.a, rules], {when: always}]}\ninclude: [{project: g/p, file: a.yml}]\n";
    assert_eq!(first(unknown, &push("a")), "? a value that is not known");
}

#[test]
fn usual_events_leave_names_open_and_tell_branches_apart() {
    let usual = Event::usual();
    let event = |name: &str| &usual.iter().find(|(it, _)| *it == name).unwrap().1;
    let on_default = "{if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'}";
    assert_eq!(rules(on_default, event("a push to the default branch")), "on_success");
    assert_eq!(rules(on_default, event("a push to another branch")), "out");
    assert_eq!(rules(on_default, event("a merge request")), "out");
    let main = "{if: '$CI_COMMIT_BRANCH == \"main\"'}";
    assert_eq!(rules(main, event("a push to the default branch")), "? $CI_COMMIT_BRANCH");
    assert_eq!(rules("{if: $CI_COMMIT_TAG}", event("a tag")), "on_success");
    assert_eq!(When::Never.as_str(), "never");
}
