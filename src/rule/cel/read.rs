//! Reads the predicates of a front matter, and says what is wrong with them and where.

use cel::{IdedExpr, Program};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::cost::{Estimate, MAX_EXPRESSION, MAX_STEPS};
use super::names::{Names, unknown_name, word};
use super::table::{FieldType, Object, SUBJECTS, SubjectKind};
use crate::rule::{Binding, BindingSource, OptionSpec};
use crate::syntax::yaml::de::{self, Spanned};
use crate::text::{Span, did_you_mean};

/// Keywords of jobs that a finding can point at beside the fields of the table.
const JOB_KEYWORDS: [&str; 11] = [
    "after_script",
    "before_script",
    "coverage",
    "dependencies",
    "except",
    "extends",
    "id_tokens",
    "only",
    "release",
    "secrets",
    "trigger",
];

/// The predicates of a rule.
#[derive(Debug, Deserialize)]
pub(super) struct Predicates {
    #[serde(rename = "for")]
    pub(super) subject: Spanned<String>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) assert: Spanned<String>,
    pub(super) at: Option<Spanned<String>>,
    pub(super) message: Spanned<String>,
    pub(super) help: Option<Spanned<String>>,
}

impl Predicates {
    /// Everything that CEL stands in.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Spanned<String>> {
        let optional = self.when.iter().chain(&self.help);
        [&self.assert, &self.message].into_iter().chain(optional)
    }
}

/// A part of a text.
pub(super) enum Part {
    Text(String),
    /// What stands in braces.
    Expression(Program),
}

/// Predicates that are compiled.
pub(super) struct Compiled {
    pub(super) predicates: Predicates,
    pub(super) when: Option<Program>,
    pub(super) assert: Program,
    pub(super) message: Vec<Part>,
    pub(super) help: Option<Vec<Part>>,
}

impl Compiled {
    /// All expressions.
    pub(super) fn programs(&self) -> impl Iterator<Item = &Program> {
        let texts = self.message.iter().chain(self.help.iter().flatten());
        let filled = texts.filter_map(|part| match part {
            Part::Expression(program) => Some(program),
            Part::Text(_) => None,
        });
        self.when.iter().chain([&self.assert]).chain(filled)
    }
}

/// Why the predicates of a rule cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PredicateError {
    /// What is wrong.
    pub message: String,
    /// The bytes of the front matter that are wrong.
    pub span: Span,
    /// What to do, or what was meant.
    pub help: Option<String>,
}

fn fail(span: Span, message: impl Into<String>, help: Option<String>) -> PredicateError {
    PredicateError { message: message.into(), span, help }
}

pub(super) fn read(front: &str) -> Result<Predicates, PredicateError> {
    let predicates: Predicates =
        de::from_str(front).map_err(|error| fail(error.span(), error.to_string(), None))?;
    let subject = &predicates.subject;
    if SubjectKind::named(&subject.value).is_none() {
        let known: Vec<&str> = SUBJECTS.iter().map(|it| it.name).collect();
        let message = format!("there is no subject `{}`", subject.value);
        return Err(fail(subject.span, message, Some(format!("there are {}", known.join(", ")))));
    }
    Ok(predicates)
}

fn program(text: &str, span: Span) -> Result<Program, PredicateError> {
    if text.len() > MAX_EXPRESSION {
        let message = format!("this expression is longer than {MAX_EXPRESSION} bytes");
        return Err(fail(span, message, Some("make two rules of it".to_owned())));
    }
    Program::compile(text).map_err(|error| {
        let first = error.errors.first();
        let reason = first.map_or_else(|| error.to_string(), |it| it.msg.clone());
        let reason = reason.lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
        let column = first.map_or(0, |it| it.pos.1);
        let place = if column > 0 { format!(", at character {column}") } else { String::new() };
        fail(span, format!("`{text}` is no CEL{place}: {reason}"), None)
    })
}

