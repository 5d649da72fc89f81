use rustc_hash::{FxHashMap, FxHashSet};

use super::cycles::components;
use crate::model::gitlab::expand::variables;
use crate::model::gitlab::{Inherits, Job, Pipeline, Problem, Variable};

/// Variables that are set from each other. The server sorts them for each job and makes no pipeline if it
/// cannot; one that is set from itself alone stays as it is.
pub(super) fn check(pipeline: &Pipeline<'_>, problems: &mut Vec<Problem>) {
    if pipeline.kind.is_part() {
        return;
    }
    let rules = pipeline.workflow_rules.iter().flatten();
    let by_workflow: FxHashSet<&str> =
        rules.flat_map(|rule| &rule.variables).map(|it| &*it.name).collect();
    // What a file that is not known may replace says nothing.
    let stays = |it: &Variable<'_>| pipeline.is_final(it.key_at);
    let links = |it: &&Variable<'_>| stays(it) && is_link(it);
    let global: Vec<&Variable<'_>> = pipeline
        .variables
        .iter()
        .filter(links)
        .filter(|it| !by_workflow.contains(&*it.name))
        .collect();
    for circle in circles(&global) {
        let keeps = |job: &Job<'_>| {
            circle
                .iter()
                .all(|it| job.inherits_variables.has(&it.name) && job.variable(&it.name).is_none())
        };
        if pipeline.jobs.iter().any(keeps) {
            problems.extend(problem("", &circle));
        }
    }
    for job in pipeline.jobs.iter().filter(|job| job.variables.iter().any(|it| is_link(it))) {
        let rows = job.parallel.instances.iter();
        let by_matrix: FxHashSet<&str> =
            rows.flat_map(|row| row.variables.iter().map(|(name, _)| &**name)).collect();
        if !job.parallel.known {
            continue;
        }
        let own = job.variables.iter().filter(links);
        let mut all: Vec<&Variable<'_>> = own.filter(|it| !by_matrix.contains(&*it.name)).collect();
        let count = all.len();
        if job.inherits_variables != Inherits::None {
            let inherited = global.iter().copied().filter(|it| {
                job.inherits_variables.has(&it.name)
                    && job.variable(&it.name).is_none()
                    && !by_matrix.contains(&*it.name)
            });
            all.extend(inherited);
        }
        for circle in circles(&all) {
            if circle.iter().any(|it| all[..count].iter().any(|own| std::ptr::eq(*own, *it))) {
                problems.extend(problem(&format!("{}: ", job.name), &circle));
            }
        }
    }
}

/// Whether other variables are expanded in it.
fn is_link(variable: &Variable<'_>) -> bool {
    variable.expand && variable.text.as_ref().is_some_and(|it| variables(it).next().is_some())
}

/// The circles among these variables, each with its members.
fn circles<'a, 'p>(all: &[&'a Variable<'p>]) -> Vec<Vec<&'a Variable<'p>>> {
    let places: FxHashMap<&str, usize> =
        all.iter().enumerate().map(|(at, it)| (&*it.name, at)).collect();
    let targets = |it: &&Variable<'_>| {
        let text = it.text.as_deref().unwrap_or_default();
        variables(text).filter_map(|name| Some((*places.get(name)?, ()))).collect::<Vec<_>>()
    };
    let edges: Vec<_> = all.iter().map(targets).collect();
    let circles = components(&edges).into_iter().filter(|it| it.len() > 1);
    circles.map(|it| it.into_iter().map(|at| all[at]).collect()).collect()
}

fn problem(prefix: &str, circle: &[&Variable<'_>]) -> Option<Problem> {
    let names: Vec<String> = circle.iter().map(|it| format!("\"{}\"", it.name)).collect();
    let message = format!("{prefix}circular variable reference detected: [{}]", names.join(", "));
    let (first, others) = circle.split_first()?;
    let mut problem = Problem::new("circular-variables", &first.value.origin, message);
    for other in others.iter().take(20) {
        problem = problem.label(other.value.at(), format!("`{}` is set here", other.name));
    }
    Some(problem.help("give one of them a value of its own, or say `expand: false`"))
}
