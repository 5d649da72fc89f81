use crate::model::gitlab::{Pipeline, ValueKind};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let variables = pipeline.retyped_values().into_iter().map(|it| (it, "variable"));
    let inputs = pipeline.retyped_inputs();
    for (value, what) in variables.chain(inputs.into_iter().map(|it| (it, "input"))) {
        let is_number = matches!(
            value.kind,
            ValueKind::Int(_) | ValueKind::BigInt(_) | ValueKind::Float(_) | ValueKind::Symbol(_)
        );
        let Some(text) = value.to_text().filter(|_| is_number && value.node.is_some()) else {
            continue;
        };
        let written = cx.facts.sources.get(value.at().source).slice(value.at().span);
        if grouped(written)
            || written == text
            || written.is_empty()
            || written.contains(['"', '\'', '!', '\n'])
        {
            continue;
        }
        let kind = match &value.kind {
            ValueKind::Symbol(_) => "a name of Ruby's",
            ValueKind::Float(_) => "a number with a point",
            _ if written.contains(':') => "a number of base 60",
            _ if written.contains('x') => "a hexadecimal number",
            _ if written.trim_start_matches(['-', '+']).starts_with('0') => "an octal number",
            _ => "a number",
        };
        let message = format!(
            "`{written}` is {kind} to YAML, so the {what} is `{text}`; quote it to keep the text"
        );
        cx.report(&value.origin, message)
            .symbol(format!("{what}:{written}"))
            .help(format!("write `\"{written}\"`"))
            .replace(value.at().span, format!("\"{written}\""), "quote the value");
    }
}

/// Whether digits are written in groups of three, as in `80_000_000`: then the number is meant.
fn grouped(written: &str) -> bool {
    let mut groups = written.split('_');
    let first = groups.next().unwrap_or_default();
    let digits = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && written.contains('_')
        && groups.all(|it| it.len() == 3 && digits(it))
}
