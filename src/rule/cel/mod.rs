//! Rules without Rust: predicates in CEL over subjects of the model.
//!
//! The front matter names the subject (`for`), narrows it (`when`), says what must hold (`assert`), where
//! to point (`at`) and what to say (`message`, `help`; `{…}` in them is CEL). A predicate that cannot be evaluated,
//! because a value is not known or not there, accuses nobody.

mod cost;
mod names;
mod read;
mod subject;
mod table;

use cel::{Context, Program, Value};
use serde_json::{Map, Value as Json};

use self::cost::{Estimate, MAX_STEPS_OF_RULE};
use self::read::{Compiled, Part, Predicates, compile, read};
use self::subject::{Subject, subjects};
use super::{Bound, Cx, Judgement};

pub use self::read::{PredicateError, check_predicates};
pub use self::subject::undocumented_fields;
pub use self::table::{Field, FieldType, OBJECTS, Object, SUBJECTS, SubjectKind};

/// Runs a rule of predicates over all its subjects.
pub fn run_cel(front: &str, cx: &mut Cx<'_, '_>) {
    // Built-in predicates are checked by a test, those of packs when they are read.
    let Ok(predicates) = read(front) else { return };
    let subjects = subjects_of(&predicates, cx);
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
        Err(error) => return Judgement::Unknown(error.message),
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
    // A role of the spec is known here by the name that its job has.
    let names: Vec<Json> = roles.iter().map(|role| cx.facts.name_in_role(role).into()).collect();
    match (bound.params.get("job"), bound.params.get("jobs"), names.first()) {
        (Some(_), _, Some(name)) => drop(clause.insert("job".to_owned(), name.clone())),
        (_, Some(_), _) => drop(clause.insert("jobs".to_owned(), Json::Array(names))),
        _ => {}
    }
    let missing = roles.iter().find(|role| cx.facts.jobs_in_role(role).is_empty());
    if let Some(role) = missing {
        return Judgement::Unknown(cx.facts.missing_role(role));
    }
    let subjects = subjects_of(&compiled.predicates, cx);
    match judge(&compiled, &subjects, Some(&Json::Object(clause)), cx) {
        Outcome { wrong: 1.., .. } => Judgement::Violated,
        Outcome { costly: true, .. } => Judgement::Unknown(
            "to judge it on a configuration of this size takes too many steps".to_owned(),
        ),
        Outcome { judged: 0, .. } => {
            let subject = &compiled.predicates.subject.value;
            Judgement::Unknown(format!("there is no {subject} to judge"))
        }
        _ => Judgement::Proven,
    }
}

/// The subjects to judge.
fn subjects_of(predicates: &Predicates, cx: &Cx<'_, '_>) -> Vec<Subject> {
    let with_pipeline = predicates.texts().any(|text| text.value.contains("pipeline"));
    subjects(&predicates.subject.value, cx.facts, with_pipeline)
}

/// What came of the subjects of a rule.
#[derive(Default)]
struct Outcome {
    judged: usize,
    wrong: usize,
    /// Whether subjects were left out because they would take too long.
    costly: bool,
}

/// Judges the subjects one by one.
fn judge(
    compiled: &Compiled,
    subjects: &[Subject],
    clause: Option<&Json>,
    cx: &mut Cx<'_, '_>,
) -> Outcome {
    let predicates = &compiled.predicates;
    let mut outcome = Outcome::default();
    let mut steps = 0.0;
    let options = cx.options.to_json();
    // One place that several jobs take over is told once, but for clauses, which name their jobs.
    let mut told = Vec::new();
    for subject in subjects {
        let mut variables = subject.variables.clone();
        variables.extend(clause.map(|clause| ("clause", clause.clone())));
        variables.push(("options", options.clone()));
        let mut estimate = Estimate::new(&variables);
        steps += compiled.programs().map(|it| estimate.steps(it.expression())).sum::<f64>();
        if steps > MAX_STEPS_OF_RULE {
            outcome.costly = true;
            break;
        }
        let mut context = Context::default();
        let added =
            variables.iter().all(|(name, value)| context.add_variable(*name, value).is_ok());
        if !added {
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
            Some(true) => outcome.judged += 1,
            Some(false) => {
                outcome.judged += 1;
                outcome.wrong += 1;
                let at = place(predicates, subject).at;
                if clause.is_some() || !told.contains(&at) {
                    told.push(at);
                    report(compiled, subject, &context, cx);
                }
            }
            None => {}
        }
    }
    outcome
}

/// Where a finding about a subject points: the field that the rule names, or the subject.
fn place<'s>(predicates: &Predicates, subject: &'s Subject) -> &'s crate::model::Origin {
    let named = predicates
        .at
        .as_ref()
        .and_then(|at| subject.fields.iter().find(|(name, _)| *name == at.value));
    named.map_or(&subject.origin, |(_, origin)| origin)
}

fn report(compiled: &Compiled, subject: &Subject, context: &Context<'_, '_>, cx: &mut Cx<'_, '_>) {
    let origin = place(&compiled.predicates, subject);
    let message = fill(&compiled.message, context);
    let help = compiled.help.as_ref().map(|help| fill(help, context));
    let report = cx.report(origin, message).symbol(subject.symbol.clone());
    if let Some(help) = help {
        report.help(help);
    }
}

/// Fills the expressions of a text.
fn fill(text: &[Part], context: &Context<'_, '_>) -> String {
    let mut out = String::new();
    for part in text {
        let program = match part {
            Part::Text(text) => {
                out.push_str(text);
                continue;
            }
            Part::Expression(program) => program,
        };
        match program.execute(context) {
            Ok(Value::String(text)) => out.push_str(&text),
            Ok(Value::Int(number)) => out.push_str(&number.to_string()),
            Ok(Value::UInt(number)) => out.push_str(&number.to_string()),
            Ok(Value::Float(number)) => out.push_str(&number.to_string()),
            Ok(Value::Bool(value)) => out.push_str(if value { "true" } else { "false" }),
            _ => out.push('?'),
        }
    }
    out
}
