use rustc_hash::FxHashMap;

use super::{Header, InputSpec, InputType};
use crate::model::Origin;
use crate::model::gitlab::regexp::compile;
use crate::model::gitlab::{Entry, Problem, Text, Unknown, Value, ValueKind};
use crate::text::did_you_mean;

/// What a file gets for its inputs.
pub(in crate::model::gitlab) struct Given<'v, 'p> {
    /// The `inputs:` of the `include`, if there are any.
    pub(in crate::model::gitlab) inputs: Option<&'v Value<'p>>,
    /// The `include` entry that asks for the file; nothing for the root configuration.
    pub(in crate::model::gitlab) at: Option<Origin>,
    /// Whether others will give the inputs: the file is looked at by itself.
    pub(in crate::model::gitlab) by_others: bool,
}

/// The values of the inputs by name, checked. `prefix` names the file in messages.
pub(in crate::model::gitlab) fn resolve<'p>(
    header: &Header<'p>,
    given: &Given<'_, 'p>,
    prefix: &str,
    problems: &mut Vec<Problem>,
) -> FxHashMap<Text<'p>, Value<'p>> {
    let mut values = FxHashMap::default();
    let mut checker = Checker { prefix, problems };
    let entries = given.inputs.map_or(&[][..], Value::entries);
    if !header.partial {
        let known: Vec<&str> = header.inputs.iter().map(|it| &*it.name).collect();
        for entry in entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
            let message = format!("{prefix}unknown input arguments: {}", entry.key);
            let mut problem = Problem::new("undefined-input", &Origin::here(entry.key_at), message);
            if let Some(near) = crate::model::gitlab::nearest(&entry.key, known.iter().copied()) {
                problem = problem.help(did_you_mean(near));
            } else if known.is_empty() {
                problem = problem.help("The file declares no inputs.".to_owned());
            } else {
                problem = problem.help(format!("The file declares: {}.", known.join(", ")));
            }
            checker.problems.push(problem);
        }
    }
    for spec in &header.inputs {
        let provided = given.inputs.and_then(|it| it.get(&spec.name)).filter(|it| !it.is_null());
        let value = checker.input(spec, provided, given);
        values.insert(spec.name.clone(), value);
    }
    values
}

struct Checker<'a> {
    prefix: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    fn refuse(&mut self, spec: &InputSpec<'_>, at: &Origin, rule: &'static str, what: &str) {
        let message = format!("{}`{}` input: {what}", self.prefix, spec.name);
        let problem = Problem::new(rule, at, message);
        self.problems.push(match at.at == spec.key_at {
            true => problem,
            false => problem.label(spec.key_at, "the input is declared here"),
        });
    }

    fn input<'p>(
        &mut self,
        spec: &InputSpec<'p>,
        provided: Option<&Value<'p>>,
        given: &Given<'_, 'p>,
    ) -> Value<'p> {
        let at = given.inputs.map(|it| it.origin.clone()).or_else(|| given.at.clone());
        let is_root = at.is_none();
        let at = at.unwrap_or_else(|| Origin::here(spec.key_at));
        let unknown = |at: &Origin| {
            Value::new(ValueKind::Unknown(Unknown::Input((&*spec.name).into())), at.clone())
        };
        let Some(kind) = spec.kind else { return unknown(&at) };
        let default = match &spec.default {
            Some(value) if value.is_unknown() => return unknown(&value.origin),
            // Newer servers take null for all types, and hold nothing against it.
            Some(value) if value.is_null() => Some(coerce(kind, value)),
            Some(value) => {
                let value = coerce(kind, value);
                self.check(spec, kind, &value, "default value");
                Some(value)
            }
            None => None,
        };
        if let Some(value) = provided {
            let value = coerce(kind, value);
            if value.is_unknown() {
                return unknown(&value.origin);
            }
            let fits = self.check(spec, kind, &value, "provided value");
            return if fits { value } else { unknown(&value.origin) };
        }
        if let Some(value) = default {
            return value;
        }
        if given.by_others || spec.has_rules {
            return unknown(&Origin::here(spec.key_at));
        }
        self.refuse(spec, &at, "missing-input", "required value has not been provided");
        if let Some(problem) = self.problems.last_mut() {
            problem.help = Some(match is_root {
                true => "give it a `default`: nobody includes this file and gives it a value",
                false => "give it a value under `inputs` of this include, or a `default` where it is declared",
            }.to_owned());
        }
        unknown(&at)
    }

    /// Whether the value is what the input takes.
    fn check(
        &mut self,
        spec: &InputSpec<'_>,
        kind: InputType,
        value: &Value<'_>,
        what: &str,
    ) -> bool {
        let before = self.problems.len();
        let rule = "invalid-input";
        let fits = match kind {
            InputType::String => value.to_text().is_some(),
            InputType::Number => {
                matches!(value.kind, ValueKind::Int(_) | ValueKind::BigInt(_) | ValueKind::Float(_))
            }
            InputType::Boolean => value.as_bool().is_some(),
            InputType::Array => value.as_seq().is_some(),
        };
        if !fits {
            let message = format!("{what} is not {}", kind.with_article());
            self.refuse(spec, &value.origin, rule, &message);
            return false;
        }
        if let Some(regex) = &spec.regex {
            self.regex(spec, kind, value, regex, what);
        }
        if let Some(options) = &spec.options {
            self.options(spec, kind, value, options);
        }
        self.problems.len() == before
    }

    fn regex(
        &mut self,
        spec: &InputSpec<'_>,
        kind: InputType,
        value: &Value<'_>,
        regex: &Value<'_>,
        what: &str,
    ) {
        let rule = "invalid-input";
        if kind != InputType::String {
            let message = "RegEx validation can only be used with string inputs";
            return self.refuse(spec, &regex.origin, rule, message);
        }
        let (Some(pattern), Some(text)) = (regex.as_str(), value.to_text()) else { return };
        match compile(pattern, "") {
            Ok(regex) if regex.is_match(&text) => {}
            Ok(_) => {
                let message = format!(
                    "{what} does not match required RegEx pattern: `{text}` does not match `{pattern}`"
                );
                self.refuse(spec, &value.origin, rule, &message);
            }
            Err(reason) => {
                let message = format!("invalid regular expression: {reason}");
                self.refuse(spec, &regex.origin, rule, &message);
            }
        }
    }

    fn options(
        &mut self,
        spec: &InputSpec<'_>,
        kind: InputType,
        value: &Value<'_>,
        options: &Value<'_>,
    ) {
        let rule = "invalid-input";
        let items = options.items();
        if kind == InputType::Boolean {
            let message = "Options can only be used with string, number and array inputs";
            return self.refuse(spec, &options.origin, rule, message);
        }
        if items.iter().any(Value::is_unknown) {
            return;
        }
        let (text, of) = match kind {
            InputType::Array => {
                let other = |it: &&Value<'_>| {
                    !it.has_unknown() && !items.iter().any(|option| same(option, it))
                };
                let Some(other) = value.items().iter().find(other) else { return };
                (other.inspect(), "of allowed options")
            }
            InputType::Number if items.iter().any(|option| same(option, value)) => return,
            InputType::Number => {
                (value.to_text().unwrap_or_default().into_owned(), "of the allowed options")
            }
            _ => {
                let text = value.to_text();
                if items.iter().any(|option| option.to_text() == text) {
                    return;
                }
                (text.unwrap_or_default().into_owned(), "of allowed options")
            }
        };
        let allowed: Vec<_> = items.iter().map(Value::inspect).collect();
        let allowed = match allowed.is_empty() {
            true => "which is empty".to_owned(),
            false => allowed.join(", "),
        };
        let message =
            format!("`{text}` cannot be used because it is not in the list {of}: {allowed}");
        self.refuse(spec, &value.origin, rule, &message);
    }
}

