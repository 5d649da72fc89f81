use rustc_hash::FxHashMap;

use super::chunks::in_chunks;
use super::map::Change;
use super::steps::Steps;
use super::{Map, Problem, Unknown, Value, ValueKind};
use crate::model::StepKind;
use crate::text::did_you_mean;

/// How deep values and references into references may nest. A loaded file has 100 levels at most;
/// the bound keeps the stack small on what was made to overflow it.
const DEPTH: u32 = 250;

/// Looks up every `!reference` of the merged and extended configuration.
pub(super) fn dereference<'p>(
    config: Map<'p>,
    complete: bool,
    copies: &mut usize,
    problems: &mut Vec<Problem>,
) -> Map<'p> {
    let changes = in_chunks(config.entries(), copies, problems, |entries, copies, problems| {
        let mut lookup = Lookup {
            config: &config,
            complete,
            copies,
            problems,
            states: FxHashMap::default(),
            done: Vec::new(),
            refused: false,
        };
        entries.iter().map(|entry| lookup.top(&entry.value)).collect()
    });
    config.with_changes(changes)
}

/// The names that a `!reference` walks along; nothing if it is no such list.
pub(super) fn names<'v>(target: &'v Value<'_>) -> Option<Vec<&'v str>> {
    let items = target.as_seq().filter(|items| !items.is_empty())?;
    items.iter().map(Value::as_str).collect()
}

#[derive(Clone, Copy)]
enum State {
    Open,
    /// The place of the target among those that are done; nothing if there is none.
    Done(Option<usize>),
}

#[derive(Clone)]
struct Target<'p> {
    value: Value<'p>,
    height: u32,
    /// Number of values in it.
    size: usize,
}

struct Lookup<'a, 'p> {
    config: &'a Map<'p>,
    complete: bool,
    copies: &'a mut usize,
    problems: &'a mut Vec<Problem>,
    states: FxHashMap<Vec<String>, State>,
    /// Targets without references.
    done: Vec<Target<'p>>,
    refused: bool,
}

impl<'p> Lookup<'_, 'p> {
    /// What becomes of a value of the top level.
    fn top(&mut self, value: &Value<'p>) -> Change<'p> {
        let Some(map) = value.as_map() else {
            return self.value(value, 0).map_or(Change::None, |(value, _)| Change::Value(value));
        };
        let values = self.entries(map, 0);
        if values.is_empty() {
            return Change::None;
        }
        Change::Inside(values.into_iter().map(|(at, value, _)| (at, value)).collect())
    }

    /// The values of a mapping in which there are references, with their places, without references, and their
    /// heights.
    fn entries(&mut self, map: &Map<'p>, depth: u32) -> Vec<(usize, Value<'p>, u32)> {
        let entries = map.entries().iter().enumerate();
        let resolved = entries.filter_map(|(at, entry)| {
            let (value, height) = self.value(&entry.value, depth + 1)?;
            Some((at, value, height))
        });
        resolved.collect()
    }

    /// The value without references and its height; nothing if there is none in it.
    fn value(&mut self, value: &Value<'p>, depth: u32) -> Option<(Value<'p>, u32)> {
        match &value.kind {
            ValueKind::Reference(target) => Some(self.reference(value, target, depth)),
            ValueKind::Seq(items) => {
                let mut changed: Option<Vec<Value<'p>>> = None;
                let mut height = 0;
                for (at, item) in items.iter().enumerate() {
                    let resolved = self.value(item, depth + 1);
                    if let Some((resolved, below)) = resolved {
                        height = height.max(below + 1);
                        let all = changed.get_or_insert_with(|| items.to_vec());
                        if let Some(place) = all.get_mut(at) {
                            *place = resolved;
                        }
                    }
                }
                let kind = ValueKind::Seq(changed?.into());
                Some((Value { kind, ..value.clone() }, height))
            }
            ValueKind::Map(map) => {
                let changed = self.entries(map, depth);
                let height = changed.iter().map(|(_, _, below)| below + 1).max()?;
                let mut resolved = value.clone();
                resolved.set_inside(changed.into_iter().map(|(at, it, _)| (at, it)).collect());
                Some((resolved, height))
            }
            _ => None,
        }
    }

    fn reference(&mut self, value: &Value<'p>, target: &Value<'p>, depth: u32) -> (Value<'p>, u32) {
        let unknown = |why| (Value::new(ValueKind::Unknown(why), value.origin.clone()), 0);
        let Some(names) = names(target) else {
            if !target.has_unknown() {
                let message = format!(
                    "!reference {} is not valid: it takes a list of names, such as `[.job, script]`",
                    target.inspect()
                );
                self.problems.push(Problem::new("invalid-reference", &value.origin, message));
            }
            return unknown(Unknown::Reference);
        };
        let path: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        match self.states.get(&path) {
            Some(State::Open) => {
                let message =
                    format!("!reference {} is part of a circular chain", target.inspect());
                self.problems.push(Problem::new("circular-reference", &value.origin, message));
                return unknown(Unknown::Reference);
            }
            Some(State::Done(found)) => {
                return match found.and_then(|at| self.done.get(at)).cloned() {
                    Some(found) => self.use_target(&found, value, depth),
                    None => {
                        self.missing(value, target);
                        unknown(Unknown::Reference)
                    }
                };
            }
            None => {}
        }
        if depth >= DEPTH {
            return unknown(Unknown::Reference);
        }
        let Some(found) = dig(self.config, &names).cloned() else {
            self.states.insert(path, State::Done(None));
            self.missing(value, target);
            return unknown(Unknown::Reference);
        };
        self.states.insert(path.clone(), State::Open);
        let resolved = self.value(&found, depth + 1);
        let resolved = resolved.map_or(found, |(resolved, _)| resolved);
        let (height, size) = measure(&resolved);
        let found = Target { value: resolved, height, size };
        self.states.insert(path, State::Done(Some(self.done.len())));
        self.done.push(found.clone());
        self.use_target(&found, value, depth)
    }

    /// What a reference stands for, unless that is too much.
    fn use_target(
        &mut self,
        found: &Target<'p>,
        reference: &Value<'p>,
        depth: u32,
    ) -> (Value<'p>, u32) {
        let steps = reference.origin.steps().count() + 1;
        let cost = found.size.saturating_mul(steps);
        if depth + found.height <= DEPTH && cost <= *self.copies {
            return (self.stepped(&found.value, reference), found.height);
        }
        if cost > *self.copies && !self.refused {
            self.refused = true;
            *self.copies = 0;
            let message = "The parsed YAML is too big: its references written out are more than the server can load";
            self.problems.push(Problem::new("yaml-too-big", &reference.origin, message));
        }
        (Value::new(ValueKind::Unknown(Unknown::Reference), reference.origin.clone()), 0)
    }

    fn stepped(&mut self, found: &Value<'p>, reference: &Value<'p>) -> Value<'p> {
        let mut steps = Steps::new(StepKind::Reference, reference.at());
        let mut value = steps.value(found, self.copies);
        // How the reference itself came here is part of the way.
        for step in reference.origin.steps().collect::<Vec<_>>().into_iter().rev() {
            value = Steps::new(step.kind.clone(), step.at).value(&value, self.copies);
        }
        value
    }

    fn missing(&mut self, value: &Value<'p>, target: &Value<'p>) {
        let Some(names) = names(target) else { return };
        if !self.complete || passes_unknown(self.config, &names) {
            return;
        }
        let shown = target.inspect();
        let reason = reason(self.config, &names);
        let message = format!("!reference {shown} could not be found: {reason}");
        let mut problem = Problem::new("undefined-reference", &value.origin, message);
        let known = self.config.entries().iter().map(|entry| &*entry.key);
        if let Some(first) = names.first().filter(|first| self.config.get(first).is_none())
            && let Some(near) = super::nearest(first, known)
        {
            problem = problem.help(did_you_mean(near));
        }
        self.problems.push(problem);
    }
}

