use super::locate::Base;
use crate::model::gitlab::job::PathRule;
use crate::model::gitlab::presence::{
    Cause, Ground, Truth, changes, condition, exists_beside, together,
};
use crate::model::gitlab::validate::include_rule;
use crate::model::gitlab::{Problem, Settings, Value};
use crate::model::{Files, Origin};

/// Whether an include takes place that stands in a file of this place.
pub(super) fn applies(
    rules: &Value<'_>,
    (files, base): (&dyn Files, &Base),
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Truth {
    let unknown = || Truth::Open(vec![Cause::Configuration]);
    let mut refuse = |at: &Origin, message: String| {
        problems.push(Problem::new("invalid-include", at, message));
    };
    let Some(items) = rules.as_seq() else {
        if !rules.is_unknown() {
            refuse(&rules.origin, "include:rules config should be a array".to_owned());
        }
        return unknown();
    };
    if items.is_empty() {
        refuse(&rules.origin, "include:rules config can't be blank".to_owned());
        return unknown();
    }
    // The first rule that holds decides; one that may hold leaves it open, unless all others say the same.
    let mut decided = None;
    let (mut open, mut perhaps) = (Vec::new(), Vec::new());
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
        if decided.is_some() {
            continue;
        }
        let included = rule.given("when").and_then(Value::as_str) != Some("never");
        match holds(rule, (files, base), settings) {
            Truth::Yes => decided = Some(included),
            Truth::No => {}
            Truth::Open(causes) => {
                open = together(open, causes);
                perhaps.push(included);
            }
        }
    }
    let last = decided.unwrap_or(false);
    if perhaps.iter().all(|included| *included == last) {
        return if last { Truth::Yes } else { Truth::No };
    }
    Truth::Open(open)
}

/// Whether all that a rule asks for holds.
fn holds(rule: &Value<'_>, (files, base): (&dyn Files, &Base), settings: &Settings) -> Truth {
    let known = |name: &str| settings.known(name);
    let ground = Ground { event: settings.event.as_ref(), settings, files, known: &known };
    let part = |key| rule.given(key);
    let mut truth = part("if").map_or(Truth::Yes, |value| condition(value, &known));
    if let Some(value) = part("exists").filter(|_| truth != Truth::No) {
        truth = truth.and(exists_beside(base, &PathRule::new(value), &ground));
    }
    if let Some(value) = part("changes").filter(|_| truth != Truth::No) {
        truth = truth.and(changes(&PathRule::new(value), &ground));
    }
    truth
}
