use crate::model::docker::{Dockerfile, Step};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        for (keyword, code) in [
            (Keyword::Cmd, "DL4003"),
            (Keyword::Entrypoint, "DL4004"),
            (Keyword::Healthcheck, "DL3012"),
        ] {
            let all: Vec<_> =
                file.steps_of(stage).filter(|step| step.instruction.keyword == keyword).collect();
            for pair in all.windows(2) {
                let [earlier, later] = pair else { continue };
                report(file, *earlier, *later, code, cx);
            }
        }
    }
}

/// BuildKit points at the earlier one, hadolint at the later one.
fn report(
    file: &Dockerfile<'_>,
    earlier: Step<'_, '_>,
    later: Step<'_, '_>,
    code: &'static str,
    cx: &mut Cx<'_, '_>,
) {
    let name = earlier.instruction.keyword.as_str();
    let message = format!("this `{name}` has no effect: the one further down replaces it");
    cx.report(file.at(earlier.instruction.name.span), message)
        .symbol(earlier.symbol())
        .alias("MultipleInstructionsDisallowed")
        .label(file.at(later.instruction.name.span), "this one counts")
        .replace(lines(file, earlier), "", "Delete it");
    let message = format!("this `{name}` replaces the one further up; a stage should have one");
    cx.report(file.at(later.instruction.name.span), message)
        .symbol(later.symbol())
        .alias(code)
        .label(file.at(earlier.instruction.name.span), "this one has no effect");
}

/// The lines of an instruction with the last line break.
fn lines(file: &Dockerfile<'_>, step: Step<'_, '_>) -> Span {
    let end = step.instruction.span.end.max(step.instruction.head.end);
    let rest = file.source.text().get(end as usize..).unwrap_or("");
    let line_break = rest.find('\n').map_or(rest.len(), |at| at + 1);
    Span::new(step.instruction.span.start, end + u32::try_from(line_break).unwrap_or(0))
}
