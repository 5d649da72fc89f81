use super::check::same;
use super::{InputSpec, InputType};
use crate::model::Origin;
use crate::model::gitlab::{Entry, Problem, Value, ValueKind, Version};
use crate::syntax::expression;
use crate::text::did_you_mean;

/// What stands in the `spec` header of a file.
#[derive(Debug, Default)]
pub(in crate::model::gitlab) struct Header<'p> {
    pub(in crate::model::gitlab) inputs: Vec<InputSpec<'p>>,
    /// `spec:component`: fields that the file may ask for.
    pub(in crate::model::gitlab) component: Vec<String>,
    /// `spec:include`
    pub(in crate::model::gitlab) include: Option<Value<'p>>,
    /// Whether inputs may come from a file that is not known.
    pub(in crate::model::gitlab) partial: bool,
}

const RULE: &str = "invalid-spec-header";
const OPTIONS: usize = 50;
const DESCRIPTION: usize = 256;

/// The `spec` keys and the version that brought each.
const SPEC: [(&str, Version); 4] = [
    ("inputs", Version::new(15, 11)),
    ("include", Version::new(18, 6)),
    ("component", Version::new(18, 6)),
    ("description", Version::new(18, 10)),
];

const INPUT: [&str; 6] = ["type", "default", "description", "options", "regex", "rules"];
/// The version that brought the rules of inputs.
const RULES: Version = Version::new(18, 7);
const COMPONENT: [&str; 4] = ["name", "sha", "version", "reference"];

/// Reads a header. `prefix` names the file in messages.
pub(in crate::model::gitlab) fn header<'p>(
    value: &Value<'p>,
    version: Version,
    prefix: &str,
    problems: &mut Vec<Problem>,
) -> Header<'p> {
    let mut reader = Reader { version, prefix, problems, job: None };
    reader.header(value)
}

/// What is wrong with an input that a job declares at `path`.
pub(in crate::model::gitlab) fn declaration(entry: &Entry<'_>, path: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let path = format!("`{path}`");
    let version = Version::NEWEST;
    let mut reader =
        Reader { version, prefix: "", problems: &mut problems, job: Some(path.as_str()) };
    let inputs = vec![reader.input(entry)];
    let header = Header { inputs, ..Header::default() };
    let given =
        super::Given { inputs: None, at: Some(entry.value.origin.clone()), by_others: true };
    super::resolve(&header, &given, &format!("{path} "), &mut problems);
    problems
}

/// An expression with a variable in place of each `$[[ inputs.name ]]`, and the names.
fn without_inputs(text: &str) -> (String, Vec<String>) {
    let (mut plain, mut names, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, behind)) = rest.split_once("$[[") {
        let Some((inside, after)) = behind.split_once("]]") else { break };
        plain.push_str(before);
        plain.push_str("$input");
        names.extend(inside.trim().strip_prefix("inputs.").map(str::to_owned));
        rest = after;
    }
    plain.push_str(rest);
    (plain, names)
}

struct Reader<'a> {
    version: Version,
    prefix: &'a str,
    problems: &'a mut Vec<Problem>,
    /// The path of an input that a job declares: what is null there stands for what is left out.
    job: Option<&'a str>,
}

