use crate::model::gitlab::{Job, NeedKind, Outcome, Pipeline};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(_: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let mut producers = 0;
    let mut violated = false;
    for (producer, pipeline) in facts.jobs() {
        let Some(artifacts) = &producer.artifacts else { continue };
        producers += 1;
        if artifacts.when == Outcome::Failure
            && let Some(when) = artifacts.value.given("when")
            && !artifacts.paths.is_empty()
            && pipeline.jobs.iter().any(|job| uses(job, pipeline, producer, cx))
        {
            violated = true;
            cx.report(
                &when.origin,
                format!(
                    "artifacts of `{}` are kept only after a failure, so later jobs get none",
                    producer.name
                ),
            )
            .symbol(format!("job:{}/artifacts/when", producer.name))
            .help("leave `when` out, or set `always`");
        }
        for job in &pipeline.jobs {
            if std::ptr::eq(job, producer) || !uses(job, pipeline, producer, cx) {
                continue;
            }
            if let Some((origin, what)) = shut_out(job, producer, pipeline) {
                violated = true;
                let path = artifacts.paths.first().map(|path| path.at());
                let report = cx
                    .report(
                        &origin,
                        format!("`{}` uses what `{}` made, and {what}", job.name, producer.name),
                    )
                    .symbol(format!("job:{}/artifacts-of:{}", job.name, producer.name))
                    .help(format!("let `{}` take the artifacts of `{}`", job.name, producer.name));
                if let Some(at) = path {
                    report.label(at, "made here");
                }
            }
        }
    }
    match (violated, producers) {
        (true, _) => Judgement::Violated,
        (false, 0) => Judgement::Unknown("no job has artifacts".to_owned()),
        _ => Judgement::Proven,
    }
}

/// Whether a job of a later stage names a path that the producer keeps.
fn uses<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, producer: &Job<'p>, cx: &Cx<'_, 'p>) -> bool {
    let stage = |job: &Job<'_>| pipeline.stage_index(&job.stage);
    let later = stage(job) > stage(producer) || job.needs.is_some();
    let Some(artifacts) =
        producer.artifacts.as_ref().filter(|_| later && !std::ptr::eq(job, producer))
    else {
        return false;
    };
    let paths = artifacts.paths.iter().filter_map(|path| path.to_text());
    let paths: Vec<String> = paths
        .map(|path| crate::model::gitlab::project_path(&path))
        .filter(|it| it.len() > 1 && !it.contains(['*', '$']))
        .collect();
    cx.facts.shells(job, pipeline).iter().any(|shell| {
        shell.script.commands().any(|command| {
            command.words().any(|word| {
                let text = crate::model::gitlab::project_path(word.literal_prefix());
                paths.iter().any(|path| {
                    text == *path
                        || text
                            .strip_prefix(path.as_str())
                            .is_some_and(|rest| rest.starts_with('/'))
                })
            })
        })
    })
}

/// What keeps the artifacts of the producer from a job.
fn shut_out(
    job: &Job<'_>,
    producer: &Job<'_>,
    pipeline: &Pipeline<'_>,
) -> Option<(crate::model::Origin, &'static str)> {
    let names = producer.run_names();
    let is_producer = |name: &str| producer.name == *name || names.iter().any(|it| *it == *name);
    if let Some(dependencies) = &job.dependencies {
        let listed =
            dependencies.iter().filter_map(|it| it.to_text()).any(|name| is_producer(&name));
        if !listed {
            let origin = job.get("dependencies").map(|it| it.origin.clone())?;
            return Some((
                origin,
                if dependencies.is_empty() {
                    "takes no artifacts at all (`dependencies: []`)"
                } else {
                    "its `dependencies` leave that job out"
                },
            ));
        }
    }
    let needs = job.needs.as_ref()?;
    let own = needs.iter().filter(|need| need.kind == NeedKind::Job);
    match own.clone().find(|need| need.name().is_some_and(is_producer)) {
        Some(need) if !need.artifacts => {
            Some((need.value.origin.clone(), "its need says `artifacts: false`"))
        }
        Some(_) => None,
        // A need that reaches the producer through another one does not bring its artifacts.
        None if pipeline.is_complete() => {
            Some((job.get("needs").map(|it| it.origin.clone())?, "its `needs` leave that job out"))
        }
        None => None,
    }
}
