use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::functions::{self, Outcome};
use crate::model::gitlab::merge::Merged;
use crate::model::gitlab::steps::Steps;
use crate::model::gitlab::{Entry, Problem, Settings, Text, Unknown, Value, ValueKind};
use crate::model::{Origin, StepKind};
use crate::text::did_you_mean;

const FUNCTIONS: usize = 3;
const ACCESS: usize = 1024;
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
}

/// Fills in every `$[[ ... ]]` of a file that has a header. `prefix` names the file in messages.
pub(in crate::model::gitlab) fn interpolate<'p>(
    content: &Value<'p>,
    inputs: &FxHashMap<Text<'p>, Value<'p>>,
    component: &Component,
    settings: &Settings,
    (prefix, problems): (&str, &mut Vec<Problem>),
) -> Value<'p> {
    let mut filling =
        Filling { inputs, component, settings, prefix, problems, copies: 1_000_000, blocks: 0 };
    filling.value(content).unwrap_or_else(|| content.clone())
}

struct Filling<'a, 'p> {
    inputs: &'a FxHashMap<Text<'p>, Value<'p>>,
    component: &'a Component,
    settings: &'a Settings,
    prefix: &'a str,
    problems: &'a mut Vec<Problem>,
    copies: usize,
    blocks: usize,
}

