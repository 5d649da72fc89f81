use crate::model::gitlab::{Job, Pipeline, Version};
use crate::rule::{Check, Cx, Safety};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(entry) = job.value.entry("publish").filter(|it| !it.value.is_null()) else { return };
    if cx.facts.settings.gitlab_version < Version::new(17, 9) {
        return;
    }
    let source = cx.facts.sources.get(entry.key_at.source);
    let start = entry.key_at.span.start as usize;
    let line = source.text()[..start].rsplit('\n').next().unwrap_or_default();
    let own_line = !line.is_empty() && line.bytes().all(|byte| byte == b' ');
    let message = "`publish` beside the script is deprecated; write it as `pages: publish:`";
    let report = cx.report(entry.key_at, message);
    let report = report.symbol(format!("job:{}/publish", job.name));
    let report = report.help("move `publish` below `pages:`");
    if own_line && job.value.get("pages").is_none() {
        let newline = if source.text().contains("\r\n") { "\r\n" } else { "\n" };
        let text = format!("pages:{newline}{line}  ");
        let edit = Edit { span: Span::empty(entry.key_at.span.start), text };
        report.fix("move it below `pages`", Safety::Safe, vec![(source.id, edit)]);
    }
}
