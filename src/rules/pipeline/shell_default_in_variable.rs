use crate::model::gitlab::{Pipeline, Variable};
use crate::rule::{Check, Cx};
use crate::text::Span;

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let of_workflow = pipeline.workflow_rules.iter().flatten().flat_map(|rule| &rule.variables);
    let of_jobs = pipeline.jobs.iter().flat_map(|job| {
        let of_rules = job.rules.iter().flatten().flat_map(|rule| &rule.variables);
        job.variables.iter().chain(of_rules)
    });
    for variable in pipeline.variables.iter().chain(of_workflow).chain(of_jobs) {
        let Some((span, written)) = with_default(variable) else { continue };
        let origin = crate::model::Origin {
            at: pipeline.part_at(&variable.value, span),
            last: variable.value.origin.last.clone(),
        };
        let message = format!(
            "`{written}` is of the shell, and no shell reads variables: neither GitLab nor the runner knows \
             the default in it"
        );
        cx.report(&origin, message)
            .symbol(format!("variable:{}", variable.name))
            .help("set the default in the script, or by `rules: variables`");
    }
}

/// A `${NAME:-default}` in the value, unless the default is nothing, as it comes out.
fn with_default<'a>(variable: &'a Variable<'_>) -> Option<(Span, &'a str)> {
    let text = variable.text.as_ref().filter(|_| variable.expand)?.as_str();
    text.match_indices("${").find_map(|(at, _)| {
        if text[..at].ends_with('$') {
            return None;
        }
        let end = at + text[at..].find('}')? + 1;
        let inner = &text[at + 2..end - 1];
        let name = inner.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_')?;
        let operator = &inner[name..];
        let default = [":-", ":=", "-", "="].iter().find_map(|it| operator.strip_prefix(it))?;
        (name > 0 && !default.is_empty()).then(|| (Span::from_range(at..end), &text[at..end]))
    })
}
