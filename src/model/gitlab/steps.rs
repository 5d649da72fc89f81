use std::sync::Arc;

use super::{Entry, Map, Value, ValueKind};
use crate::model::{Origin, Step, StepKind};
use crate::text::Location;

/// How many values a resolution may copy to note a step in them. Beyond that, subtrees are shared
/// and keep the steps that they have: a configuration made to explode costs neither time nor memory.
pub(super) const COPIES: usize = 2_000_000;

/// Adds one step to the origins of whole subtrees.
pub(super) struct Steps {
    kind: StepKind,
    at: Location,
    /// How many of the last steps of a value come after this one.
    after: usize,
    /// Steps already made, by the step that they follow: nearly all values of a template came by
    /// the same way.
    made: Vec<(Option<Arc<Step>>, Arc<Step>)>,
}

const REMEMBERED: usize = 8;

impl Steps {
    pub(super) const fn new(kind: StepKind, at: Location) -> Self {
        Self { kind, at, after: 0, made: Vec::new() }
    }

    /// A step that came before the last `after` ones that a value has already: an alias in a file
    /// is followed before the file is included.
    pub(super) const fn before(kind: StepKind, at: Location, after: usize) -> Self {
        Self { kind, at, after, made: Vec::new() }
    }

    /// The origin after this step.
    pub(super) fn origin(&mut self, origin: &Origin) -> Origin {
        let known =
            self.made.iter().find(|(before, _)| same(before.as_ref(), origin.last.as_ref()));
        if let Some((_, step)) = known {
            return Origin { at: origin.at, last: Some(Arc::clone(step)) };
        }
        let after = self.inserted(origin);
        if let Some(step) = &after.last {
            if self.made.len() >= REMEMBERED {
                self.made.clear();
            }
            self.made.push((origin.last.clone(), Arc::clone(step)));
        }
        after
    }

    fn inserted(&self, origin: &Origin) -> Origin {
        let mut last = &origin.last;
        let mut above = Vec::new();
        while let Some(step) = last.as_ref().filter(|_| above.len() < self.after) {
            above.push((step.kind.clone(), step.at));
            last = &step.before;
        }
        let below = Origin { at: origin.at, last: last.clone() };
        let here = below.then(self.kind.clone(), self.at);
        above.into_iter().rev().fold(here, |origin, (kind, at)| origin.then(kind, at))
    }

    /// The value after this step, with all that is in it. `copies` is what may still be copied.
    pub(super) fn value<'p>(&mut self, value: &Value<'p>, copies: &mut usize) -> Value<'p> {
        if *copies == 0 {
            return value.clone();
        }
        *copies -= 1;
        let kind = match &value.kind {
            ValueKind::Seq(items) => {
                ValueKind::Seq(items.iter().map(|item| self.value(item, copies)).collect())
            }
            ValueKind::Map(map) => ValueKind::Map(Arc::new(self.map(map, copies))),
            other => other.clone(),
        };
        Value { kind, origin: self.origin(&value.origin), node: value.node }
    }

    pub(super) fn entry<'p>(&mut self, entry: &Entry<'p>, copies: &mut usize) -> Entry<'p> {
        Entry { value: self.value(&entry.value, copies), ..entry.clone() }
    }

    fn map<'p>(&mut self, map: &Map<'p>, copies: &mut usize) -> Map<'p> {
        let entries = map.entries().iter().map(|entry| self.entry(entry, copies)).collect();
        let stepped = Map::new(entries);
        if map.is_partial() { stepped.into_partial() } else { stepped }
    }
}

fn same(a: Option<&Arc<Step>>, b: Option<&Arc<Step>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}