/// A piece of a text: what stands between blocks, or the inside of one with its offset.
enum Piece<'t> {
    Text(&'t str),
    Block(&'t str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut searched) = (text, 0);
    while let Some(start) =
        rest.get(searched..).and_then(|it| it.find("$[[")).map(|at| at + searched)
    {
        let inside = &rest[start + 3..];
        // A block stands on one line.
        let line = inside.find('\n').unwrap_or(inside.len());
        match inside[..line].find("]]") {
            Some(length) => {
                if start > 0 {
                    pieces.push(Piece::Text(&rest[..start]));
                }
                pieces.push(Piece::Block(inside[..length].trim()));
                (rest, searched) = (&inside[length + 2..], 0);
            }
            None => searched = start + 3,
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
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
                    let key = key.unwrap_or_else(|| entry.key.clone());
                    merged.replace(Entry { key, value, ..entry.clone() });
                }
                if !changed {
                    return None;
                }
                ValueKind::Map(Arc::new(merged.into_map()))
            }
            ValueKind::Reference(target) => ValueKind::Reference(Arc::new(self.value(target)?)),
            _ => return None,
        };
        Some(Value { kind, ..value.clone() })
    }

    fn key(&mut self, entry: &Entry<'p>) -> Option<Text<'p>> {
        if !entry.key.contains("$[[") {
            return None;
        }
        let mut origin = entry.value.origin.clone();
        origin.at = entry.key_at;
        let key = Value::new(ValueKind::Str(entry.key.clone()), origin);
        let filled = self.text(&entry.key, &key)?;
        filled.to_text().map(|text| Text::from(text.into_owned()))
    }

    fn text(&mut self, text: &str, value: &Value<'p>) -> Option<Value<'p>> {
        let pieces = pieces(text);
        if let [Piece::Block(block)] = pieces.as_slice() {
            return self.block(block, value).map(|(filled, _)| filled);
        }
        let mut all = String::with_capacity(text.len());
        let mut origin = value.origin.clone();
        let (mut changed, mut unknown) = (false, None);
        for piece in pieces {
            let block = match piece {
                Piece::Text(text) => {
                    all.push_str(text);
                    continue;
                }
                Piece::Block(block) => block,
            };
            let Some((filled, name)) = self.block(block, value) else {
                all.push_str(&format!("$[[ {block} ]]"));
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
    fn block(&mut self, block: &str, place: &Value<'p>) -> Option<(Value<'p>, String)> {
        let mut parts = block.split('|').map(str::trim);
        let access = parts.next().unwrap_or("");
        let calls: Vec<&str> = parts.collect();
        if access.starts_with("matrix.") {
            return None;
        }
        self.blocks += 1;
        let name = access.strip_prefix("inputs.").unwrap_or(access).to_owned();
        let unknown = || Value {
            kind: ValueKind::Unknown(Unknown::Input(name.as_str().into())),
            ..place.clone()
        };
        if self.blocks == BLOCKS + 1 {
            let message = "too many interpolation blocks: 10,000 are allowed";
            self.refuse("invalid-interpolation", place, message.to_owned(), None);
        }
        if self.blocks > BLOCKS {
            return Some((unknown(), name));
        }
        if calls.len() > FUNCTIONS {
            let message = format!(
                "too many functions in interpolation block: {} of {FUNCTIONS} at most",
                calls.len()
            );
            self.refuse("invalid-interpolation", place, message, None);
            return Some((unknown(), name));
        }
        let Some(mut value) = self.access(access, place) else {
            return Some((unknown(), name));
        };
        for call in calls {
            let outcome = functions::apply(call, value.kind.clone(), self.settings);
            value.kind = match outcome {
                Outcome::Value(kind) => kind,
                Outcome::NoFunction => {
                    let message = format!(
                        "no function matching `{call}`: check that the function name, arguments, and types are correct"
                    );
                    self.refuse("invalid-interpolation", place, message, None);
                    return Some((unknown(), name));
                }
                Outcome::WrongType(function) => {
                    let message = format!(
                        "error in `{function}` function: invalid input type: {function} can only be used with string inputs"
                    );
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
        let parts: Vec<&str> = access.split('.').map(str::trim).collect();
        if access.len() > ACCESS {
            let message =
                format!("maximum interpolation expression size of {ACCESS} bytes exceeded");
            self.refuse("invalid-interpolation", place, message, None);
            return None;
        }
        match parts.as_slice() {
            // Newer servers take an item out of a list; which one is not looked up here.
            ["inputs", name] if name.ends_with(']') && self.is_item(name) => None,
            ["inputs", name, ..] => {
                if let Some(value) = self.inputs.get(*name) {
                    if let Some(more) = parts.get(2) {
                        let message =
                            format!("unknown interpolation provided: `{more}` in `{access}`");
                        self.refuse("invalid-interpolation", place, message, None);
                        return None;
                    }
                    return Some(self.used(value, name, place));
                }
                let known = self.inputs.keys().map(|key| &**key);
                let mut known: Vec<&str> = known.collect();
                known.sort_unstable();
                let near = crate::model::gitlab::nearest(name, known.into_iter());
                let help = near.map(|near| did_you_mean(format_args!("inputs.{near}")));
                let message = format!("unknown input name provided: `{name}` in `{access}`");
                self.refuse("undefined-input", place, message, help);
                None
            }
            ["component", field] if !self.component.declared.iter().any(|it| it == field) => {
                let message = format!("unknown interpolation provided: `{field}` in `{access}`");
                let help = format!("Ask for it in the header: `spec: {{component: [{field}]}}`");
                self.refuse("invalid-interpolation", place, message, Some(help));
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
                self.refuse("invalid-interpolation", place, message, None);
                None
            }
        }
    }

    /// Whether a name is `input[0]` of an input that is or may be a list.
    fn is_item(&self, name: &str) -> bool {
        let Some((base, index)) = name.split_once('[') else { return false };
        let digits = index.trim_end_matches(']').split("][");
        let is_index = digits.into_iter().all(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
        let input = self.inputs.get(base);
        is_index && input.is_some_and(|it| it.as_seq().is_some() || it.is_unknown())
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

/// The origin of a composed text: written where it stands, with a step that shows the input.
fn before_includes(origin: &Origin, kind: StepKind, filled: &Value<'_>) -> Origin {
    let mut composed = Origin::here(origin.at).then(kind, filled.at());
    for step in origin.steps().collect::<Vec<_>>().into_iter().rev() {
        composed = composed.then(step.kind.clone(), step.at);
    }
    composed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_blocks_and_what_is_between() {
        let shown = |text: &str| {
            let show = |piece: Piece<'_>| match piece {
                Piece::Text(text) => format!("'{text}'"),
                Piece::Block(block) => format!("<{block}>"),
            };
            pieces(text).into_iter().map(show).collect::<String>()
        };
        assert_eq!(shown("$[[ inputs.a ]]"), "<inputs.a>");
        assert_eq!(shown("a$[[inputs.b|f]]c $[[ d ]]"), "'a'<inputs.b|f>'c '<d>");
        assert_eq!(shown("$[[ open\n]] $[[ x ]]"), "'$[[ open\n]] '<x>");
        assert_eq!(shown("$[[ open"), "'$[[ open'");
    }
}
