use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Job(check);

/// Keywords for which an empty list means none.
const LISTS: [&str; 5] = ["before_script", "after_script", "services", "cache", "tags"];

fn check(job: &Job<'_>, _: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for entry in job.value.entries().iter().filter(|entry| entry.value.is_null()) {
        let keyword = entry.key.as_str();
        let Some((_, default)) = job.defaulted.iter().find(|(key, _)| *key == keyword) else {
            continue;
        };
        let is_list = LISTS.contains(&keyword);
        let help = match is_list {
            true => format!("write `{keyword}: []` to have none"),
            false => format!(
                "write `inherit: {{default: [...]}}` with the keywords to inherit, without `{keyword}`"
            ),
        };
        let message = format!(
            "`{keyword}` without a value does not switch the default off: `{}` takes the one from `default`",
            job.name
        );
        let report = cx.report(entry.key_at, message);
        let report = report.symbol(format!("job:{}/{keyword}", job.name));
        let report = report.label(default.at(), "the default").help(help);
        let written = entry.value.at();
        let beside =
            written.source == entry.key_at.source && written.span.start >= entry.key_at.span.end;
        if !is_list || !beside || entry.value.node.is_none() {
            continue;
        }
        let edit = match written.span.is_empty() {
            // Behind the colon of the key.
            true => Edit { span: Span::empty(entry.key_at.span.end + 1), text: " []".to_owned() },
            false => Edit { span: written.span, text: "[]".to_owned() },
        };
        let title = format!("write `{keyword}: []`");
        report.fix(title, crate::rule::Safety::Safe, vec![(written.source, edit)]);
    }
}
