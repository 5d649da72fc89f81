use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::blocks::{Piece, pieces};
use super::functions::{self, Outcome};
use crate::model::gitlab::merge::Merged;
use crate::model::gitlab::steps::Steps;
use crate::model::gitlab::{Entry, KeyKind, Problem, Settings, Text, Unknown, Value, ValueKind};
use crate::model::{Origin, StepKind};
use crate::text::did_you_mean;

const FUNCTIONS: usize = 3;
const ACCESS: usize = 1024;
/// How many parts of an access the server tells apart; the last one keeps its dots.
const PARTS: usize = 5;
/// How many indices one name may have.
const INDICES: usize = 5;
/// Different blocks of one file.
const BLOCKS: usize = 10_000;

/// What is known of the component that a file is.
#[derive(Clone, Debug, Default)]
pub(in crate::model::gitlab) struct Component {
    /// `component.name`
    pub(in crate::model::gitlab) name: Option<String>,
    /// The fields that the header asks for.
    pub(in crate::model::gitlab) declared: Vec<String>,
    /// `component.reference`: what stands behind the `@`.
    pub(in crate::model::gitlab) reference: Option<String>,
    /// Whether the file is surely no component: the server knows none of its fields then.
    pub(in crate::model::gitlab) is_none: bool,
}

/// Fills in every `$[[ ... ]]` of a file that has a header. `prefix` names the file in messages.
pub(in crate::model::gitlab) fn interpolate<'p>(
    content: &Value<'p>,
    inputs: &FxHashMap<Text<'p>, Value<'p>>,
    component: &Component,
    settings: &Settings,
    (prefix, problems): (&str, &mut Vec<Problem>),
) -> Value<'p> {
    let mut filling = Filling {
        inputs,
        component,
        settings,
        prefix,
        problems,
        copies: 1_000_000,
        blocks: FxHashSet::default(),
        too_many: false,
    };
    filling.value(content).unwrap_or_else(|| content.clone())
}

struct Filling<'a, 'p> {
    inputs: &'a FxHashMap<Text<'p>, Value<'p>>,
    component: &'a Component,
    settings: &'a Settings,
    prefix: &'a str,
    problems: &'a mut Vec<Problem>,
    copies: usize,
    blocks: FxHashSet<String>,
    too_many: bool,
}

