use crate::model::gitlab::{JobKind, Pipeline, Variable, expand::variables};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    // A trigger job hands on the value that a variable has outside, by its own name.
    let jobs = pipeline.jobs.iter().filter(|job| job.kind != JobKind::Trigger);
    let of_jobs = jobs.flat_map(|job| {
        let of_rules = job.rules.iter().flatten().flat_map(|rule| &rule.variables);
        job.variables.iter().chain(of_rules).map(|it| (it, pipeline.variable(&it.name)))
    });
    for (variable, global) in pipeline.variables.iter().map(|it| (it, None)).chain(of_jobs) {
        let Some(text) = own_text(variable) else { continue };
        let bare =
            text == format!("${}", variable.name) || text == format!("${{{}}}", variable.name);
        // The value of a project's variable would win, so passing that on is idle at worst.
        if bare && global.is_none() {
            continue;
        }
        let message = format!(
            "`{0}` is set from itself, which GitLab does not expand: the job sees the text `${0}` in it",
            variable.name
        );
        let report = cx.report(&variable.value.origin, message);
        let report = report.symbol(format!("variable:{}", variable.name));
        let report = match global {
            Some(global) => report.label(global.key_at, "this value is not seen there"),
            None => report,
        };
        report.help(format!(
            "give the inner value another name, or write `export {0}=...` in the script",
            variable.name
        ));
    }
}

/// The text of a variable that names the variable itself.
fn own_text<'a>(variable: &'a Variable<'_>) -> Option<&'a str> {
    let text = variable.text.as_ref().filter(|_| variable.expand)?.as_str();
    variables(text).any(|name| *name == *variable.name).then_some(text)
}
