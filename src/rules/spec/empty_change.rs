use std::collections::BTreeMap;

use crate::model::spec::{capability_of, change_of};
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    let mut changes: BTreeMap<&str, &str> = BTreeMap::new();
    for path in facts.files.paths() {
        if let Some((change, false)) = change_of(path)
            && path.ends_with(&format!("/{change}/proposal.md"))
        {
            changes.insert(change, path);
        }
    }
    for (change, proposal) in changes {
        let paths = facts.files.paths().iter().filter(|path| {
            change_of(path) == Some((change, false)) && capability_of(path).is_some()
        });
        // A delta that was not read, because another spec was named, is taken for one.
        let holds = |path: &String| {
            let file = facts.spec.files.iter().find(|file| file.source.path == *path);
            file.is_none_or(|it| !it.requirements.is_empty() || !it.renames.is_empty())
        };
        if paths.into_iter().any(holds) {
            continue;
        }
        let settings = facts.files.read(&format!("openspec/changes/{change}/.openspec.yaml"));
        let skips = settings.is_some_and(|it| {
            let mut lines = it.body().0.lines().filter_map(|line| line.split_once(':'));
            lines.any(|(key, value)| {
                let value = value.split('#').next().unwrap_or_default().trim();
                key.trim() == "skip_specs" && value == "true"
            })
        });
        let Some(source) = facts.files.read(proposal).filter(|_| !skips) else { continue };
        let start = source.body().1;
        let first = source.body().0.lines().next().map_or(0, str::len);
        let span = Span::new(start, start + u32::try_from(first).unwrap_or(0));
        cx.report(
            source.at(span),
            format!("change `{change}` has no delta; `specs/<capability>/spec.md` should say what it changes"),
        )
        .symbol(format!("change:{change}"))
        .help("if the change leaves the specs alone, say `skip_specs: true` in its `.openspec.yaml`");
    }
}
