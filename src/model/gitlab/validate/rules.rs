//! `rules` of jobs, of `workflow`, and the conditions in them

use super::findings::Findings;
use super::keyword::{Expands, KeyPath, Keyword, Table, key, map};
use super::kind::{By, Kind, check};
use super::words::{WEEK, text};
use crate::model::StepKind;
use crate::model::gitlab::ruby_regexp::fault as ruby_fault;
use crate::model::gitlab::{
    PATH_REGEXP_FLAG, Problem, Value, ValueKind, Version, condition as conditions,
};
use crate::syntax::expression;

pub(super) const CONDITION: Kind =
    Kind::By(By { check: condition, shape: "an expression, such as `$A == \"b\"`", table: None });

const PATHS: Kind = Kind::Strings(0, 50);
/// The version that brought regular expressions for paths.
const REGEXPS: Version = Version::new(19, 2);
const REGEXP: Kind = Kind::By(By {
    check: regexp,
    shape: "a Ruby regular expression of at most 255 characters",
    table: None,
});

static CHANGES: Table = Table::of(&[
    key("paths", PATHS, "Globs of files; one that was changed is enough.")
        .since(15, 2)
        .on(Expands::Server),
    key("compare_to", text(), "The branch, tag or commit that the files are compared with.")
        .since(15, 3)
        .on(Expands::Server),
    key("regexp", REGEXP, "A Ruby regular expression for files, instead of `paths`.").since(19, 2),
])
.excludes(&[&["paths", "regexp"]]);

static EXISTS: Table = Table::of(&[
    key("paths", PATHS, "Globs of files; one that is there is enough.")
        .since(16, 11)
        .on(Expands::Server),
    key("project", text(), "The project that is looked into.").since(16, 11).on(Expands::Server),
    key("ref", text(), "The branch, tag or commit of that project.")
        .since(16, 11)
        .on(Expands::Server),
    key("regexp", REGEXP, "A Ruby regular expression for files, instead of `paths`.").since(19, 2),
])
.excludes(&[&["paths", "regexp"]]);

const CHANGES_KIND: Kind = Kind::By(By {
    check: changes,
    shape: "a list of at most 50 globs, or a mapping with `paths`",
    table: Some(&CHANGES),
});
const EXISTS_KIND: Kind = Kind::By(By {
    check: |value, path, out| exists(value, 50, path, out),
    shape: "a list of at most 50 globs, or a mapping with `paths`",
    table: Some(&EXISTS),
});

const IF: Keyword = key("if", CONDITION, "The expression that must hold.").on(Expands::Server);
const CHANGES_KEY: Keyword =
    key("changes", CHANGES_KIND, "Files of which one must have been changed.").on(Expands::Server);
const EXISTS_KEY: Keyword =
    key("exists", EXISTS_KIND, "Files of which one must be in the repository.").on(Expands::Server);
const VARIABLES: Keyword =
    key("variables", super::variables::PLAIN, "Variables that are set if the rule matches.")
        .on(Expands::Server);
const START_IN: Keyword = key(
    "start_in",
    Kind::Duration { most: WEEK, never: false, variable: false },
    "How long a job with `when: delayed` waits.",
);
const ALLOW_FAILURE: Keyword =
    key("allow_failure", Kind::Bool, "Whether the pipeline goes on if the job fails.");
const NEEDS: Keyword =
    key("needs", super::needs::RULE_NEEDS, "The needs of the job if the rule matches.")
        .since(16, 0);

static RULE: Table = Table::of(&[
    IF,
    CHANGES_KEY,
    EXISTS_KEY,
    key(
        "when",
        Kind::Enum(&["on_success", "on_failure", "always", "never", "manual", "delayed"]),
        "When the job runs if the rule matches; `never` leaves it out.",
    ),
    START_IN,
    ALLOW_FAILURE,
    VARIABLES,
    NEEDS,
    key("interruptible", Kind::Bool, "Whether a newer pipeline may stop the job.").since(16, 10),
]);

static INCLUDE_RULE: Table = Table::of(&[
    IF,
    key(
        "exists",
        Kind::By(By {
            check: |value, path, out| exists(value, usize::MAX, path, out),
            shape: "a list of globs, or a mapping with `paths`",
            table: Some(&EXISTS),
        }),
        "Files of which one must be in the repository.",
    )
    .on(Expands::Server),
    CHANGES_KEY.since(16, 4),
    key(
        "when",
        Kind::Enum(&["always", "never"]),
        "Whether the file is included if the rule matches.",
    ),
]);

pub(super) const INCLUDE_RULES: Kind = Kind::List(&Kind::Map(&INCLUDE_RULE), usize::MAX);

/// Checks a rule of `include`.
pub(super) fn include_rule(rule: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if rule.as_map().is_some_and(|entries| entries.is_empty() && !entries.is_partial()) {
        out.wrong(rule, format!("`{path}` can't be blank"));
    }
    map(rule, &INCLUDE_RULE, path, out);
}

