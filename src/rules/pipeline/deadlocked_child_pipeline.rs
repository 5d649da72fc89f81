use crate::model::gitlab::{FileKind, Job, Pipeline, Value};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    if !matches!(pipeline.kind, FileKind::Root | FileKind::Child) {
        return;
    }
    let facts = cx.facts;
    for (job, file) in pipeline.jobs.iter().filter_map(|job| Some((job, awaited(job)?))) {
        let Some((held, name)) = group(job, pipeline) else { continue };
        let is_child = |it: &&Pipeline<'_>| it.kind == FileKind::Child && it.root.path == file;
        let Some(child) = facts.pipelines.iter().find(is_child) else { continue };
        let Some(reach) = facts.reach(child) else { continue };
        let waits = |at: usize, it: &Job<'_>| {
            let same = group(it, child).is_some_and(|(_, other)| other == name);
            same && meets(job, it) && runs_by_itself(it) && reach.absence(at).is_none()
        };
        let mut jobs = child.jobs.iter().enumerate();
        let Some((_, waiting)) = jobs.find(|(at, it)| waits(*at, it)) else { continue };
        let Some((wanted, _)) = group(waiting, child) else { continue };
        let message = format!(
            "`{}` holds `{name}` until its child pipeline is done, and `{}` in that one waits for `{name}`: neither ever goes on",
            job.name, waiting.name
        );
        cx.report(&held.origin, message)
            .symbol(format!("job:{}/resource_group", job.name))
            .label(&wanted.origin, format!("`{}` asks for it here", waiting.name))
            .help("keep the group at one of the two: at the trigger it covers the whole child pipeline");
    }
}

/// The only file of the child pipeline that the job waits for.
fn awaited<'a>(job: &'a Job<'_>) -> Option<&'a str> {
    let trigger = job.trigger.as_ref().filter(|it| it.project.is_none())?;
    let strategy = trigger.strategy.as_ref().and_then(Value::as_str)?;
    // Of several files one can change what another says.
    let single = matches!(strategy, "depend" | "mirror") && trigger.includes.len() == 1;
    trigger.local_files().next().filter(|_| single)
}

/// The resource group of a job, where no variable and no file that was not read has a part in it.
fn group<'a, 'p>(job: &'a Job<'p>, pipeline: &Pipeline<'p>) -> Option<(&'a Value<'p>, &'a str)> {
    let value = job.get("resource_group")?;
    let text = value.as_str().filter(|it| !it.trim().is_empty() && !it.contains('$'))?;
    pipeline.is_final(value.at()).then_some((value, text))
}

/// Whether the two certainly run together at times: where conditions stand at both, they may exclude each other.
fn meets(trigger: &Job<'_>, job: &Job<'_>) -> bool {
    let is_free =
        |job: &Job<'_>| ["rules", "only", "except"].iter().all(|key| job.get(key).is_none());
    is_free(trigger) || is_free(job)
}

/// Whether the job starts without a person; for others a pipeline does not always wait.
fn runs_by_itself(job: &Job<'_>) -> bool {
    let starts = |when: &str| !matches!(when, "manual" | "never");
    match &job.rules {
        None => starts(job.when()),
        Some(rules) => rules.iter().any(|it| starts(it.when_text().unwrap_or(job.when()))),
    }
}
