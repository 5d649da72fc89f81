use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx, Safety};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(coverage) = job.get("coverage") else { return };
    let Some(text) = coverage.as_str() else { return };
    let Some((pattern, flags)) = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'))
    else {
        return;
    };
    if flags.is_empty() || !flags.bytes().all(|byte| b"imsU".contains(&byte)) {
        return;
    }
    let message = format!(
        "GitLab cuts off the first and the last character of `coverage`, so with `{flags}` behind the slash \
         it never matches; write `/(?{flags}){pattern}/`"
    );
    let report = cx.report(&coverage.origin, message);
    let report = report.symbol(format!("job:{}/coverage", job.name));
    let report = report.help("put the flags in front of the pattern");
    let end = u32::try_from(text.len()).unwrap_or(0);
    let tail = end - u32::try_from(flags.len()).unwrap_or(0);
    let first = pipeline.part_at(coverage, Span::new(0, 1));
    let last = pipeline.part_at(coverage, Span::new(tail, end));
    if coverage.node.is_none() || pipeline.scalar_map(coverage).is_none() {
        return;
    }
    let insert = Edit { span: Span::empty(first.span.end), text: format!("(?{flags})") };
    let remove = Edit { span: last.span, text: String::new() };
    let source = coverage.at().source;
    report.fix("put the flags in front", Safety::Safe, vec![(source, insert), (source, remove)]);
}