impl<'p> Filling<'_, 'p> {
    /// The value with its blocks filled in; nothing if it has none.
    fn value(&mut self, value: &Value<'p>) -> Option<Value<'p>> {
        let kind = match &value.kind {
            ValueKind::Str(text) if text.contains("$[[") => return self.text(text, value),
            ValueKind::Seq(items) => {
                let filled: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                if filled.iter().all(Option::is_none) {
                    return None;
                }
                let mut all = Vec::with_capacity(items.len());
                for (item, filled) in items.iter().zip(filled) {
                    match filled {
                        // A list that fills a whole item takes the item's place.
                        Some(Value { kind: ValueKind::Seq(inner), .. })
                            if item.as_seq().is_none() =>
                        {
                            all.extend(inner.iter().cloned());
                        }
                        Some(filled) => all.push(filled),
                        None => all.push(item.clone()),
                    }
                }
                ValueKind::Seq(all.into())
            }
            ValueKind::Map(map) => {
                let mut changed = false;
                let mut merged = Merged::new(Vec::with_capacity(map.len()));
                for entry in map.entries() {
                    let filled = self.value(&entry.value);
                    let key = self.key(entry);
                    changed |= filled.is_some() || key.is_some();
                    let value = filled.unwrap_or_else(|| entry.value.clone());
                    let (key, key_kind) =
                        key.unwrap_or_else(|| (entry.key.clone(), entry.key_kind));
                    merged.replace(Entry { key, key_kind, value, ..entry.clone() });
                }
                if !changed {
                    return None;
                }
                ValueKind::Map(Arc::new(merged.into_map()))
            }
            // The server fills in nothing behind `!reference`.
            _ => return None,
        };
        Some(Value { kind, ..value.clone() })
    }

    fn key(&mut self, entry: &Entry<'p>) -> Option<(Text<'p>, KeyKind)> {
        if !entry.key.contains("$[[") {
            return None;
        }
        let mut origin = entry.value.origin.clone();
        origin.at = entry.key_at;
        let key = Value::new(ValueKind::Str(entry.key.clone()), origin);
        let filled = self.text(&entry.key, &key)?;
        let kind = match &filled.kind {
            ValueKind::Int(_) | ValueKind::BigInt(_) | ValueKind::Float(_) => KeyKind::Number,
            ValueKind::Bool(_) => KeyKind::Bool,
            ValueKind::Null => KeyKind::Null,
            ValueKind::Seq(_) | ValueKind::Map(_) => KeyKind::Collection,
            ValueKind::Unknown(_) | ValueKind::Reference(_) => return None,
            ValueKind::Str(_) | ValueKind::Symbol(_) => KeyKind::Str,
        };
        let text = filled.to_text().map_or_else(|| filled.inspect(), |text| text.into_owned());
        Some((text.into(), kind))
    }

    fn text(&mut self, text: &str, value: &Value<'p>) -> Option<Value<'p>> {
        let pieces = pieces(text);
        if let [Piece::Block(all, inside)] = pieces.as_slice() {
            return self.block(all, inside, value).map(|(filled, _)| filled);
        }
        let mut all = String::with_capacity(text.len());
        let mut origin = value.origin.clone();
        let (mut changed, mut unknown) = (false, None);
        for piece in pieces {
            let (block, inside) = match piece {
                Piece::Text(text) => {
                    all.push_str(text);
                    continue;
                }
                Piece::Block(block, inside) => (block, inside),
            };
            let Some((filled, name)) = self.block(block, inside, value) else {
                all.push_str(block);
                continue;
            };
            changed = true;
            match filled.to_text() {
                Some(text) => all.push_str(&text),
                None if filled.is_unknown() => unknown = Some(filled.kind.clone()),
                None => all.push_str(&filled.inspect()),
            }
            if filled.at() != value.at() {
                origin = before_includes(&origin, StepKind::Input(name), &filled);
            }
        }
        if let Some(kind) = unknown {
            return Some(Value { kind, ..value.clone() });
        }
        changed.then(|| Value::new(ValueKind::Str(all.into()), origin))
    }

    /// What a block stands for, and the name of the input. Nothing if it must stay as it is.
    fn block(
        &mut self,
        block: &str,
        inside: &str,
        place: &Value<'p>,
    ) -> Option<(Value<'p>, String)> {
        // Bars at the end stand for nothing.
        let mut parts = inside.trim_end_matches('|').split('|').map(str::trim);
        let access = parts.next().unwrap_or("");
        let calls: Vec<&str> = parts.collect();
        if access.split('.').next() == Some("matrix") {
            return None;
        }
        let name = access.strip_prefix("inputs.").unwrap_or(access).to_owned();
        let unknown = || Value {
            kind: ValueKind::Unknown(Unknown::Input(name.as_str().into())),
            ..place.clone()
        };
        if self.too_many {
            return Some((unknown(), name));
        }
        if !self.blocks.contains(block) {
            self.blocks.insert(block.to_owned());
            if self.blocks.len() > BLOCKS {
                self.too_many = true;
                let message = "too many interpolation blocks: 10,000 are allowed";
                self.refuse("invalid-interpolation", place, message.to_owned(), None);
                return Some((unknown(), name));
            }
        }
        let Some(mut value) = self.access(access, place) else {
            return Some((unknown(), name));
        };
        if calls.len() > FUNCTIONS {
            let message = format!(
                "too many functions in interpolation block: {} of {FUNCTIONS} at most",
                calls.len()
            );
            self.refuse("invalid-interpolation", place, message, None);
            return Some((unknown(), name));
        }
        let last = calls.len().saturating_sub(1);
        if calls.iter().take(last).any(|call| functions::is_split(call)) {
            let message = "split() must be the last function: what it makes is a list";
            self.refuse("invalid-interpolation", place, message.to_owned(), None);
            return Some((unknown(), name));
        }
        for call in calls {
            let outcome = functions::apply(call, &value, self.settings);
            value.kind = match outcome {
                Outcome::Value(kind) => kind,
                Outcome::NoFunction => {
                    let message = format!(
                        "no function matching `{call}`: check that the function name, arguments, and types are correct"
                    );
                    self.refuse("invalid-interpolation", place, message, None);
                    return Some((unknown(), name));
                }
                Outcome::Fault(function, fault) => {
                    let message = format!("error in `{function}` function: {fault}");
                    self.refuse("invalid-interpolation", place, message, None);
                    return Some((unknown(), name));
                }
            };
            value.node = None;
        }
        Some((value, name))
    }

    /// The value of `inputs.x` or `component.x`; nothing (and a problem) if there is none.
    fn access(&mut self, access: &str, place: &Value<'p>) -> Option<Value<'p>> {
        if access.len() > ACCESS {
            let message =
                format!("maximum interpolation expression size of {ACCESS} bytes exceeded");
            self.refuse("invalid-interpolation", place, message, None);
            return None;
        }
        let parts: Vec<&str> = access.splitn(PARTS, '.').collect();
        match parts.as_slice() {
            ["inputs", first, rest @ ..] => self.input(access, first, rest, place),
            ["component", field] if !self.component.declared.iter().any(|it| it == field) => {
                let message = format!("unknown interpolation provided: `{field}` in `{access}`");
                let help = format!("Ask for it in the header: `spec: {{component: [{field}]}}`");
                self.refuse("invalid-interpolation", place, message, Some(help));
                None
            }
            ["component", field] if self.component.is_none => {
                let message = format!(
                    "unknown interpolation provided: `{field}` in `{access}`; this file comes by no `include:component`"
                );
                self.refuse("invalid-interpolation", place, message, None);
                None
            }
            ["component", field] => {
                let known = match *field {
                    "name" => &self.component.name,
                    "reference" => &self.component.reference,
                    // Only the server knows which commit and release a reference means.
                    _ => &None,
                };
                let text = known.as_ref()?.clone();
                Some(Value::new(ValueKind::Str(text.into()), place.origin.clone()))
            }
            [] | [_] => {
                let message =
                    "invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]";
                self.refuse("invalid-interpolation", place, message.to_owned(), None);
                None
            }
            [first, ..] => {
                let message = format!(
                    "unknown interpolation provided: `{first}` in `{access}`; known are `inputs` and `component`"
                );
                let help = (first.trim() != *first).then(|| "remove the blanks inside".to_owned());
                self.refuse("invalid-interpolation", place, message, help);
                None
            }
        }
    }

    /// The value of an input, or of a part of it: `list[0].key`.
    fn input(
        &mut self,
        access: &str,
        first: &str,
        rest: &[&str],
        place: &Value<'p>,
    ) -> Option<Value<'p>> {
        let inputs = self.inputs;
        let (name, indices) = match with_indices(first, access) {
            Ok(read) => read,
            Err(fault) => {
                self.refuse_if("invalid-interpolation", place, fault);
                return None;
            }
        };
        let Some(value) = inputs.get(name) else {
            let known = inputs.keys().map(|key| &**key);
            let mut known: Vec<&str> = known.collect();
            known.sort_unstable();
            let near = crate::model::gitlab::nearest(name, known.into_iter());
            let help = near.map(|near| did_you_mean(format_args!("inputs.{near}")));
            let message = format!("unknown input name provided: `{name}` in `{access}`");
            self.refuse("undefined-input", place, message, help);
            return None;
        };
        let found = item(value, &indices, access).and_then(|mut value| {
            for part in rest {
                let (key, indices) = with_indices(part, access)?;
                if value.is_unknown() {
                    return Err(None);
                }
                let Some(inner) = value.get(key) else {
                    let message = format!("unknown interpolation provided: `{part}` in `{access}`");
                    let open = value.as_map().is_some_and(|map| map.is_partial());
                    return Err((!open).then_some(message));
                };
                value = item(inner, &indices, access)?;
            }
            Ok(value)
        });
        match found {
            Ok(value) => Some(self.used(value, name, place)),
            Err(fault) => {
                self.refuse_if("invalid-interpolation", place, fault);
                None
            }
        }
    }

    /// The value of an input at the place that asks for it.
    fn used(&mut self, value: &Value<'p>, name: &str, place: &Value<'p>) -> Value<'p> {
        let mut steps = Steps::new(StepKind::Input(name.to_owned()), place.at());
        let mut used = steps.value(value, &mut self.copies);
        for step in place.origin.steps().collect::<Vec<_>>().into_iter().rev() {
            used = Steps::new(step.kind.clone(), step.at).value(&used, &mut self.copies);
        }
        used
    }

    fn refuse_if(&mut self, rule: &'static str, at: &Value<'_>, message: Option<String>) {
        if let Some(message) = message {
            self.refuse(rule, at, message, None);
        }
    }

    fn refuse(
        &mut self,
        rule: &'static str,
        at: &Value<'_>,
        message: String,
        help: Option<String>,
    ) {
        let message = format!("{}{message}", self.prefix);
        let mut problem = Problem::new(rule, &at.origin, message);
        problem.help = help;
        self.problems.push(problem);
    }
}

