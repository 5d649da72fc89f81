use crate::model::gitlab::{Pipeline, ValueKind};
use crate::rule::{Check, Cx, Safety};
use crate::text::Edit;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for value in pipeline.retyped_values() {
        let ValueKind::Bool(is) = value.kind else { continue };
        let at = value.at();
        let written = cx.facts.sources.get(at.source).slice(at.span);
        let lower = written.to_ascii_lowercase();
        if value.node.is_none() || !["yes", "no", "on", "off"].contains(&lower.as_str()) {
            continue;
        }
        let message = format!(
            "`{written}` is a boolean to YAML, so the variable is `{is}`; quote it to keep the text"
        );
        let edit = Edit { span: at.span, text: format!("\"{written}\"") };
        cx.report(&value.origin, message)
            .symbol(format!("variable:{written}"))
            .help(format!("write `\"{written}\"`, or `\"{is}\"` if that is meant"))
            .fix("quote the value", Safety::Unsafe, vec![(at.source, edit)]);
    }
}