static AUTO_CANCEL: Table = Table::of(&[
    key(
        "on_new_commit",
        Kind::Enum(&["conservative", "interruptible", "none"]),
        "What a newer commit stops.",
    ),
    key("on_job_failure", Kind::Enum(&["none", "all"]), "What a job that fails stops.")
        .since(16, 10),
]);

static WORKFLOW_RULE: Table = Table::of(&[
    IF,
    CHANGES_KEY,
    EXISTS_KEY,
    key(
        "when",
        Kind::Enum(&["always", "never"]),
        "Whether there is a pipeline if the rule matches.",
    ),
    VARIABLES,
    key("auto_cancel", Kind::Map(&AUTO_CANCEL), "What stops running jobs if the rule matches.")
        .since(16, 8),
    // The server takes these three and does nothing with them.
    START_IN,
    ALLOW_FAILURE,
    NEEDS,
]);

static WORKFLOW: Table = Table::of(&[
    key(
        "rules",
        Kind::By(By {
            check: |value, path, out| rules(value, &WORKFLOW_RULE, path, out),
            shape: "a list of mappings that is not empty",
            table: Some(&WORKFLOW_RULE),
        }),
        "Which events make a pipeline; the first rule that matches decides.",
    ),
    key(
        "name",
        Kind::By(By {
            check: workflow_name,
            shape: "a string of at most 255 characters",
            table: None,
        }),
        "The name of the pipeline.",
    )
    .since(15, 5)
    .on(Expands::Server),
    key("auto_cancel", Kind::Map(&AUTO_CANCEL), "What stops running jobs.").since(16, 8),
]);
pub(super) const WORKFLOW_KIND: Kind = Kind::Map(&WORKFLOW);

pub(super) const JOB_RULES: Kind = Kind::By(By {
    check: |value, path, out| rules(value, &RULE, path, out),
    shape: "a list of mappings that is not empty",
    table: Some(&RULE),
});

/// The first version of which nobody knows that it refuses an empty name.
const EMPTY_NAME: Version = Version::new(18, 4);

/// The server looks at the length alone, so numbers pass.
fn workflow_name(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let length = match &value.kind {
        ValueKind::Seq(items) => items.len(),
        ValueKind::Map(entries) => entries.len(),
        _ => value.to_text().map_or(1, |text| text.chars().count()),
    };
    if length == 0 && out.stated.is_none_or(|it| it < EMPTY_NAME) {
        out.wrong(value, format!("`{path}` is too short (minimum is 1 character)"));
    } else if length > 255 {
        out.wrong(value, format!("`{path}` is too long (maximum is 255 characters)"));
    }
}

/// The version that brought `!`.
const NEGATION: Version = Version::new(18, 11);
/// The newest version that is known not to read `true` and `false`. They came before `!`, but nobody knows
/// with which version.
const WITHOUT_BOOLEANS: Version = Version::new(18, 3);

/// An expression of `rules:if`.
pub(super) fn condition(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let stated = out.stated;
    let Some(text) = value.as_str() else {
        let message =
            format!("`{path}` invalid expression syntax: {} is no expression", value.inspect());
        return out.push(Problem::new("invalid-rules-expression", &value.origin, message));
    };
    if out.is_right_condition(text) {
        return;
    }
    let expression = expression::parse(text);
    let mut refuse = |fault: &str, help: Option<&str>| {
        let message = format!("`{path}` invalid expression syntax: {fault}");
        let problem = Problem::new("invalid-rules-expression", &value.origin, message);
        out.push(match help {
            Some(help) => problem.help(help),
            None => problem,
        });
    };
    if let Some(fault) = conditions::fault(&expression) {
        return refuse(&fault.message, None);
    }
    let Some((_, part)) = conditions::recent_part(&expression) else {
        return out.note_right_condition(text);
    };
    // A boolean from an input is written for a server that reads it.
    let by_input = value.origin.steps().any(|step| matches!(step.kind, StepKind::Input(_)));
    let instead = match part {
        "!" => "compare with `!=`, `!~` or `== null`",
        "true" => "compare with the text `\"true\"`",
        _ => "compare with the text `\"false\"`",
    };
    let (reads, since) = match part {
        "!" => (stated.is_some_and(|it| it >= NEGATION), format!("since {NEGATION}")),
        _ => (
            stated.is_some_and(|it| it > WITHOUT_BOOLEANS),
            format!("in versions after {WITHOUT_BOOLEANS}"),
        ),
    };
    match stated {
        _ if reads => {}
        Some(version) => refuse(
            &format!("GitLab reads `{part}` here {since}, and the configuration names {version}"),
            Some(instead),
        ),
        None if by_input => {}
        None => refuse(
            &format!("GitLab reads `{part}` here {since}, and no version is stated"),
            Some(&format!("{instead}, or state the version of the server with `gitlab: version`")),
        ),
    }
}

