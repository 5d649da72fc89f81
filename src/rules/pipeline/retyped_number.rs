use crate::model::gitlab::{Pipeline, ValueKind};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for value in pipeline.variable_values() {
        let is_number = matches!(
            value.kind,
            ValueKind::Int(_) | ValueKind::BigInt(_) | ValueKind::Float(_) | ValueKind::Symbol(_)
        );
        let Some(text) = value.to_text().filter(|_| is_number && value.node.is_some()) else {
            continue;
        };
        let written = cx.facts.sources.get(value.at().source).slice(value.at().span);
        if written == text || written.is_empty() || written.contains(['"', '\'', '!', '\n']) {
            continue;
        }
        let what = match &value.kind {
            ValueKind::Symbol(_) => "a name of Ruby's",
            ValueKind::Float(_) => "a number with a point",
            _ if written.contains(':') => "a number of base 60",
            _ if written.contains('x') => "a hexadecimal number",
            _ if written.trim_start_matches(['-', '+']).starts_with('0') => "an octal number",
            _ => "a number",
        };
        let message = format!(
            "`{written}` is {what} to YAML, so the variable is `{text}`; quote it to keep the text"
        );
        cx.report(&value.origin, message)
            .symbol(format!("variable:{written}"))
            .help(format!("write `\"{written}\"`"))
            .replace(value.at().span, format!("\"{written}\""), "quote the value");
    }
}
