use rustc_hash::FxHashSet;

use super::chunks::in_chunks;
use super::map::Change;
use super::merge::deep_merge;
use super::steps::Steps;
use super::{Entry, KeyKind, Map, Problem, Value, ValueKind};
use crate::model::{Origin, StepKind};
use crate::text::{Location, SourceId, Span, did_you_mean};

/// An entry that still extends with this many ancestors above it is refused.
const HOPS: u32 = 11;

/// How far down one search goes; everything below [`HOPS`] is refused anyway.
const SEARCH: u32 = 64;

/// Applies `extends` to all mappings of the top level. `complete` says whether all included files
/// were read; otherwise a missing template is not reported, as it may stand in one that was not.
pub(super) fn extend<'p>(
    config: Map<'p>,
    complete: bool,
    copies: &mut usize,
    problems: &mut Vec<Problem>,
) -> Map<'p> {
    let entries = config.entries();
    // What is extended comes first; then no other entry needs one that is still to be done.
    let named = entries.iter().filter_map(|entry| entry.value.get("extends")).flat_map(bases);
    let named: FxHashSet<usize> = named.filter_map(|(name, _)| config.position(&name)).collect();
    let mut named: Vec<usize> = named.into_iter().collect();
    named.sort_unstable();
    let mut states = vec![State::New; entries.len()];
    let mut extending = Extending {
        config: &config,
        states: States::Growing(&mut states),
        complete,
        copies: &mut *copies,
        problems: &mut *problems,
    };
    for at in named {
        extending.entry(at, 0);
    }
    let places: Vec<usize> = (0..entries.len()).collect();
    let changes = in_chunks(&places, copies, problems, |places, copies, problems| {
        let mut extending = Extending {
            config: &config,
            states: States::Settled(&states),
            complete,
            copies,
            problems,
        };
        let one = |&at: &usize| {
            let extends = entries[at].value.get("extends").is_some_and(|it| !it.is_null());
            match extends {
                true => Change::Value(extending.entry(at, 0).value),
                false => Change::None,
            }
        };
        places.iter().map(one).collect()
    });
    config.with_changes(changes)
}

/// The names that an `extends` value lists, each with the value that names it.
pub(super) fn bases<'v, 'p>(value: &'v Value<'p>) -> Vec<(String, &'v Value<'p>)> {
    let items = value.one_or_more().iter();
    items.map(|item| (item.to_text().map_or_else(|| item.inspect(), Into::into), item)).collect()
}

#[derive(Clone)]
enum State<'p> {
    New,
    Open,
    Done(Extended<'p>),
}

#[derive(Clone)]
struct Extended<'p> {
    value: Value<'p>,
    /// How many hops lie below: 0 without `extends`.
    height: u32,
}

/// What is known of the entries by their places.
enum States<'a, 'p> {
    Growing(&'a mut [State<'p>]),
    /// All that others extend is done.
    Settled(&'a [State<'p>]),
}

impl<'p> States<'_, 'p> {
    fn get(&self, at: usize) -> Option<&State<'p>> {
        match self {
            States::Growing(states) => states.get(at),
            States::Settled(states) => states.get(at),
        }
    }

    fn set(&mut self, at: usize, state: impl FnOnce() -> State<'p>) {
        if let States::Growing(states) = self
            && let Some(place) = states.get_mut(at)
        {
            *place = state();
        }
    }
}

struct Extending<'a, 'p> {
    config: &'a Map<'p>,
    states: States<'a, 'p>,
    complete: bool,
    copies: &'a mut usize,
    problems: &'a mut Vec<Problem>,
}

