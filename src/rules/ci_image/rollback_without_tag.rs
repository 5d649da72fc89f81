use crate::model::spec::{RollbackText, find_rollback};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::syntax::markdown::BlockKind;

pub(crate) const CHECK: Check = Check::Clause(check);

/// Ways to say that something goes back to what it was.
const REVERTING: [&str; 13] = [
    "revert",
    "restore",
    "set back",
    "back to",
    "change back",
    "put back",
    "roll back",
    "pin",
    "point",
    "reset",
    "switch",
    " back",
    "previous",
];

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let path = bound.params.text("path").to_lowercase();
    let Some((source, _)) = facts.spec.document(facts.files, &bound.clause.capability, "tasks.md")
    else {
        return Judgement::Unknown("there is no `tasks.md`".to_owned());
    };
    let words = ["rollback", "roll back", "rolling back", "revert"];
    let RollbackText::Found(rollback) = find_rollback(source, &words) else {
        return Judgement::Unknown("there is no rollback section to look into".to_owned());
    };
    // The variables of the pipeline that hold an image or its tag.
    let mut variables: Vec<String> = Vec::new();
    for pipeline in &facts.pipelines {
        let names = pipeline.variables.iter().map(|variable| variable.name.as_str().to_owned());
        variables.extend(names.filter(|name| name.contains("IMAGE") || name.contains("TAG")));
    }
    let steps = rollback.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Item { .. }));
    for step in steps {
        let text = step.text.to_lowercase();
        let reverts = REVERTING.iter().any(|word| text.contains(word));
        let names_file = text.contains(&path);
        let names_tag = text.contains("image")
            || text.contains("tag")
            || variables.iter().any(|name| step.text.contains(name));
        if !(reverts && names_file && names_tag) {
            continue;
        }
        if let Some(name) = unknown_variable(&step.text, facts) {
            cx.report(
                source.at(step.span),
                format!(
                    "the rollback step names `{name}`, which `{}` does not set",
                    bound.params.text("path")
                ),
            )
            .symbol("document:tasks.md/rollback/variable")
            .help("name the variable that holds the image tag");
            return Judgement::Violated;
        }
        return Judgement::Proven;
    }
    cx.report(
        rollback.heading,
        format!(
            "no step of the rollback puts the image tag in `{}` back",
            bound.params.text("path")
        ),
    )
    .symbol("document:tasks.md/rollback/tag")
    .help("add a step such as: set the image tag in `.gitlab-ci.yml` back to the one before");
    Judgement::Violated
}

/// A word in the form of a variable of an image tag that no pipeline sets.
fn unknown_variable(step: &str, facts: &crate::rule::Facts<'_>) -> Option<String> {
    if facts.pipelines.is_empty() || facts.pipelines.iter().any(|pipeline| !pipeline.is_complete())
    {
        return None;
    }
    let is_name = |ch: char| ch.is_ascii_uppercase() || ch.is_ascii_digit() || ch == '_';
    let words = step.split(|ch: char| !is_name(ch));
    let names = words.filter(|word| word.len() > 4 && word.contains('_') && word.contains("TAG"));
    let set = |name: &str| {
        let known = |pipeline: &crate::model::gitlab::Pipeline<'_>| {
            pipeline.variable(name).is_some()
                || pipeline.jobs.iter().any(|job| job.variable(name).is_some())
        };
        name.starts_with("CI_COMMIT") || facts.pipelines.iter().any(known)
    };
    names.map(str::to_owned).find(|name| !set(name))
}
