use crate::model::Origin;
use crate::model::gitlab::{CacheKey, Pipeline, Value, Variable};
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let expanded = |variable: &&Variable<'_>| variable.expand;
    let of_workflow = pipeline.workflow_rules.iter().flatten().flat_map(|rule| &rule.variables);
    let globals = pipeline.variables.iter().chain(of_workflow).filter(expanded);
    let mut values: Vec<(&str, &Value<'_>)> = globals.map(|it| ("variables", &it.value)).collect();
    for job in &pipeline.jobs {
        let of_rules = job.rules.iter().flatten().flat_map(|rule| &rule.variables);
        let variables = job.variables.iter().chain(of_rules).filter(expanded);
        values.extend(variables.map(|it| ("variables", &it.value)));
        values.extend(job.image.iter().filter_map(|it| Some(("image", it.name.as_ref()?))));
        values.extend(job.services.iter().filter_map(|it| Some(("services", it.name.as_ref()?))));
        values.extend(job.caches.iter().filter_map(|cache| match &cache.key {
            CacheKey::Text(key) => Some(("cache:key", key)),
            _ => None,
        }));
    }
    for (keyword, value) in values {
        let Some((span, written)) = value.as_str().and_then(shell_expansion) else { continue };
        let at = pipeline.part_at(value, span);
        let message = format!(
            "`{written}` comes out empty in `{keyword}`: no shell reads it, and GitLab and the runner know \
             `$NAME` and `${{NAME}}` only"
        );
        cx.report(&Origin { at, last: value.origin.last.clone() }, message)
            .symbol(format!("{keyword}:{written}"))
            .help("work it out in the script, or set the value by `rules: variables`");
    }
}

/// An expansion with an operator, such as `${NAME:-default}` or `${NAME#prefix}`; not one with an empty
/// default, which is what comes out.
fn shell_expansion(text: &str) -> Option<(Span, &str)> {
    text.match_indices("${").find_map(|(at, _)| {
        if text[..at].ends_with('$') {
            return None;
        }
        let end = at + text[at..].find('}')? + 1;
        let inner = &text[at + 2..end - 1];
        let name = inner.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_')?;
        let operator = &inner[name..];
        let known = operator.starts_with([':', '-', '=', '#', '%', '/', '^', ',']);
        let idle = [":-", "-", ":=", "="].contains(&operator);
        (name > 0 && known && !idle).then(|| (Span::from_range(at..end), &text[at..end]))
    })
}
