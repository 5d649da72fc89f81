use crate::model::gitlab::condition::{self, Known};
use crate::model::gitlab::validate::include_rule;
use crate::model::gitlab::{Problem, Settings, Value, glob};
use crate::model::{Files, Origin};
use crate::syntax::expression::parse;

/// Whether an include takes place; nothing if that cannot be judged offline.
pub(super) fn applies(
    rules: &Value<'_>,
    files: &dyn Files,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Option<bool> {
    let mut refuse = |at: &Origin, message: String| {
        problems.push(Problem::new("invalid-include", at, message));
    };
    let Some(items) = rules.as_seq() else {
        if !rules.is_unknown() {
            refuse(&rules.origin, "include:rules config should be a array".to_owned());
        }
        return None;
    };
    if items.is_empty() {
        refuse(&rules.origin, "include:rules config can't be blank".to_owned());
        return None;
    }
    let mut verdict: Option<Option<bool>> = None;
    for rule in rules.flat(u32::MAX) {
        if rule.as_map().is_none() {
            if !rule.is_unknown() {
                refuse(&rule.origin, "include:rules should be an array of hashes".to_owned());
            }
            continue;
        }
        for problem in include_rule(rule, settings) {
            refuse(&problem.at, problem.message.replace('`', ""));
        }
        if verdict.is_some() {
            continue;
        }
        let included = rule.given("when").and_then(Value::as_str) != Some("never");
        match holds(rule, files, settings) {
            Some(true) => verdict = Some(Some(included)),
            Some(false) => {}
            None => verdict = Some(None),
        }
    }
    verdict.unwrap_or(Some(false))
}

fn known(name: &str, settings: &Settings) -> Known {
    match settings.variable(name) {
        Some(value) => Known::Set(value.to_owned()),
        None if settings.unset.iter().any(|it| it == name) => Known::Unset,
        None => Known::Unknown,
    }
}

/// The variables that would have to be known to decide the rules.
pub(super) fn open_variables(rules: &Value<'_>, settings: &Settings) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for rule in rules.flat(u32::MAX) {
        let Some(text) = rule.given("if").and_then(Value::as_str) else { continue };
        for name in condition::open_variables(&parse(text), &|name| known(name, settings)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Whether all that a rule asks for holds; nothing if that is not known.
fn holds(rule: &Value<'_>, files: &dyn Files, settings: &Settings) -> Option<bool> {
    let condition = match rule.given("if") {
        None => Some(true),
        Some(value) => value
            .as_str()
            .and_then(|text| condition::holds(&parse(text), &|name| known(name, settings))),
    };
    let exists = match rule.given("exists") {
        None => Some(true),
        Some(value) => exists(value, files),
    };
    let changes = if rule.given("changes").is_some() { None } else { Some(true) };
    let all = [condition, exists, changes];
    if all.contains(&Some(false)) {
        return Some(false);
    }
    all.iter().all(Option::is_some).then_some(true)
}

/// Whether one of the files is there; nothing if another project is asked or variables decide.
fn exists(value: &Value<'_>, files: &dyn Files) -> Option<bool> {
    if value.given("project").is_some() {
        return None;
    }
    let globs = value.get("paths").unwrap_or(value);
    let mut unknown = false;
    for glob in globs.one_or_more() {
        match glob.as_str() {
            Some(text) if !text.contains('$') => {
                if files.paths().iter().any(|path| glob::matches(text, path)) {
                    return Some(true);
                }
            }
            _ => unknown = true,
        }
    }
    (!unknown).then_some(false)
}
