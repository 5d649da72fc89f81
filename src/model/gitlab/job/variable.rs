use crate::model::gitlab::{Text, Value};
use crate::text::Location;

/// A variable that the configuration sets.
#[derive(Clone, Debug)]
pub struct Variable<'p> {
    /// The name.
    pub name: Text<'p>,
    /// Where the name stands.
    pub key_at: Location,
    /// Where it holds.
    pub scope: Scope,
    /// Its value as written: a scalar, without what is said about it.
    pub value: Value<'p>,
    /// Its value as text; nothing if it is not known.
    pub text: Option<Text<'p>>,
    /// Whether variables in it are expanded (`expand: false` says no).
    pub expand: bool,
    /// `description`: it is offered to who starts a pipeline by hand.
    pub description: Option<Value<'p>>,
    /// `options`: the values it may take.
    pub options: Vec<Value<'p>>,
}

/// Where a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The whole pipeline.
    Global,
    /// One job.
    Job,
    /// The job, if its rule with this place (from 0) matches.
    Rule(usize),
    /// The pipeline, if the rule of `workflow` with this place matches.
    WorkflowRule(usize),
}

/// The variables of a `variables:` mapping.
pub(in crate::model::gitlab) fn variables<'p>(
    value: Option<&Value<'p>>,
    scope: Scope,
) -> Vec<Variable<'p>> {
    let entries = value.map_or(&[][..], Value::entries);
    let variable = |entry: &crate::model::gitlab::Entry<'p>| {
        let details = entry.value.as_map();
        let null = || Value { node: None, ..entry.value.clone() };
        let value = match details {
            Some(map) => map.get("value").cloned().unwrap_or_else(null),
            None => entry.value.clone(),
        };
        let text = value.to_text().map(|it| match &value.kind {
            crate::model::gitlab::ValueKind::Str(text) => text.clone(),
            _ => Text::from(it.into_owned()),
        });
        Variable {
            name: entry.key.clone(),
            key_at: entry.key_at,
            scope,
            text,
            value,
            expand: details.and_then(|it| it.get("expand")?.as_bool()).unwrap_or(true),
            description: details.and_then(|it| it.get("description")).cloned(),
            options: details
                .and_then(|it| it.get("options"))
                .map_or_else(Vec::new, |it| it.items().to_vec()),
        }
    };
    entries.iter().map(variable).collect()
}
