use std::sync::Arc;

use super::map::Change;
use super::{KeyKind, Map, Stage, Text, Value, ValueKind};
use crate::model::Origin;

/// How deep lists may nest in the list of stages.
const LEVELS: u32 = 9;

/// The stages of a configuration without `stages`.
const DEFAULT: [&str; 5] = [".pre", "build", "test", "deploy", ".post"];

/// The stages in order, with `.pre` in front and `.post` at the end; nothing if what is written
/// is no list of names.
pub(super) fn stages<'p>(config: &Map<'p>) -> Option<Vec<Stage<'p>>> {
    let stage = |name: Text<'p>, origin| Stage { name, origin };
    let written = match config.get("stages") {
        Some(value) if !value.is_null() => value,
        _ => {
            return Some(
                DEFAULT.into_iter().map(|name| stage(Text::Borrowed(name), None)).collect(),
            );
        }
    };
    written.as_seq()?;
    let mut named = Vec::new();
    for item in written.flat(LEVELS) {
        match &item.kind {
            ValueKind::Str(name) => named.push(stage(name.clone(), Some(item.origin.clone()))),
            _ => return None,
        }
    }
    if named.is_empty() {
        return Some(named);
    }
    let mut edges = [".pre", ".post"].map(|edge| {
        let at = named.iter().position(|it| it.name == edge);
        at.map_or_else(|| stage(Text::Borrowed(edge), None), |at| named[at].clone())
    });
    named.retain(|it| it.name != ".pre" && it.name != ".post");
    named.insert(0, std::mem::replace(&mut edges[0], stage(Text::Borrowed(""), None)));
    named.push(std::mem::replace(&mut edges[1], stage(Text::Borrowed(""), None)));
    Some(named)
}

/// The configuration with these stages in place of what is written.
pub(super) fn put<'p>(config: Map<'p>, stages: &[Stage<'p>]) -> Map<'p> {
    let Some(at) = config.position("stages").filter(|_| !stages.is_empty()) else { return config };
    let Some(entry) = config.entries().get(at) else { return config };
    if entry.key_kind != KeyKind::Str || entry.value.as_seq().is_none() {
        return config;
    }
    let whole = entry.value.origin.clone();
    let item = |stage: &Stage<'p>| {
        let origin = stage.origin.clone().unwrap_or_else(|| Origin::here(whole.at));
        Value::new(ValueKind::Str(stage.name.clone()), origin)
    };
    let items: Arc<[Value<'p>]> = stages.iter().map(item).collect();
    let put = Change::Value(Value::new(ValueKind::Seq(items), whole));
    config.with_changes((0..at).map(|_| Change::None).chain([put]).collect())
}
