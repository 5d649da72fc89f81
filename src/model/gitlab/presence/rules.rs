use super::paths::{changes, exists};
use super::scope::Scope;
use super::truth::together;
use super::{Cause, Decider, Possibility, Truth, Verdict, When};
use crate::model::gitlab::condition::{self, Known, open_variables};
use crate::model::gitlab::{Job, Rule, Value};
use crate::syntax::expression::parse;

/// How deep lists of rules may nest.
const LEVELS: u32 = 10;

/// What a list of rules comes to: the first that matches decides. `without` is the `when` of a rule
/// that has none.
pub(super) fn first_match<'p>(
    value: &Value<'p>,
    rules: &[Rule<'p>],
    (without, allowed): (When, Option<bool>),
    scope: &Scope<'_, 'p>,
) -> Verdict<'p> {
    let mut ways = Vec::new();
    // What left the rules above open: only if none of them matches, a later one is reached.
    let mut open: Vec<Cause> = Vec::new();
    for (index, item) in value.flat(LEVELS).into_iter().enumerate() {
        let rule = rules.iter().find(|rule| rule.index == index);
        let truth = rule.map_or(Truth::Open(vec![Cause::Configuration]), |it| holds(it, scope));
        let causes = match truth {
            Truth::No => continue,
            Truth::Yes => Vec::new(),
            Truth::Open(causes) => causes,
        };
        let certain = causes.is_empty();
        open = together(open, causes);
        let (decider, when, allow_failure) = match rule {
            Some(rule) => {
                let when = rule.when.as_ref().map_or(without, |it| When::of(Some(it)));
                (Decider::Rule(Box::new(rule.clone())), when, allows(rule, allowed))
            }
            None => (Decider::UnknownRule(item.at()), When::Unknown, None),
        };
        let mut way = Possibility { decider, when, allow_failure, open: open.clone() };
        if when == When::Unknown {
            // It may say that the job is left out.
            way.open = together(way.open, vec![Cause::Configuration]);
            ways.push(Possibility { when: When::Never, ..way.clone() });
        }
        ways.push(way);
        if certain {
            return Verdict { ways };
        }
    }
    let decider = Decider::NoRule(value.at());
    ways.push(Possibility { decider, when: When::Never, allow_failure: None, open });
    Verdict { ways }
}

/// Whether everything that a rule asks for holds.
pub(super) fn holds(rule: &Rule<'_>, scope: &Scope<'_, '_>) -> Truth {
    let known = |name: &str| scope.known(name);
    let ground = scope.ground(&known);
    let mut truth = rule.condition.as_ref().map_or(Truth::Yes, |it| condition(it, &known));
    if let Some(rule) = rule.exists.as_ref().filter(|_| truth != Truth::No) {
        truth = truth.and(exists(rule, &ground));
    }
    if let Some(rule) = rule.changes.as_ref().filter(|_| truth != Truth::No) {
        truth = truth.and(changes(rule, &ground));
    }
    truth
}

/// Whether a condition holds.
pub(in crate::model::gitlab) fn condition(
    value: &Value<'_>,
    known: &dyn Fn(&str) -> Known,
) -> Truth {
    let Some(text) = value.as_str() else { return Truth::Open(vec![Cause::Configuration]) };
    let condition = parse(text);
    match condition::holds(&condition, known) {
        Some(true) => Truth::Yes,
        Some(false) => Truth::No,
        None => {
            let names = open_variables(&condition, known);
            let causes: Vec<Cause> = names.into_iter().map(Cause::Variable).collect();
            Truth::Open(if causes.is_empty() { vec![Cause::Configuration] } else { causes })
        }
    }
}

/// Whether a job of this rule may fail.
fn allows(rule: &Rule<'_>, allowed: Option<bool>) -> Option<bool> {
    rule.allow_failure.as_deref().map_or(allowed, Value::as_bool)
}

/// Whether a job may fail where no rule says otherwise; nothing if that is not known.
pub(super) fn may_fail(job: &Job<'_>) -> Option<bool> {
    match job.get("allow_failure") {
        Some(value) if value.as_bool().is_some() => value.as_bool(),
        // Only with these exit codes.
        Some(value) if value.as_map().is_some() => Some(false),
        Some(_) => None,
        None if job.is_partial() => None,
        None => Some(job.when() == "manual"),
    }
}