/// Whether Ruby calls two values equal: `1` and `1.0` are, `1` and `"1"` are not.
pub(super) fn same(one: &Value<'_>, other: &Value<'_>) -> bool {
    let number = |it: &Value<'_>| match it.kind {
        ValueKind::Int(number) => Some(number as f64),
        ValueKind::Float(number) => Some(number),
        _ => None,
    };
    match (&one.kind, &other.kind) {
        (ValueKind::Null, ValueKind::Null) => true,
        (ValueKind::Bool(one), ValueKind::Bool(other)) => one == other,
        (ValueKind::Str(one), ValueKind::Str(other))
        | (ValueKind::Symbol(one), ValueKind::Symbol(other))
        | (ValueKind::BigInt(one), ValueKind::BigInt(other)) => one == other,
        (ValueKind::Seq(one), ValueKind::Seq(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(a, b)| same(a, b))
        }
        (ValueKind::Map(one), ValueKind::Map(other)) => {
            let has = |entry: &Entry<'_>| {
                other.get(&entry.key).is_some_and(|value| same(&entry.value, value))
            };
            one.len() == other.len() && one.entries().iter().all(has)
        }
        _ => number(one).is_some() && number(one) == number(other),
    }
}

/// What the server makes of a value for an input of this type: a text for a number, boolean or
/// array is read as JSON, and anything for a string becomes text.
fn coerce<'p>(kind: InputType, value: &Value<'p>) -> Value<'p> {
    let changed = match (kind, &value.kind) {
        (
            InputType::String,
            ValueKind::Null
            | ValueKind::Bool(_)
            | ValueKind::Int(_)
            | ValueKind::BigInt(_)
            | ValueKind::Float(_)
            | ValueKind::Symbol(_),
        ) => value.to_text().map(|text| ValueKind::Str(text.into_owned().into())),
        (InputType::String, ValueKind::Seq(_) | ValueKind::Map(_)) => {
            Some(ValueKind::Str(value.inspect().into()))
        }
        (InputType::Number | InputType::Boolean | InputType::Array, ValueKind::Str(text)) => {
            serde_json::from_str(text).ok().map(|json| from_json(&json, &value.origin))
        }
        _ => None,
    };
    match changed {
        Some(kind) => Value { kind, ..value.clone() },
        None => value.clone(),
    }
}

fn from_json<'p>(json: &serde_json::Value, origin: &Origin) -> ValueKind<'p> {
    use serde_json::Value as Json;
    match json {
        Json::Null => ValueKind::Null,
        Json::Bool(value) => ValueKind::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(value) => ValueKind::Int(value),
            None => ValueKind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => ValueKind::Str(text.clone().into()),
        Json::Array(items) => {
            let item = |it| Value::new(from_json(it, origin), origin.clone());
            ValueKind::Seq(items.iter().map(item).collect())
        }
        Json::Object(entries) => {
            let entry = |(key, it): (&String, &Json)| Entry {
                key: key.clone().into(),
                key_kind: crate::model::gitlab::KeyKind::Str,
                key_at: origin.at,
                value: Value::new(from_json(it, origin), origin.clone()),
            };
            let entries = entries.iter().map(entry).collect();
            ValueKind::Map(std::sync::Arc::new(crate::model::gitlab::Map::new(entries)))
        }
    }
}