impl Reader<'_> {
    fn refuse(&mut self, at: &Origin, message: String) {
        let message = format!("{}{message}", self.prefix);
        self.problems.push(Problem::new(RULE, at, message));
    }

    fn unknown_keys<'k>(
        &mut self,
        value: &Value<'_>,
        path: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        for entry in value.entries() {
            if known.clone().any(|key| key == &*entry.key) {
                continue;
            }
            let message =
                format!("{}{path} config contains unknown keys: {}", self.prefix, entry.key);
            let mut problem = Problem::new(RULE, &Origin::here(entry.key_at), message);
            if let Some(near) = crate::model::gitlab::nearest(&entry.key, known.clone()) {
                problem = problem.help(did_you_mean(near)).replace(entry.key_at.span, near);
            }
            self.problems.push(problem);
        }
    }

    fn header<'p>(&mut self, value: &Value<'p>) -> Header<'p> {
        self.unknown_keys(value, "header", std::iter::once("spec"));
        let Some(spec) = value.given("spec") else { return Header::default() };
        if spec.as_map().is_none() {
            self.refuse(&spec.origin, "header:spec config should be a hash".to_owned());
            return Header { partial: true, ..Header::default() };
        }
        let version = self.version;
        let known = SPEC.iter().filter(move |(_, since)| *since <= version).map(|(key, _)| *key);
        self.unknown_keys(spec, "header:spec", known);
        if let Some(text) = spec.given("description") {
            match text.as_str() {
                Some(it) if it.chars().count() > DESCRIPTION => {
                    let message = format!(
                        "header:spec description is too long (maximum is {DESCRIPTION} characters)"
                    );
                    self.refuse(&text.origin, message);
                }
                Some(_) => {}
                None => {
                    self.refuse(
                        &text.origin,
                        "header:spec description should be a string".to_owned(),
                    );
                }
            }
        }
        let component = self.component(spec);
        let include = spec.given("include").cloned();
        let include_given = include.is_some();
        let mut header = Header { include, component, ..Header::default() };
        match spec.given("inputs") {
            None => {}
            Some(inputs) if inputs.as_map().is_none() => {
                self.refuse(
                    &inputs.origin,
                    "header:spec:inputs config should be a hash".to_owned(),
                );
                header.partial = true;
            }
            Some(inputs) => {
                header.inputs = self.inputs(inputs);
                self.conditions(inputs, include_given);
            }
        }
        header
    }

    fn component(&mut self, spec: &Value<'_>) -> Vec<String> {
        let Some(component) = spec.given("component") else { return Vec::new() };
        let Some(items) = component.as_seq() else {
            let message = "header:spec:component config should be an array of strings".to_owned();
            self.refuse(&component.origin, message);
            return Vec::new();
        };
        for item in items {
            let message = match &item.kind {
                ValueKind::Str(text) if COMPONENT.contains(&text.as_str()) => continue,
                ValueKind::Str(_) | ValueKind::Symbol(_) => format!(
                    "header:spec:component config contains unknown values: {}; known are {}",
                    item.to_text().unwrap_or_default(),
                    COMPONENT.join(", ")
                ),
                _ => format!(
                    "header:spec:component config should be an array of strings; {} is none",
                    item.inspect()
                ),
            };
            self.refuse(&item.origin, message);
        }
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The entries of an `inputs:` mapping.
    fn inputs<'p>(&mut self, inputs: &Value<'p>) -> Vec<InputSpec<'p>> {
        inputs.entries().iter().map(|entry| self.input(entry)).collect()
    }

    /// The expressions of the rules, which compare other inputs.
    fn conditions(&mut self, inputs: &Value<'_>, more: bool) {
        for input in inputs.entries() {
            let path = format!("header:spec:inputs:{}", input.key);
            let rules = input.value.given("rules").map_or(&[][..], Value::items);
            for (at, rule) in rules.iter().enumerate() {
                let Some(condition) = rule.given("if").filter(|it| !it.is_unknown()) else {
                    continue;
                };
                let Some((expression, names)) = condition.as_str().map(without_inputs) else {
                    let message = format!("{path}:rules:rule if invalid expression syntax");
                    self.refuse(&condition.origin, message);
                    continue;
                };
                if let Some(error) = expression::parse(&expression).errors.first() {
                    let message = format!(
                        "{path}:rules:rule if invalid expression syntax: {}",
                        error.message
                    );
                    self.refuse(&condition.origin, message);
                }
                let undefined: Vec<String> =
                    names.into_iter().filter(|name| inputs.get(name).is_none() && !more).collect();
                if !undefined.is_empty() {
                    let message = format!(
                        "{path} config rule[{at}] references undefined inputs: {}",
                        undefined.join(", ")
                    );
                    self.refuse(&condition.origin, message);
                }
            }
        }
    }

    fn input<'p>(&mut self, entry: &Entry<'p>) -> InputSpec<'p> {
        let value = &entry.value;
        let path = match self.job {
            Some(path) => path.to_owned(),
            None => format!("header:spec:inputs:{}", entry.key),
        };
        let mut spec = InputSpec {
            name: entry.key.clone(),
            key_at: entry.key_at,
            kind: Some(InputType::String),
            default: None,
            options: None,
            regex: None,
            has_rules: false,
        };
        let before = self.problems.len();
        if !entry.has_word_key() {
            let message =
                format!("{path} key must be an alphanumeric string; quote `{}`", entry.key);
            self.refuse(&Origin::here(entry.key_at), message);
        }
        if value.is_null() {
            return spec;
        }
        if value.as_map().is_none() {
            self.refuse(&value.origin, format!("{path} config should be a hash"));
            spec.kind = None;
            return spec;
        }
        let with_rules = self.version >= RULES;
        self.unknown_keys(
            value,
            &path,
            INPUT.into_iter().filter(|it| with_rules || *it != "rules"),
        );
        if let Some(kind) =
            value.entry("type").filter(|it| self.job.is_none() || !it.value.is_null())
        {
            let name = kind.value.to_text();
            spec.kind = name.as_deref().and_then(InputType::named);
            if spec.kind.is_none() && !kind.value.is_unknown() {
                let at = match kind.value.is_null() {
                    true => Origin::here(kind.key_at),
                    false => kind.value.origin.clone(),
                };
                let name = match name {
                    Some(name) if !name.is_empty() => name.into_owned(),
                    _ => kind.value.kind_name().to_owned(),
                };
                let message = format!(
                    "{path} input type unknown value: {name}; known are string, number, boolean and array"
                );
                self.refuse(&at, message);
            }
        }
        if let Some(text) = value.given("regex").filter(|it| it.as_str().is_none()) {
            self.refuse(&text.origin, format!("{path} input regex should be a string"));
        }
        let is_word = |it: &Value<'_>| {
            matches!(
                it.kind,
                ValueKind::Str(_)
                    | ValueKind::Symbol(_)
                    | ValueKind::Int(_)
                    | ValueKind::BigInt(_)
                    | ValueKind::Unknown(_)
            )
        };
        if let Some(text) = value.given("description").filter(|it| !is_word(it)) {
            let message = format!("{path} input description must be an alphanumeric string");
            self.refuse(&text.origin, message);
        }
        if let Some(options) = value.given("options") {
            match options.as_seq() {
                Some(items) if items.len() > OPTIONS => {
                    let message =
                        format!("{path} config cannot define more than {OPTIONS} options");
                    self.refuse(&options.origin, message);
                }
                Some(items) => {
                    if let Some(null) = items.iter().find(|it| it.is_null()) {
                        let message =
                            format!("{path} config options array cannot contain null values");
                        self.refuse(&null.origin, message);
                    }
                }
                None => {
                    let message = format!("{path} input options should be a array");
                    self.refuse(&options.origin, message);
                }
            }
        }
        if let Some(rules) = value.entry("rules") {
            spec.has_rules = rules.value.items().iter().any(|rule| rule.get("default").is_some());
            self.rules(&path, value, rules);
        }
        spec.default = value.get("default").cloned();
        spec.options = value.given("options").cloned();
        spec.regex = value.get("regex").cloned();
        // What is declared wrongly is not held against its values.
        if self.problems.len() > before {
            spec.kind = None;
        }
        spec
    }

    fn rules(&mut self, path: &str, input: &Value<'_>, rules: &Entry<'_>) {
        let beside = ["default", "options"].into_iter().filter(|key| input.get(key).is_some());
        let beside: Vec<&str> = beside.collect();
        if !beside.is_empty() {
            let message = format!(
                "{path} config these keys cannot be used together: {}, rules",
                beside.join(", ")
            );
            self.refuse(&Origin::here(rules.key_at), message);
        }
        let rules = &rules.value;
        match rules.as_seq() {
            Some(items) => {
                for item in items.iter().filter(|it| !it.is_null() && !it.is_unknown()) {
                    self.rule(&format!("{path}:rules:rule"), item);
                }
            }
            None if rules.is_null() => {}
            None => self.refuse(&rules.origin, format!("{path}:rules config should be an array")),
        }
    }

    fn rule(&mut self, path: &str, rule: &Value<'_>) {
        let Some(map) = rule.as_map() else {
            return self.refuse(&rule.origin, format!("{path} config should be a hash"));
        };
        if map.is_empty() {
            return self.refuse(&rule.origin, format!("{path} config can't be blank"));
        }
        self.unknown_keys(rule, path, ["if", "options", "default"].into_iter());
        let options = rule.given("options");
        if let Some(options) = options.filter(|it| it.as_seq().is_none() && !it.is_unknown()) {
            return self.refuse(&options.origin, format!("{path} options should be an array"));
        }
        let options = options.map_or(&[][..], Value::items);
        if options.len() > OPTIONS {
            let message = format!("{path} config cannot define more than {OPTIONS} options");
            self.refuse(&rule.origin, message);
        }
        let Some(default) = rule.get("default") else {
            let message = format!(
                "{path} must define `options` with at least one value and a `default`, or a `default` alone"
            );
            return self.refuse(&rule.origin, message);
        };
        let listed = options.iter().any(|it| it.is_unknown() || same(it, default));
        if !options.is_empty() && !listed && !default.is_null() && !default.has_unknown() {
            let others = options.iter().any(|it| it.to_text() == default.to_text());
            let hint = if others { "; it is of another type than they are" } else { "" };
            let message =
                format!("{path} default {} must be one of the options{hint}", default.inspect());
            self.refuse(&default.origin, message);
        }
    }
}
