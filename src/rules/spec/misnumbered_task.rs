use std::collections::BTreeMap;

use crate::model::spec::{change_of, read_tasks};
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for path in facts.files.paths() {
        let Some((change, false)) = change_of(path) else { continue };
        if *path != format!("openspec/changes/{change}/tasks.md") {
            continue;
        }
        let Some(source) = facts.files.read(path) else { continue };
        let list = read_tasks(source);
        if list.tasks.is_empty() && !source.body().0.trim().is_empty() {
            let (body, start) = source.body();
            let first = u32::try_from(body.lines().next().map_or(0, str::len)).unwrap_or(0);
            cx.report(
                source.at(Span::new(start, start + first)),
                format!("the tasks of change `{change}` have no checkbox; a task is written `- [ ] 1.1 …`"),
            )
            .symbol(format!("tasks:{change}"));
        }
        let mut seen = BTreeMap::new();
        for task in &list.tasks {
            let Some((group, own)) = task.id else { continue };
            let symbol = format!("task:{change}/{group}.{own}");
            let first = *seen.entry((group, own)).or_insert(task.at);
            if first != task.at {
                cx.report(task.at, format!("task {group}.{own} stands here a second time; each number should stand once"))
                    .label(first, "the first one")
                    .symbol(symbol);
            } else if let Some(other) = task.group.filter(|other| *other != group) {
                cx.report(task.at, format!("task {group}.{own} stands below group {other}; its number should start with {other}"))
                    .symbol(symbol);
            }
        }
    }
}
