//! What to do is said, and said right: a configuration, the rule that reports, words of its help.

use pipespec::engine::{CheckOptions, Project, analyze};

/// The rules that report on `files`, each with its message and help.
fn told(files: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let project = Project::in_memory(files.iter().copied(), CheckOptions::default()).unwrap();
    let report = analyze(&project, &project.catalog);
    let rule = |finding: &pipespec::rule::Finding| report.catalog.get(finding.rule).id.to_string();
    let found = report.findings.iter();
    found.map(|it| (rule(it), it.message.clone(), it.help.clone().unwrap_or_default())).collect()
}

#[track_caller]
fn advises(yaml: &str, rule: &str, help: &str) {
    let found = told(&[(".gitlab-ci.yml", yaml)]);
    let fits = found.iter().any(|(id, _, it)| id == rule && it.contains(help));
    assert!(fits, "{yaml}\n{found:#?}");
}

const JOB: &str = "job: {script: x}\n";

#[test]
fn misspelt_keywords_of_the_top_level_are_recognised() {
    for (entry, help) in [
        ("stage: [a]", "did you mean `stages`?"),
        ("variable: {A: b}", "did you mean `variables`?"),
        ("variable:", "did you mean `variables`?"),
        ("defaults: {image: 'debian:12.5'}", "did you mean `default`?"),
        ("includes: [a.yml]", "did you mean `include`?"),
        ("workflows: {rules: [{when: always}]}", "did you mean `workflow`?"),
        ("before_scripts: [make]", "did you mean `before_script`?"),
        ("types: [a]", "use `stages`"),
        ("rules: [{when: always}]", "into `workflow`"),
        ("tags: [docker]", "into a job, or into `default`"),
        ("stage: test", "indent it below the job's name"),
        // A job that is called much like a keyword.
        ("service: {stage: test}", "add a `script`"),
    ] {
        advises(&format!("{JOB}{entry}\n"), "job-without-script", help);
    }
}

#[test]
fn what_may_not_stand_beside_rules_says_which_to_remove() {
    let rules = "rules: [{when: always}]";
    for (yaml, help) in [
        (format!("job: {{script: x, only: [main], {rules}}}"), "remove `only`"),
        (
            format!(".a: {{only: [main]}}\njob: {{extends: .a, script: x, {rules}}}"),
            "remove it where it is written, or write `only: null`",
        ),
        (
            format!(".a: {{{rules}}}\njob: {{extends: .a, script: x, except: [main]}}"),
            "the `rules` come by `extends: .a`",
        ),
        (
            format!("job: {{script: x, when: delayed, start_in: 1h, {rules}}}"),
            "the rule that says `when: delayed`",
        ),
    ] {
        advises(&yaml, "conflicting-keywords", help);
    }
}

#[test]
fn errors_say_what_to_do() {
    for (yaml, rule, help) in [
        ("a: {script: x, needs: [b]}\nb: {script: x, needs: [a]}", "circular-needs", "remove one"),
        ("a: {script: x, needs: [a]}", "circular-needs", "cannot wait for itself"),
        (
            "a: {script: x, environment: {name: e, action: stpo}}",
            "invalid-keyword-value",
            "did you mean `stop`?",
        ),
        (
            "a: {script: x, environment: {name: e, action: deploy}}",
            "invalid-keyword-value",
            "write one of these words",
        ),
        ("a: {script: x, env: {A: b}}", "unknown-keyword", "`variables` holds"),
        (
            "a: {script: x, environment: {name: e, env: b}}",
            "unknown-keyword",
            "knows `name`, `url`",
        ),
        ("a: {trigger: g/p, image: ruby}", "unknown-keyword", "takes no `image`"),
        ("a: {trigger: g/p, before_script: [x]}", "unknown-keyword", "takes no `before_script`"),
        (
            "a: {script: x, cache: {key: {files: [a, b, c]}, paths: [d]}}",
            "too-many-key-files",
            "`gitlab: {features: [increase_ci_cache_key_files_limit]}`",
        ),
    ] {
        advises(yaml, rule, help);
    }
    let found = told(&[(".gitlab-ci.yml", "a: {trigger: g/p, image: ruby, services: [redis]}")]);
    let floating = found.iter().filter(|(id, ..)| id.starts_with("floating-"));
    assert_eq!(floating.count(), 0, "{found:#?}");
}

#[test]
fn a_name_of_no_instance_gets_those_that_there_are() {
    let numbered = "b: {script: x, parallel: 3}\n";
    let matrix = "b: {script: x, parallel: {matrix: [{A: [x, y]}]}}\n";
    let plain = "b: {script: x}\n";
    for (jobs, need, help) in [
        (numbered, "b 1/4", "`b` runs as `b 1/3`, `b 2/3`, `b 3/3`"),
        (numbered, "b: [x]", "`b` runs as `b 1/3`"),
        (matrix, "b: [z]", "`b` runs as `b: [x]`, `b: [y]`; `b` stands for all"),
        (plain, "b 1/4", "`b` has no `parallel`"),
        (plain, "c 1/4", "Define the job"),
    ] {
        let yaml = format!("{jobs}a: {{script: x, needs: ['{need}']}}\n");
        advises(&yaml, "undefined-need", help);
    }
    advises(
        &format!("{numbered}a: {{script: x, dependencies: ['b 4/3']}}\n"),
        "undefined-dependency",
        "`b` runs as",
    );
}

#[test]
fn what_is_not_read_says_why() {
    let local = "include: $D/a.yml\n";
    let project = "include: [{project: group/ci, file: a.yml}]\n";
    let own = "includes: {group/ci: vendor}\n";
    for (files, message, help) in [
        (vec![(".gitlab-ci.yml", local)], "a variable in its name", "variables: {D: ...}"),
        (vec![(".gitlab-ci.yml", project)], "outside the repository", "resolve --missing"),
        (
            vec![(".gitlab-ci.yml", project), ("pipespec.yaml", own), ("vendor/b.yml", "{}\n")],
            "`includes` of pipespec.yaml leads",
            "put the file at `vendor/a.yml`",
        ),
        (
            vec![(".gitlab-ci.yml", "include: [$D/a.yml, {project: group/ci, file: a.yml}]\n")],
            "2 includes are not read: what",
            "of each",
        ),
    ] {
        let found = told(&files);
        let fits = found.iter().any(|(id, text, it)| {
            id == "unread-include" && text.contains(message) && it.contains(help)
        });
        assert!(fits, "{files:?}\n{found:#?}");
    }
}

#[test]
fn an_unknown_feature_flag_is_told_with_its_place() {
    let error = |flags: &str| {
        let own = format!("gitlab:\n  features: [{flags}]\n");
        let files = [(".gitlab-ci.yml", JOB), ("pipespec.yaml", own.as_str())];
        let options = CheckOptions::default();
        let error = Project::in_memory(files, options).err()?;
        let help = miette::Diagnostic::help(&error).map(|it| it.to_string()).unwrap_or_default();
        let labels: Vec<_> = miette::Diagnostic::labels(&error)?.map(|it| it.offset()).collect();
        Some((error.to_string(), help, labels))
    };
    assert!(error("increase_ci_cache_key_files_limit").is_none());
    let (message, help, at) = error("increase_ci_cache_key_file_limit").unwrap();
    assert!(message.contains("no feature flag"), "{message}");
    assert_eq!(help, "did you mean `increase_ci_cache_key_files_limit`?");
    assert_eq!(at, [21]);
    assert!(error("ci_other").unwrap().1.contains("there is `increase_ci"));
}
