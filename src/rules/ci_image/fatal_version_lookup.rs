use crate::model::gitlab::{Code, Job, Pipeline, is_lookup};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::syntax::shell::{Command, Loss, Outcome, ShellOptions};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    let jobs: Vec<_> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let mut violated = false;
    let mut lookups = 0;
    for (job, pipeline) in jobs {
        let (found, wrong) = judge(job, pipeline, cx);
        lookups += found;
        violated |= wrong;
    }
    match (violated, lookups) {
        (true, _) => Judgement::Violated,
        (false, 0) => Judgement::ProvenWith("the job makes no call to the GitHub API".into()),
        _ => Judgement::Proven,
    }
}

fn judge<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) -> (usize, bool) {
    let facts = cx.facts;
    let name = &job.name;
    let mut found = 0;
    let mut wrong = false;
    for code in facts.shells(job, pipeline).iter().flat_map(Code::of) {
        for command in code
            .script()
            .commands()
            .filter(|command| command.is_reachable() && is_lookup(*command, (job, pipeline)))
        {
            found += 1;
            let message = match command.outcome(ShellOptions::gitlab(true)) {
                Outcome::Decides(_) if ignored(command) => Some(format!("`{name}` ignores that this look-up failed and goes on without a version")),
                Outcome::Decides(_) | Outcome::Uncalled => None,
                Outcome::Fails if called_in_condition(command, &facts.shells(job, pipeline).iter().flat_map(Code::of).collect::<Vec<_>>()) => None,
                Outcome::Fails => Some(format!("`{name}` fails, and the pipeline with it, when this look-up fails")),
                Outcome::Lost(Loss::Declaration) => Some("`export` and `local` hide that this look-up failed and leave the variable empty".to_owned()),
                Outcome::Lost(_) if tested_later(command) => None,
                Outcome::Lost(_) => Some(format!("`{name}` does not see that this look-up failed and goes on without a version")),
            };
            if let Some(message) = message {
                wrong = true;
                cx.report(code.at(command.span()), message)
                    .symbol(format!("job:{name}/lookup-failure/{}", command.index()))
                    .help("catch the failure with `||`, and let the cached version take its place");
            }
        }
    }
    if found > 0
        && let Some(value) = job.get("allow_failure").filter(|value| value.as_bool() == Some(true))
    {
        wrong = true;
        cx.report(&value.origin, format!("`allow_failure` keeps the pipeline going, and hides every other fault of `{name}` with it"))
            .symbol(format!("job:{name}/allow_failure"))
            .help("catch the failure of the look-up in the script instead");
    }
    (found, wrong)
}

/// Whether what runs instead does nothing.
fn ignored(command: Command<'_>) -> bool {
    let idle = |command: Command<'_>| {
        matches!(command.name(), Some("true" | ":")) && command.assignments().len() == 0
    };
    command.fallback().is_some_and(|commands| {
        let all: Vec<_> = commands.collect();
        !all.is_empty() && all.iter().all(|it| idle(*it))
    }) && !tested_later(command)
}

/// Whether the variable that it fills is looked at behind it.
fn tested_later(command: Command<'_>) -> bool {
    let script = command.script();
    let assigned = script.commands().flat_map(|it| it.assignments()).find(|assignment| {
        let span = assignment.span();
        span.contains(command.span())
    });
    let Some(name) = assigned.map(|assignment| assignment.name()) else { return false };
    script.commands().filter(|it| it.index() > command.index()).any(|it| {
        let test = it.invocation().is_some_and(|run| run.is_any(&["[", "test", "[["]));
        test && it
            .words()
            .any(|word| word.variables().iter().any(|expansion| expansion.name == name))
    })
}

/// Whether the function that it stands in is called, in any script of the shell, where its status is looked at.
fn called_in_condition(command: Command<'_>, codes: &[Code<'_, '_>]) -> bool {
    let Some(function) = command.function() else { return false };
    let mut calls = codes
        .iter()
        .flat_map(|code| code.script().commands())
        .filter(|it| it.name() == Some(function))
        .peekable();
    calls.peek().is_some() && calls.all(|call| call.is_tested())
}
