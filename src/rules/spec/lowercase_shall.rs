use crate::model::spec::{Operation, lower_case_shall};
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Project(check);

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for requirement in facts.spec.files.iter().flat_map(|file| &file.requirements) {
        if matches!(requirement.operation, Some(Operation::Removed | Operation::Renamed)) {
            continue;
        }
        let lines = requirement.body.iter().map(|range| Span::from_range(range.clone()));
        let steps = requirement.scenarios.iter().flat_map(|scenario| &scenario.steps);
        let steps = steps.flat_map(|step| step.sentences.iter().chain(&step.bullets));
        for span in lines.chain(steps.map(|sentence| sentence.span)) {
            let Some(word) = lower_case_shall(requirement.source, span) else { continue };
            let message = "`shall` in lower case binds nobody; a binding statement says SHALL";
            cx.report(requirement.source.at(word), message)
                .symbol(format!("requirement:{}", requirement.name))
                .help("write `SHALL`, or another word if it is not meant to bind");
        }
    }
}