/// Takes a text with `{expression}` apart.
fn parts(text: &Spanned<String>) -> Result<Vec<Part>, PredicateError> {
    let mut parts = Vec::new();
    let mut rest = text.value.as_str();
    while let Some((head, tail)) = rest.split_once('{') {
        let Some((expression, after)) = tail.split_once('}') else { break };
        parts.push(Part::Text(head.to_owned()));
        parts.push(Part::Expression(program(expression, text.span)?));
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    Ok(parts)
}

pub(super) fn compile(predicates: Predicates) -> Result<Compiled, PredicateError> {
    let one = |text: &Spanned<String>| program(&text.value, text.span);
    let when = predicates.when.as_ref().map(one).transpose()?;
    let assert = one(&predicates.assert)?;
    let message = parts(&predicates.message)?;
    let help = predicates.help.as_ref().map(parts).transpose()?;
    Ok(Compiled { when, assert, message, help, predicates })
}

/// Whether the predicates of a front matter can be used, with the bindings and options of the page.
///
/// # Errors
/// Says what is wrong with them, and where.
pub fn check_predicates(
    front: &str,
    binds: &[BindingSource],
    options: &[OptionSpec],
) -> Result<(), PredicateError> {
    let compiled = read(front).and_then(compile)?;
    let predicates = &compiled.predicates;
    let Some(subject) = SubjectKind::named(&predicates.subject.value) else { return Ok(()) };
    let bindings = binds.iter().filter_map(|it| Binding::compile(it).ok());
    let parameters: Vec<String> =
        bindings.flat_map(|it| it.parameters().map(str::to_owned).collect::<Vec<_>>()).collect();
    let option_names: Vec<String> = options.iter().map(|it| it.name.to_string()).collect();
    let names = Names {
        objects: subject.variables,
        clause: (!binds.is_empty()).then_some(&parameters),
        options: &option_names,
    };
    let samples = samples(subject, &parameters, options);
    for text in predicates.texts() {
        let is_whole = std::ptr::eq(text, &predicates.assert)
            || predicates.when.as_ref().is_some_and(|when| std::ptr::eq(text, when));
        for expression in expressions(&text.value, is_whole) {
            let program = program(expression, text.span)?;
            if let Some(unknown) = unknown_name(&program, expression, names) {
                let span = place(front, text, expression, &unknown.name, unknown.start);
                return Err(fail(span, unknown.message, Some(unknown.help)));
            }
            check_cost(program.expression(), &samples).map_err(|message| {
                let help = "loop over one list only, or make two rules of it".to_owned();
                fail(text.span, message, Some(help))
            })?;
        }
    }
    check_at(predicates, subject)
}

/// The expressions of a text: it is one, or has some in braces.
fn expressions(text: &str, is_whole: bool) -> Vec<&str> {
    if is_whole {
        return vec![text];
    }
    let behind = text.split('{').skip(1);
    behind.filter_map(|rest| rest.split_once('}').map(|(expression, _)| expression)).collect()
}

fn check_cost(expression: &IdedExpr, samples: &[(&'static str, Json)]) -> Result<(), String> {
    let steps = Estimate::new(samples).steps(expression);
    if steps <= MAX_STEPS {
        return Ok(());
    }
    Err("this expression may take more than a million steps on a pipeline of 200 jobs".to_owned())
}

fn check_at(predicates: &Predicates, subject: &SubjectKind) -> Result<(), PredicateError> {
    let Some(at) = &predicates.at else { return Ok(()) };
    let object = subject.variables.first().and_then(|name| Object::named(name));
    let Some(object) = object else { return Ok(()) };
    let mut known: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
    if object.name == "job" {
        known.extend(JOB_KEYWORDS);
    }
    if known.contains(&at.value.as_str()) {
        return Ok(());
    }
    let near = known.iter().map(|it| (strsim::damerau_levenshtein(it, &at.value), *it)).min();
    let help = match near.filter(|(distance, _)| *distance <= at.value.len() / 3 + 1) {
        Some((_, near)) => did_you_mean(near),
        None => format!("there are {}", known.join(", ")),
    };
    let message = format!("`at` names a field of `{}`, and it has no `{}`", object.name, at.value);
    Err(fail(at.span, message, Some(help)))
}

/// Where a name of an expression stands in the front matter: at the very word, where the text is written as it is
/// read, else at the first such word of it.
fn place(
    front: &str,
    text: &Spanned<String>,
    expression: &str,
    name: &str,
    start: Option<usize>,
) -> Span {
    let written = &front[text.span.range()];
    let found = match (start, written.find(expression)) {
        (Some(start), Some(at)) => Some(at + start),
        _ => word(written, name, 0),
    };
    let from = text.span.start as usize;
    found.map_or(text.span, |at| Span::from_range(from + at..from + at + name.len()))
}

/// Values of common size for the variables of a subject: a pipeline of 200 jobs.
fn samples(
    subject: &SubjectKind,
    parameters: &[String],
    options: &[OptionSpec],
) -> Vec<(&'static str, Json)> {
    let mut samples: Vec<(&'static str, Json)> =
        subject.variables.iter().map(|name| (*name, sample(FieldType::Object(name)))).collect();
    let type_of = |name: &str| if name == "jobs" { FieldType::Texts } else { FieldType::Text };
    let clause = parameters.iter().map(|name| (name.clone(), sample(type_of(name))));
    samples.push(("clause", Json::Object(clause.collect())));
    let options = options.iter().map(|option| {
        (option.name.to_string(), serde_json::from_str(&option.default).unwrap_or(Json::Null))
    });
    samples.push(("options", Json::Object(options.collect())));
    samples
}

fn sample(kind: FieldType) -> Json {
    let text = || Json::String("x".repeat(60));
    match kind {
        FieldType::Text => text(),
        FieldType::Bool => json!(true),
        FieldType::Int => json!(1),
        FieldType::Texts => Json::Array(vec![text(); 200]),
        FieldType::Any | FieldType::Map | FieldType::List => {
            let entry = json!({"k": [text(), text(), text()]});
            Json::Array(vec![entry; 20])
        }
        // Objects of the table hold each other one level deep.
        FieldType::Object(name) => {
            let fields = Object::named(name).map_or(&[][..], |object| object.fields);
            let fields = fields.iter().map(|field| match field.kind {
                FieldType::Object(_) => (field.name.to_owned(), json!({"name": text()})),
                kind => (field.name.to_owned(), sample(kind)),
            });
            Json::Object(fields.collect())
        }
    }
}
