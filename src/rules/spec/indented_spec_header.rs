use crate::model::spec::ProblemKind;
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for file in &facts.spec.files {
        for problem in file.problems.iter().filter(|it| it.kind == ProblemKind::IndentedHeader) {
            let line = file.source.slice(problem.at.span).trim();
            let report =
                cx.report(problem.at, problem.message.clone()).symbol(format!("header:{line}"));
            let indent = file.source.slice(problem.at.span);
            let blanks = u32::try_from(indent.len() - indent.trim_start().len()).unwrap_or(0);
            let start = problem.at.span.start;
            report.replace(
                Span::new(start, start + blanks),
                "",
                "remove the blanks in front of the header",
            );
        }
    }
}