/// A name and the indices behind it. Nothing is said where versions of the server differ.
fn with_indices<'s>(part: &'s str, access: &str) -> Result<(&'s str, Vec<usize>), Option<String>> {
    let Some((name, brackets)) = part.split_once('[') else { return Ok((part, Vec::new())) };
    let count = |ch: char| part.chars().filter(|it| *it == ch).count();
    if count('[') != count(']') {
        return Err(Some(format!("invalid array index in `{access}`: missing closing bracket")));
    }
    let Some(inside) = brackets.strip_suffix(']') else {
        return Err(Some(format!("invalid array index syntax in `{access}`")));
    };
    let mut indices = Vec::new();
    for index in inside.split("][") {
        if index.is_empty() || !index.bytes().all(|it| it.is_ascii_digit()) {
            let message =
                format!("invalid array index in `{access}`: `{index}` is not a valid index");
            return Err(Some(message));
        }
        indices.push(index.parse().unwrap_or(usize::MAX));
    }
    if name.is_empty() {
        return Err(Some(format!("invalid indexed access without a key in `{access}`")));
    }
    if indices.len() > INDICES {
        let message = format!("too many array indices in `{access}` (maximum depth: {INDICES})");
        return Err(Some(message));
    }
    // Names with other characters are read by some versions alone.
    if !name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_') {
        return Err(None);
    }
    Ok((name, indices))
}

/// The item of a list that the indices lead to.
fn item<'v, 'p>(
    value: &'v Value<'p>,
    indices: &[usize],
    access: &str,
) -> Result<&'v Value<'p>, Option<String>> {
    let mut value = value;
    for index in indices {
        if value.is_unknown() {
            return Err(None);
        }
        let Some(items) = value.as_seq() else {
            return Err(Some(format!(
                "cannot index into non-array value at [{index}] in `{access}`"
            )));
        };
        value = items.get(*index).ok_or_else(|| {
            Some(format!("array index {index} out of bounds (size: {}) in `{access}`", items.len()))
        })?;
    }
    Ok(value)
}

/// The origin of a composed text: written where it stands, with a step that shows the input.
fn before_includes(origin: &Origin, kind: StepKind, filled: &Value<'_>) -> Origin {
    let mut composed = Origin::here(origin.at).then(kind, filled.at());
    for step in origin.steps().collect::<Vec<_>>().into_iter().rev() {
        composed = composed.then(step.kind.clone(), step.at);
    }
    composed
}
