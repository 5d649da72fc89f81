//! Rules without Rust: predicates in CEL over subjects of the model.
//!
//! The front matter names the subject (`for`), narrows it (`when`), says what must hold (`assert`), where
//! to point (`at`) and what to say (`message`, `help`; `{…}` in them is CEL). A predicate that cannot be evaluated,
//! because a value is not known or not there, accuses nobody.

mod subject;

use cel::{Context, Program, Value};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use self::subject::{Subject, subjects};
use super::{Bound, Cx, Judgement};
use crate::syntax::yaml::de;

pub use self::subject::SUBJECTS;

/// The predicates of a rule.
#[derive(Debug, Deserialize)]
struct Predicates {
    #[serde(rename = "for")]
    subject: String,
    when: Option<String>,
    assert: String,
    at: Option<String>,
    message: String,
    help: Option<String>,
}

impl Predicates {
    /// The subjects to judge.
    fn subjects(&self, cx: &Cx<'_, '_>) -> Vec<Subject> {
        let texts =
            [Some(&self.assert), Some(&self.message), self.when.as_ref(), self.help.as_ref()];
        let with_pipeline = texts.into_iter().flatten().any(|text| text.contains("pipeline"));
        subjects(&self.subject, cx.facts, with_pipeline)
    }
}

/// Predicates that are compiled.
struct Compiled {
    predicates: Predicates,
    when: Option<Program>,
    assert: Program,
}

/// Why the predicates of a rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PredicateError(String);

fn read(front: &str) -> Result<Predicates, PredicateError> {
    let predicates: Predicates =
        de::from_str(front).map_err(|error| PredicateError(error.to_string()))?;
    if !SUBJECTS.iter().any(|(name, _)| *name == predicates.subject) {
        let known: Vec<&str> = SUBJECTS.iter().map(|(name, _)| *name).collect();
        let message =
            format!("there is no subject `{}`; there are {}", predicates.subject, known.join(", "));
        return Err(PredicateError(message));
    }
    Ok(predicates)
}

fn compile(predicates: Predicates) -> Result<Compiled, PredicateError> {
    let program = |text: &str| {
        Program::compile(text)
            .map_err(|error| PredicateError(format!("`{text}` is no CEL: {error}")))
    };
    let when = predicates.when.as_deref().map(program).transpose()?;
    let assert = program(&predicates.assert)?;
    Ok(Compiled { when, assert, predicates })
}

/// Whether the predicates of a front matter can be used.
///
/// # Errors
/// Says what is wrong with them.
pub fn check_predicates(front: &str) -> Result<(), PredicateError> {
    read(front).and_then(compile).map(|_| ())
}

/// Runs a rule of predicates over all its subjects.
pub fn run_cel(front: &str, cx: &mut Cx<'_, '_>) {
    // Built-in predicates are checked by a test, those of packs when they are read.
    let Ok(predicates) = read(front) else { return };
    let subjects = predicates.subjects(cx);
    // Reading CEL costs more than judging a small file.
    if !subjects.is_empty()
        && let Ok(compiled) = compile(predicates)
    {
        judge(&compiled, &subjects, None, cx);
    }
}

/// Judges a clause by predicates; `clause.<parameter>` is what the binding read.
pub fn run_cel_clause(front: &str, bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let compiled = match read(front).and_then(compile) {
        Ok(compiled) => compiled,
        Err(error) => return Judgement::Unknown(error.to_string()),
    };
    let mut clause = Map::new();
    for param in &bound.params.all {
        let value = match param.number.and_then(serde_json::Number::from_f64) {
            Some(number) => Json::Number(number),
            None => Json::String(param.text.clone()),
        };
        clause.insert(param.name.clone(), value);
    }
    let roles = bound.roles();
    let missing = roles.iter().find(|role| cx.facts.jobs_in_role(role).is_empty());
    if let Some(role) = missing {
        return Judgement::Unknown(cx.facts.missing_role(role));
    }
    let subjects = compiled.predicates.subjects(cx);
    match judge(&compiled, &subjects, Some(&Json::Object(clause)), cx) {
        (0, 0) => {
            Judgement::Unknown(format!("there is no {} to judge", compiled.predicates.subject))
        }
        (_, 0) => Judgement::Proven,
        _ => Judgement::Violated,
    }
}

/// How many subjects were judged, and how many of them were found fault with.
fn judge(
    compiled: &Compiled,
    subjects: &[Subject],
    clause: Option<&Json>,
    cx: &mut Cx<'_, '_>,
) -> (usize, usize) {
    let predicates = &compiled.predicates;
    let (mut judged, mut wrong) = (0, 0);
    // One place that several jobs take over is told once, but for clauses, which name their jobs.
    let mut told = Vec::new();
    for subject in subjects {
        let mut context = Context::default();
        for (name, value) in &subject.variables {
            if context.add_variable(*name, value).is_err() {
                continue;
            }
        }
        if let Some(clause) = clause
            && context.add_variable("clause", clause).is_err()
        {
            continue;
        }
        let holds = |program: &Program| match program.execute(&context) {
            Ok(Value::Bool(value)) => Some(value),
            _ => None,
        };
        if compiled.when.as_ref().is_some_and(|when| holds(when) != Some(true)) {
            continue;
        }
        match holds(&compiled.assert) {
            Some(true) => judged += 1,
            Some(false) => {
                judged += 1;
                wrong += 1;
                let at = place(predicates, subject).at;
                if clause.is_some() || !told.contains(&at) {
                    told.push(at);
                    report(predicates, subject, &context, cx);
                }
            }
            None => {}
        }
    }
    (judged, wrong)
}

/// Where a finding about a subject points: the field that the rule names, or the subject.
fn place<'s>(predicates: &Predicates, subject: &'s Subject) -> &'s crate::model::Origin {
    let named =
        predicates.at.as_ref().and_then(|at| subject.fields.iter().find(|(name, _)| name == at));
    named.map_or(&subject.origin, |(_, origin)| origin)
}

fn report(
    predicates: &Predicates,
    subject: &Subject,
    context: &Context<'_, '_>,
    cx: &mut Cx<'_, '_>,
) {
    let named =
        predicates.at.as_ref().and_then(|at| subject.fields.iter().find(|(name, _)| name == at));
    let origin = named.map_or(&subject.origin, |(_, origin)| origin);
    let message = fill(&predicates.message, context);
    let help = predicates.help.as_ref().map(|help| fill(help, context));
    let report = cx.report(origin, message).symbol(subject.symbol.clone());
    if let Some(help) = help {
        report.help(help);
    }
}

/// Fills `{expression}` in a text.
fn fill(text: &str, context: &Context<'_, '_>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('{') {
        let Some((expression, after)) = tail.split_once('}') else { break };
        out.push_str(head);
        let value =
            Program::compile(expression).ok().and_then(|program| program.execute(context).ok());
        match value {
            Some(Value::String(text)) => out.push_str(&text),
            Some(Value::Int(number)) => out.push_str(&number.to_string()),
            Some(Value::Float(number)) => out.push_str(&number.to_string()),
            Some(Value::Bool(value)) => out.push_str(if value { "true" } else { "false" }),
            _ => out.push('?'),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
