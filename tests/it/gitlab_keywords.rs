//! The table of keywords: complete, and what is checked by it follows the version of the server.

use std::process::Command;

use pipespec::engine::{CheckOptions, Project, analyze};
use pipespec::model::gitlab::{Keyword, Place, conflicts, keyword, keywords, places};
use pipespec::rule::Family;
use pipespec::rules::catalog;

/// All keywords with their paths.
fn all() -> Vec<(String, &'static Keyword)> {
    fn add(keyword: &'static Keyword, path: String, all: &mut Vec<(String, &'static Keyword)>) {
        if path.split(':').count() < 7 {
            for child in keyword.children() {
                add(child, format!("{path}:{}", child.name), all);
            }
        }
        all.push((path, keyword));
    }
    let mut all = Vec::new();
    for place in Place::ALL {
        for keyword in keywords(place) {
            add(keyword, keyword.name.to_owned(), &mut all);
        }
    }
    all
}

#[test]
fn every_keyword_says_what_it_is() {
    for (path, keyword) in all() {
        let summary = keyword.summary;
        assert!(summary.ends_with('.') && summary.len() > 6, "{path}: {summary}");
        assert!(
            summary.starts_with(|ch: char| ch.is_uppercase() || ch == '`'),
            "{path}: {summary}"
        );
        assert!(!keyword.shape().is_empty(), "{path}");
        for (word, _) in keyword.newer_words {
            assert!(keyword.words().contains(word), "{path}: {word}");
        }
    }
    for place in Place::ALL {
        let mut names: Vec<&str> = keywords(place).iter().map(|it| it.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{place:?} has a keyword twice");
    }
}

#[test]
fn keywords_are_found_by_their_way() {
    let files = keyword(Place::Job, &["cache", "key", "files"]).unwrap();
    assert_eq!(files.name, "files");
    let when = keyword(Place::Job, &["rules", "when"]).unwrap();
    assert!(when.words().contains(&"never"));
    assert!(keyword(Place::TriggerJob, &["script"]).is_none());
    assert_eq!(conflicts(Place::Job, &["rules"]), ["only", "except", "start_in"]);
    assert_eq!(conflicts(Place::Job, &["artifacts", "access"]), ["public"]);
    assert_eq!(places("image"), [Place::Global, Place::Default, Place::Job]);
    assert!(keyword(Place::Job, &["secrets", "vault", "engine"]).is_some());
    assert!(keyword(Place::Job, &["retry", "when"]).unwrap().words().contains(&"api_failure"));
}

/// Rules that report with GitLab of this version.
fn rules(version: &str, text: &str) -> Vec<String> {
    let files = vec![
        (".gitlab-ci.yml".to_owned(), text.to_owned()),
        ("pipespec.yaml".to_owned(), format!("gitlab: {version}\n")),
    ];
    let catalog = catalog();
    let project = Project::in_memory(files, CheckOptions::default()).unwrap();
    let report = analyze(&project, &catalog);
    let mut rules: Vec<String> = report
        .findings
        .iter()
        .map(|it| catalog.get(it.rule).id.to_string())
        .filter(|id| {
            [
                "unsupported-keyword",
                "too-many-key-files",
                "too-many-needs",
                "missing-input",
                "unheeded-path-regexp",
                "invalid-keyword-value",
                "invalid-spec-header",
                "invalid-rules-expression",
            ]
            .contains(&id.as_str())
        })
        .collect();
    rules.dedup();
    rules
}

#[test]
fn what_is_newer_than_the_server_is_told() {
    for (text, since, before) in [
        ("job: {script: x, inputs: {a: {default: b}}}", "18.10", "18.9"),
        ("job: {script: x, manual_confirmation: sure?}", "17.1", "17.0"),
        ("job: {script: x, hooks: {pre_get_sources_script: [y]}}", "15.6", "15.5"),
        ("job: {script: x, artifacts: {paths: [a], access: maintainer}}", "18.4", "18.3"),
        ("job: {trigger: {project: g/p, strategy: mirror}}", "18.2", "18.1"),
        ("job: {trigger: {project: g/p, inputs: {a: b}}}", "17.11", "17.10"),
        ("job: {script: x, rules: [{changes: {paths: [a]}}]}", "15.2", "15.1"),
        ("job: {script: x, rules: [{if: $A, interruptible: true}]}", "16.10", "16.9"),
        ("job: {script: x, id_tokens: {T: {aud: a}}}", "15.7", "15.6"),
        ("default: {id_tokens: {T: {aud: a}}}\njob: {script: x}", "16.4", "16.3"),
        ("job: {trigger: g/p, interruptible: true}", "16.8", "16.7"),
        ("job: {script: x, retry: {when: runner_interrupted}}", "19.1", "19.0"),
        ("job: {script: x, retry: {when: [always, runner_interrupted]}}", "19.1", "19.0"),
        ("job: {script: x, rules: [{changes: {regexp: abc}}]}", "19.2", "19.1"),
        (
            "a: {stage: build, script: x, parallel: {matrix: [{P: [b]}]}}\n\
             job: {script: x, parallel: {matrix: [{P: [b]}]}, needs: ['a: [$[[ matrix.P ]]]']}",
            "18.6",
            "18.5",
        ),
    ] {
        let flags = "features: [ci_rules_regexp]";
        let newer = rules(&format!("{{version: '{since}', {flags}}}"), text);
        assert!(newer.is_empty(), "{since}: {text}");
        let told = rules(&format!("{{version: '{before}'}}"), text);
        assert_eq!(told, ["unsupported-keyword"], "{before}: {text}");
    }
}

#[test]
fn rules_of_inputs_need_a_server_that_knows_them() {
    let text = "spec: {inputs: {a: {default: b}, c: {rules: [{if: '$[[ inputs.a ]] == \"b\"', default: d}]}}}\n\
                ---\njob: {script: x}";
    assert!(rules("{version: '18.7'}", text).is_empty());
    assert_eq!(rules("{version: '18.6'}", text), ["invalid-spec-header"]);
}

#[test]
fn regular_expressions_for_paths_need_their_flag() {
    for clause in ["changes", "exists"] {
        let text = format!(
            ".t: {{rules: [{{{clause}: {{regexp: abc}}}}]}}\na: {{extends: .t, script: x}}\nb: {{extends: .t, script: x}}"
        );
        assert_eq!(rules("{}", &text), ["unheeded-path-regexp"]);
        assert_eq!(rules("{version: '19.3'}", &text), ["unheeded-path-regexp"]);
        assert!(rules("{version: '19.3', features: [ci_rules_regexp]}", &text).is_empty());
    }
}

#[test]
fn null_is_taken_for_every_keyword() {
    let catalog = catalog();
    let refused = |text: String| {
        let files = vec![(".gitlab-ci.yml".to_owned(), text)];
        let project = Project::in_memory(files, CheckOptions::default()).unwrap();
        let report = analyze(&project, &catalog);
        let of_gitlab =
            report.findings.iter().filter(|it| catalog.get(it.rule).family == Family::Gitlab);
        of_gitlab.map(|it| it.message.clone()).collect::<Vec<_>>()
    };
    // A job has one of these, and null beside it counts as the other one.
    let kinds = ["script", "run", "trigger"];
    for place in Place::ALL {
        for keyword in keywords(place).iter().filter(|it| !kinds.contains(&it.name)) {
            let name = keyword.name;
            let text = match place {
                Place::Global => format!("{name}:\njob: {{script: x}}\n"),
                Place::Default => format!("default: {{{name}: }}\njob: {{script: x}}\n"),
                Place::Job => format!("job: {{script: x, {name}: }}\n"),
                Place::TriggerJob => format!("job: {{trigger: g/p, {name}: }}\n"),
                Place::Header => format!("{name}:\n---\njob: {{script: x}}\n"),
            };
            let found = refused(text);
            assert!(found.is_empty(), "{place:?} {name}: {found:?}");
        }
    }
}

#[test]
fn newer_parts_of_expressions_need_a_server_that_is_known_to_read_them() {
    let refused = |gitlab: &str, condition: &str| {
        let text = format!("job: {{script: x, rules: [{{if: '{condition}'}}]}}");
        rules(gitlab, &text).contains(&"invalid-rules-expression".to_owned())
    };
    for condition in ["!$A", "!($A == \"b\") && $C =~ /a!b|true/", "true && !$A"] {
        assert!(refused("{}", condition), "{condition}");
        assert!(refused("{version: '18.10'}", condition), "{condition}");
        assert!(!refused("{version: '18.11'}", condition), "{condition}");
    }
    // Some version between these two brought the words, and nobody knows which.
    for condition in ["$A == true", "false || $A"] {
        assert!(refused("{}", condition), "{condition}");
        assert!(refused("{version: '18.3'}", condition), "{condition}");
        assert!(!refused("{version: '18.4'}", condition), "{condition}");
        assert!(!refused("{version: '18.11'}", condition), "{condition}");
    }
    assert!(refused("{version: '19.0'}", "$A == truth"));
    assert!(refused("{version: '19.0'}", "$A == !"));
}

#[test]
fn a_tier_may_be_a_variable_since_it_is_filled_in() {
    let text = "job: {script: x, environment: {name: a, deployment_tier: $TIER}}";
    assert!(rules("{}", text).is_empty());
    assert!(rules("{version: '18.5'}", text).is_empty());
    assert_eq!(rules("{version: '18.4'}", text), ["invalid-keyword-value"]);
}

/// What GitLab's documentation says of when keywords came; where it says nothing, the version is unknown.
const HISTORY: [(Place, &str, &str); 56] = {
    use Place::{Default, Global, Job, TriggerJob};
    [
        (Default, "id_tokens", "16.4"),
        (Default, "hooks", "15.6"),
        (Default, "identity", "16.9"),
        (Global, "workflow:name", "15.5"),
        (Global, "workflow:auto_cancel", "16.8"),
        (Global, "workflow:auto_cancel:on_job_failure", "16.10"),
        (Global, "workflow:rules:auto_cancel", "16.8"),
        (Global, "variables:expand", "15.7"),
        (Global, "variables:options", "15.7"),
        (Job, "artifacts:access", "16.11"),
        (Job, "artifacts:reports:annotations", "16.3"),
        (Job, "artifacts:reports:cyclonedx", "15.3"),
        (Job, "artifacts:reports:repository_xray", "unknown"),
        (Job, "artifacts:reports:sarif", "18.11"),
        (Job, "cache:fallback_keys", "unknown"),
        (Job, "cache:key:files_commits", "unknown"),
        (Job, "cache:unprotect", "15.8"),
        (Job, "environment:kubernetes:agent", "17.6"),
        (Job, "environment:kubernetes:flux_resource_path", "17.7"),
        (Job, "environment:kubernetes:managed_resources", "unknown"),
        (Job, "environment:kubernetes:dashboard", "18.4"),
        (Job, "hooks", "15.6"),
        (Job, "id_tokens", "15.7"),
        (Job, "image:docker", "16.7"),
        (Job, "image:docker:user", "16.8"),
        (Job, "image:kubernetes", "18.0"),
        (Job, "image:pull_policy", "15.1"),
        (Job, "inputs", "18.10"),
        (Job, "manual_confirmation", "17.1"),
        (Job, "needs:parallel", "16.3"),
        (Job, "pages:expire_in", "17.4"),
        (Job, "pages:path_prefix", "16.7"),
        (Job, "pages:publish", "17.9"),
        (Job, "publish", "16.1"),
        (Job, "release:tag_message", "15.3"),
        (Job, "retry:exit_codes", "16.10"),
        (Job, "rules:changes:compare_to", "15.3"),
        (Job, "rules:changes:paths", "15.2"),
        (Job, "rules:changes:regexp", "19.2"),
        (Job, "rules:exists:paths", "16.11"),
        (Job, "rules:exists:project", "16.11"),
        (Job, "rules:interruptible", "16.10"),
        (Job, "rules:needs", "16.0"),
        (Job, "run", "17.3"),
        (Job, "run:func", "unknown"),
        (Job, "secrets:akeyless", "17.4"),
        (Job, "secrets:aws_secrets_manager", "unknown"),
        (Job, "secrets:azure_key_vault", "16.3"),
        (Job, "secrets:gcp_secret_manager", "16.8"),
        (Job, "secrets:gitlab_secrets_manager", "unknown"),
        (Job, "secrets:token", "15.8"),
        (TriggerJob, "interruptible", "16.8"),
        (TriggerJob, "trigger:include:cache", "18.9"),
        (TriggerJob, "trigger:include:component", "16.0"),
        (TriggerJob, "trigger:include:integrity", "17.9"),
        (TriggerJob, "trigger:inputs", "17.11"),
    ]
};

#[test]
fn keywords_came_with_the_version_that_the_documentation_names() {
    for (place, path, since) in HISTORY {
        let way: Vec<&str> = path.split(':').collect();
        let found = keyword(place, &way).unwrap_or_else(|| panic!("{path}"));
        let here = match (found.undated, found.since) {
            (true, None) => "unknown".to_owned(),
            (false, Some(version)) => version.to_string(),
            other => panic!("{path}: {other:?}"),
        };
        assert_eq!(here, since, "{path}");
    }
}

#[test]
fn what_came_at_an_unknown_time_is_left_alone() {
    let text =
        "job: {script: x, cache: {key: {files_commits: [a]}, paths: [b], fallback_keys: [c]}}";
    assert!(rules("{version: '15.0'}", text).is_empty());
    assert!(pipespec(&["keywords", "cache:fallback_keys"]).0.contains("since      unknown"));
}

#[test]
fn null_is_no_user_of_a_container() {
    for (options, refused) in [
        ("docker: {user: null}", true),
        ("docker: {platform: }", true),
        ("kubernetes: {user: ~}", true),
        ("docker: {user: me}", false),
        ("docker: ", false),
    ] {
        let image = format!("job: {{script: x, image: {{name: a, {options}}}}}");
        let service = format!("job: {{script: x, services: [{{name: a:1, {options}}}]}}");
        for text in [image, service] {
            let found = rules("{}", &text).contains(&"invalid-keyword-value".to_owned());
            assert_eq!(found, refused, "{text}");
        }
    }
}

#[test]
fn the_limit_of_key_files_follows_version_and_flag() {
    let files = |count: usize| {
        let files = vec!["a"; count].join(", ");
        format!("job: {{script: x, cache: {{key: {{files: [{files}]}}, paths: [p]}}}}")
    };
    let flag = "features: [increase_ci_cache_key_files_limit]";
    assert!(rules("{}", &files(2)).is_empty());
    assert_eq!(rules("{}", &files(3)), ["too-many-key-files"]);
    assert_eq!(rules("{version: '18.6'}", &files(3)), ["invalid-keyword-value"]);
    assert!(rules(&format!("{{{flag}}}"), &files(10)).is_empty());
    assert_eq!(rules(&format!("{{{flag}}}"), &files(11)), ["invalid-keyword-value"]);
}

#[test]
fn the_limit_of_needs_follows_the_configuration() {
    let needs = |count: usize, limit: &str| {
        let jobs: String = (0..count).map(|at| format!("j{at}: {{script: x}}\n")).collect();
        let names: Vec<String> = (0..count).map(|at| format!("j{at}")).collect();
        let text = format!("{jobs}last: {{script: x, needs: [{}]}}", names.join(", "));
        rules(limit, &text).contains(&"too-many-needs".to_owned())
    };
    assert!(!needs(50, "{}"));
    assert!(needs(51, "{}"));
    assert!(!needs(51, "{limits: {needs: 51}}"));
    assert!(needs(2, "{limits: {needs: 1}}"));
}

fn pipespec(args: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_pipespec")).args(args).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn keywords_are_printed() {
    let (list, code) = pipespec(&["keywords"]);
    assert_eq!(code, Some(0));
    assert!(list.lines().any(|line| line.starts_with("cache:key:files ")), "{list}");
    let (page, _) = pipespec(&["keywords", "manual_confirmation"]);
    assert!(page.contains("since") && page.contains("17.1"), "{page}");
    let (json, _) = pipespec(&["keywords", "retry", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["path"], "retry");
    assert_eq!(json[0]["inherited"], true);
    assert_eq!(pipespec(&["keywords", "nonsense"]).1, Some(2));
}