/// The value at the end of the path. Like the server, takes null and false for nothing.
fn dig<'v, 'p>(config: &'v Map<'p>, names: &[&str]) -> Option<&'v Value<'p>> {
    let (first, rest) = names.split_first()?;
    let found = config.get(first)?.path(rest)?;
    (!matches!(found.kind, ValueKind::Null | ValueKind::Bool(false))).then_some(found)
}

/// Whether something on the path is not known, so that the target may well be there.
fn passes_unknown(config: &Map<'_>, names: &[&str]) -> bool {
    let Some((first, rest)) = names.split_first() else { return false };
    let Some(mut value) = config.get(first) else { return config.is_partial() };
    for name in rest {
        if matches!(value.kind, ValueKind::Unknown(_)) {
            return true;
        }
        match value.get(name) {
            Some(next) => value = next,
            None => return value.as_map().is_some_and(Map::is_partial),
        }
    }
    matches!(value.kind, ValueKind::Unknown(_))
}

fn reason(config: &Map<'_>, names: &[&str]) -> String {
    let Some((first, rest)) = names.split_first() else { return String::new() };
    let Some(mut value) = config.get(first) else {
        return format!("there is no `{first}` on the top level");
    };
    let mut path = (*first).to_owned();
    for name in rest {
        match value.get(name) {
            Some(next) => value = next,
            None if value.as_map().is_some() => return format!("`{path}` has no `{name}`"),
            None if matches!(value.kind, ValueKind::Reference(_)) => {
                return format!(
                    "`{path}` is a reference itself, and the server does not look through it"
                );
            }
            None => return format!("`{path}` is {}, which has no keys", value.kind_name()),
        }
        path = format!("{path}:{name}");
    }
    format!("`{path}` is {}", if value.is_null() { "null" } else { "false" })
}

/// How many levels of values lie in a value, and how many values it is.
pub(super) fn measure(value: &Value<'_>) -> (u32, usize) {
    let together =
        |(height, size): (u32, usize), (h, s): (u32, usize)| (height.max(h + 1), size + s);
    match &value.kind {
        ValueKind::Seq(items) => items.iter().map(measure).fold((0, 1), together),
        ValueKind::Map(map) => {
            map.entries().iter().map(|entry| measure(&entry.value)).fold((0, 1), together)
        }
        _ => (0, 1),
    }
}
