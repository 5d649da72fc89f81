use crate::model::spec::ProblemKind;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for file in &facts.spec.files {
        for problem in file.problems.iter().filter(|it| it.kind == ProblemKind::ScenarioHeader) {
            let line = file.source.slice(problem.at.span).trim();
            cx.report(problem.at, problem.message.clone()).symbol(format!("header:{line}"));
        }
    }
}