impl<'a, 'p> Extending<'a, 'p> {
    /// The entry after extending. The caller makes sure that it is not open.
    fn entry(&mut self, at: usize, depth: u32) -> Extended<'p> {
        if let Some(State::Done(done)) = self.states.get(at) {
            return done.clone();
        }
        let entries = self.config.entries();
        let Some(entry) = entries.get(at) else {
            return Extended { value: self.nothing(), height: 0 };
        };
        let Some(extends) = entry.value.get("extends").filter(|it| !it.is_null()) else {
            return self.done(at, entry.value.clone(), 0);
        };
        self.states.set(at, || State::Open);
        self.undefined(entry, extends);
        let (mut height, mut partial, mut too_deep) = (0, false, false);
        let mut inherited: Option<Value<'p>> = None;
        for (name, item) in bases(extends) {
            let Some(base) = self.base(entry, &name, item, depth) else {
                partial = true;
                continue;
            };
            height = height.max((base.height + 1).min(HOPS + 1));
            if base.height >= HOPS {
                too_deep |= base.height == HOPS;
                partial = true;
                continue;
            }
            let mut steps = Steps::new(StepKind::Extends(name), item.at());
            let value = steps.value(&base.value, self.copies);
            inherited = Some(match inherited {
                Some(before) => deep_merge(before, &value),
                None => value,
            });
        }
        if too_deep {
            let deep = self.deepest(at);
            let message = format!(
                "{deep}: nesting too deep in `extends`: from `{}` on it is the {HOPS}th that is extended, the last to which the server goes, and it extends one more",
                entry.key
            );
            let problem = Problem::new("extends-too-deep", &extends.origin, message);
            let help = format!(
                "leave out one of the templates in between, or let `{deep}` extend nothing"
            );
            self.problems.push(problem.help(help));
        }
        let value = match inherited {
            Some(inherited) => deep_merge(inherited, &entry.value),
            None => entry.value.clone(),
        };
        self.done(at, if partial { value.as_partial() } else { value }, height)
    }

    fn done(&mut self, at: usize, value: Value<'p>, height: u32) -> Extended<'p> {
        let done = Extended { value, height };
        self.states.set(at, || State::Done(done.clone()));
        done
    }

    fn nothing(&self) -> Value<'p> {
        let origin = self.config.entries().first().map(|it| it.value.origin.clone());
        Value::new(
            ValueKind::Null,
            origin.unwrap_or_else(|| Origin::here(Location::new(SourceId(0), Span::empty(0)))),
        )
    }

    /// What can be extended, by name.
    fn names(&self) -> impl Iterator<Item = &'a str> + use<'a, 'p> {
        let strings = self.config.entries().iter().filter(|it| it.key_kind == KeyKind::Str);
        strings.map(|it| it.key.as_str())
    }

    /// Reports the names that nothing is called by.
    fn undefined(&mut self, entry: &Entry<'p>, extends: &Value<'p>) {
        let names = bases(extends).into_iter();
        let mut undefined = names.filter(|(name, item)| {
            !matches!(item.kind, ValueKind::Unknown(_)) && self.config.position(name).is_none()
        });
        let Some((name, item)) = undefined.next().filter(|_| self.complete) else { return };
        let (mut names, mut labels) = (name.clone(), Vec::new());
        for (name, item) in undefined {
            names = format!("{names}, {name}");
            labels.push((item.at(), format!("`{name}` is not defined either")));
        }
        let message = format!(
            "{}: unknown keys in `extends` ({names}): no job or template of that name is defined",
            entry.key
        );
        let mut problem = Problem::new("undefined-extends", &item.origin, message);
        problem.labels = labels;
        if let Some(near) = super::nearest(&name, self.names()) {
            problem = problem.help(did_you_mean(near));
        }
        self.problems.push(problem);
    }

    /// What `entry` extends under `name`, extended itself.
    fn base(
        &mut self,
        entry: &Entry<'p>,
        name: &str,
        item: &Value<'p>,
        depth: u32,
    ) -> Option<Extended<'p>> {
        if item.is_unknown() && !matches!(item.kind, ValueKind::Reference(_)) {
            return None;
        }
        let job = &entry.key;
        let at = self.config.position(name)?;
        let entries = self.config.entries();
        let base = entries.get(at)?;
        match &base.value.kind {
            ValueKind::Map(_) => {}
            ValueKind::Unknown(_) => return None,
            _ => {
                let what = base.value.kind_name();
                let message = format!(
                    "{job}: invalid base hashes in `extends` ({name}): `{name}` is {what}, but only a mapping can be extended"
                );
                let problem = Problem::new("invalid-extends-base", &item.origin, message);
                self.problems.push(problem.label(base.key_at, format!("`{name}` is {what}")));
                return None;
            }
        }
        if let Some(State::Open) = self.states.get(at) {
            let message = format!(
                "{name}: circular dependency detected in `extends`: `{name}` comes back to itself through `{job}`"
            );
            self.problems.push(Problem::new("circular-extends", &item.origin, message));
            return None;
        }
        if depth >= SEARCH {
            return Some(Extended { value: base.value.clone(), height: HOPS + 1 });
        }
        Some(self.entry(at, depth + 1))
    }

    /// The first entry that still extends with too many above it.
    fn deepest(&self, from: usize) -> String {
        let mut at = from;
        for _ in 0..HOPS {
            let extends = self.config.entries().get(at).and_then(|it| it.value.get("extends"));
            let Some(extends) = extends else { break };
            let below = bases(extends).into_iter().filter_map(|(name, _)| {
                let at = self.config.position(&name)?;
                match self.states.get(at)? {
                    State::Done(done) => Some((done.height, at)),
                    _ => None,
                }
            });
            // The first of the highest, as the server looks into them in order.
            match below.reduce(|best, next| if next.0 > best.0 { next } else { best }) {
                Some((_, next)) => at = next,
                None => break,
            }
        }
        self.config.entries().get(at).map_or_else(String::new, |it| it.key.to_string())
    }
}