fn regexp(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    check(value, &Kind::Str(0, 255), path, out);
    if let Some(fault) = value.as_str().and_then(ruby_fault) {
        return out.wrong(value, format!("`{path}` is invalid: {fault}"));
    }
    // An older server refuses the keyword itself.
    if !out.path_regexps && out.version >= REGEXPS && value.as_str().is_some() {
        let message = format!(
            "GitLab heeds `{path}` only where the feature flag `{PATH_REGEXP_FLAG}` is on, which it is not by default; elsewhere every path fits"
        );
        let problem = Problem::new("unheeded-path-regexp", &value.origin, message);
        out.push(
            problem.help(
                "use globs in `paths`, or name the flag under `gitlab: features` if it is on",
            ),
        );
    }
}

fn changes(value: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    let Some(entries) = value.as_map() else {
        if value.as_seq().is_none() {
            return out.wrong(value, format!("`{path}` should be an array or a hash"));
        }
        return check(value, &PATHS, path, out);
    };
    map(value, &CHANGES, path, out);
    if value.given("paths").is_none() && value.get("regexp").is_none() && !entries.is_partial() {
        out.wrong(value, format!("`{path}` missing required keys: paths"));
    }
}

fn exists(value: &Value<'_>, most: usize, path: KeyPath<'_>, out: &mut Findings) {
    if let Some(entries) = value.as_map().filter(|map| !map.is_empty()) {
        map(value, &EXISTS, path, out);
        let has = |name: &str| value.get(name).is_some() || entries.is_partial();
        if !has("paths") && !has("regexp") {
            out.wrong(value, format!("`{path}` missing required keys: paths"));
        }
        if value.given("ref").is_some() && !has("project") {
            out.wrong(value, format!("`{path}` missing required keys: project"));
        }
    } else if value.as_seq().is_some() {
        check(value, &Kind::Strings(0, most), path, out);
    } else if value.as_str().is_none() && !value.is_blank() {
        let message = format!("`{path}` should be a string, an array of strings, or a hash");
        out.wrong(value, message);
    }
}

/// How deep lists of rules may nest.
const LEVELS: u32 = 9;

fn rules(value: &Value<'_>, table: &'static Table, path: KeyPath<'_>, out: &mut Findings) {
    let not_rules = format!("`{path}` should be an array containing hashes and arrays of hashes");
    let Some(items) = value.as_seq() else { return out.wrong(value, not_rules) };
    if items.is_empty() {
        return out.wrong(value, format!("`{path}` can't be blank"));
    }
    for rule in value.flat(LEVELS).into_iter().filter(|rule| !rule.is_unknown()) {
        let Some(entries) = rule.as_map() else {
            let problem = Problem::new("invalid-keyword-value", &rule.origin, not_rules.clone());
            out.push(match rule.as_str() {
                Some(text) if text.contains('$') => {
                    problem.help(format!("put `if:` in front: `- if: {text}`"))
                }
                _ => problem,
            });
            continue;
        };
        let path = path.key("rule");
        if entries.is_empty() && !entries.is_partial() {
            out.wrong(rule, format!("`{path}` can't be blank"));
        }
        map(rule, table, path, out);
        delayed_rule(rule, path, out);
    }
}

/// `start_in` goes with `when: delayed`, and only with it.
fn delayed_rule(rule: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if rule.as_map().is_none_or(|map| map.is_partial()) {
        return;
    }
    let delayed = rule.given("when").and_then(Value::as_str) == Some("delayed");
    match (delayed, rule.get("start_in")) {
        (true, start) if start.is_none_or(Value::is_blank) => {
            let message =
                format!("`{path}` start in can't be blank: `when: delayed` needs a duration");
            out.wrong(rule.given("when").unwrap_or(rule), message);
        }
        (false, Some(start)) => {
            let message = format!(
                "`{path}` contains disallowed keys: start_in; it goes with `when: delayed`"
            );
            out.wrong(start, message);
        }
        _ => {}
    }
}

/// The same in a job.
pub(super) fn delayed_job(job: &Value<'_>, path: KeyPath<'_>, out: &mut Findings) {
    if job.as_map().is_none_or(|map| map.is_partial()) {
        return;
    }
    let delayed = job.given("when").and_then(Value::as_str) == Some("delayed");
    let start = job.given("start_in").filter(|start| !start.is_blank());
    match (delayed, start) {
        (true, None) => {
            let message =
                format!("`{path}` start in should be a duration: `when: delayed` needs it");
            out.wrong(job.given("when").unwrap_or(job), message);
        }
        // Beside `rules` it is told in other words.
        (false, Some(_)) if job.given("rules").is_some() => {}
        (false, Some(start)) => {
            let message = format!("`{path}` start in must be blank; it goes with `when: delayed`");
            out.wrong(start, message);
        }
        (true, Some(start)) if job.get("rules").is_some_and(Value::is_null) => {
            let message = format!("`{path}` start in must be blank beside `rules`");
            out.wrong(start, message);
        }
        _ => {}
    }
}
