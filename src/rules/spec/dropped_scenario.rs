use crate::model::spec::Operation;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for delta in facts.spec.pending() {
        let Some(main) = delta.capability.as_deref().and_then(|it| facts.spec.main_file(it)) else {
            continue;
        };
        for modified in
            delta.requirements.iter().filter(|it| it.operation == Some(Operation::Modified))
        {
            let rename = delta.renames.iter().find(|it| it.to == modified.name);
            let old = rename.map_or(modified.name, |rename| rename.from);
            let Some(current) = main.requirements.iter().find(|it| it.name == old) else {
                continue;
            };
            let mut kept: Vec<&str> = modified.scenarios.iter().map(|it| it.title).collect();
            for scenario in &current.scenarios {
                let title = scenario.title;
                if let Some(at) = kept.iter().position(|it| *it == title) {
                    kept.swap_remove(at);
                    continue;
                }
                let name = modified.name;
                let message = format!(
                    "requirement `{name}` is replaced without its scenario `{title}`; MODIFIED should repeat every scenario"
                );
                cx.report(modified.at, message)
                    .label(scenario.at, "this scenario would be gone")
                    .symbol(format!("scenario:{name}/{title}"))
                    .help("to drop a scenario for good, remove the requirement and add it anew");
            }
        }
    }
}
