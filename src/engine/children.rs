use std::collections::BTreeSet;

use super::Project;
use crate::model::gitlab::{GENERATIONS, Pipeline, Settings, Trigger, Value};

/// Adds the child pipelines that those from the place `from` on start, wherever their files lie.
pub fn children<'p>(
    project: &'p Project,
    settings: &Settings,
    pipelines: &mut Vec<Pipeline<'p>>,
    mut from: usize,
) {
    // What the pipeline itself is made of is judged as that: as a child it would be said to be idle.
    let own = pipelines[from..].iter().flat_map(|it| &it.files);
    let own: BTreeSet<&str> = own.map(|file| file.source.path.as_str()).collect();
    let is_own = |trigger: &Trigger<'_>| {
        let count = trigger.local_files().filter(|path| own.contains(path)).count();
        count > 0 && count == trigger.includes.len()
    };
    let mut known: Vec<Vec<Value<'p>>> = Vec::new();
    for generation in 1..=GENERATIONS {
        let triggers = pipelines[from..].iter().flat_map(|it| &it.jobs);
        let triggers = triggers.filter_map(|job| job.trigger.as_deref());
        let mut started: Vec<Vec<Value<'p>>> = Vec::new();
        let starts = |it: &&Trigger<'_>| it.project.is_none() && is_wanted(it, project);
        for trigger in triggers.filter(starts).filter(|it| !is_own(it)) {
            let same = |it: &&Vec<Value<'p>>| all_same(it, &trigger.includes);
            if known.iter().chain(&started).find(same).is_none() {
                started.push(trigger.includes.clone());
            }
        }
        from = pipelines.len();
        let resolve = |items: &Vec<Value<'p>>| {
            let by = project.files.sources().get(items.first()?.at().source);
            let mut child = Pipeline::resolve_child((items, by), &project.files, settings)?;
            child.generation = generation;
            Some(child)
        };
        pipelines.extend(started.iter().filter_map(resolve));
        known.append(&mut started);
    }
}

/// Whether a file that is judged is part of what the trigger starts, as far as its name tells.
fn is_wanted(trigger: &Trigger<'_>, project: &Project) -> bool {
    let mut local = trigger.local_files().peekable();
    let is_all_local =
        local.peek().is_some() && trigger.local_files().count() == trigger.includes.len();
    local.any(|path| project.is_wanted(path)) || !is_all_local
}

fn all_same(one: &[Value<'_>], other: &[Value<'_>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other))
}
