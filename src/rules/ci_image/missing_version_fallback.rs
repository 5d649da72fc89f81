use crate::model::gitlab::{Code, Job, Pipeline, is_lookup, overlaps, project_path, symbolic};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

/// Variables that make a key which no later run has again.
const NEVER_AGAIN: [&str; 5] =
    ["CI_PIPELINE_ID", "CI_PIPELINE_IID", "CI_JOB_ID", "CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA"];

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    let jobs: Vec<_> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let mut result = Judgement::ProvenWith("the job looks no version up".into());
    for (job, pipeline) in jobs {
        match judge(job, pipeline, cx) {
            Some(Judgement::Violated) => return Judgement::Violated,
            Some(other) => result = other,
            None => {}
        }
    }
    result
}

fn judge<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) -> Option<Judgement> {
    let facts = cx.facts;
    let of = (job, pipeline);
    let codes: Vec<Code<'_, 'p>> = facts.shells(job, pipeline).iter().flat_map(Code::of).collect();
    let lookup = codes.iter().find_map(|code| {
        let mut lookups = code
            .script()
            .commands()
            .filter(|command| command.is_reachable() && is_lookup(*command, of));
        lookups.next().map(|command| code.at(command.span()))
    })?;
    let name = &job.name;
    let symbol = format!("job:{name}/version-fallback");
    // Files that the script reads.
    let mut read: Vec<String> = Vec::new();
    for code in &codes {
        for command in code.script().commands().filter(|command| command.is_reachable()) {
            let reads = command.invocation().is_some_and(|run| {
                run.is_any(&[
                    "cat", "head", "tail", "read", ".", "source", "sed", "awk", "jq", "grep",
                    "cut", "tr", "xargs",
                ])
            });
            if reads {
                read.extend(command.arguments().map(|word| symbolic(word, command, of)));
            }
            let inputs = command
                .redirections()
                .filter(|it| it.kind() == crate::syntax::shell::RedirectionKind::Input);
            read.extend(
                inputs.filter_map(|it| it.target()).map(|word| symbolic(word, command, of)),
            );
        }
    }
    let read: Vec<String> = read
        .iter()
        .map(|path| project_path(path))
        .filter(|path| path.contains(['/', '.']))
        .collect();
    let covering = job.caches.iter().find(|cache| {
        cache
            .project_paths()
            .iter()
            .any(|path| read.iter().any(|file| overlaps(path, file) && file.len() >= path.len()))
    });
    let Some(cache) = covering else {
        if job.is_partial() {
            return Some(Judgement::Unknown(format!("a template of `{name}` is not known")));
        }
        let message = if read.is_empty()
            || job.caches.is_empty() && read.iter().all(|path| path.starts_with('/'))
        {
            format!(
                "`{name}` has no version of an earlier run to fall back on when this look-up fails"
            )
        } else if job.caches.is_empty() {
            format!("`{name}` falls back on a file, and no cache brings one from an earlier run")
        } else {
            format!("`{name}` reads no file of its caches when this look-up fails")
        };
        cx.report(lookup, message)
            .symbol(symbol)
            .help("let the job pull a cache that an earlier run filled with the version, and read the file where the look-up fails");
        return Some(Judgement::Violated);
    };
    let key = cache
        .key
        .value()
        .and_then(|value| value.to_text().map(|text| text.into_owned()))
        .unwrap_or_default();
    if let Some(variable) = NEVER_AGAIN.iter().find(|variable| key.contains(**variable)) {
        let at = cache.key.value().unwrap_or(&cache.value);
        cx.report(&at.origin, format!("cache key of `{name}` changes with each run (`${variable}`), so no run finds the version of an earlier one"))
            .symbol(symbol)
            .help("use a key that stays the same from run to run");
        return Some(Judgement::Violated);
    }
    if cache.policy.reads() == Some(false) {
        let at = cache.policy_at.as_ref().unwrap_or(&cache.value.origin);
        cx.report(at, format!("`{name}` does not download the cache that it falls back on"))
            .symbol(symbol)
            .help("set `policy: pull`");
        return Some(Judgement::Violated);
    }
    let writer = facts.jobs_in_role("setup").into_iter().find(|(setup, _)| {
        let mut caches = setup.caches.iter();
        caches.any(|other| other.policy.writes() == Some(true) && cache.shares_paths(other))
    });
    Some(match writer {
        Some((setup, _)) if cache.policy.writes() == Some(false) => Judgement::ProvenWith(
            format!("`{}` writes the version, so that there is one writer of caches", setup.name)
                .into(),
        ),
        _ => Judgement::Proven,
    })
}
