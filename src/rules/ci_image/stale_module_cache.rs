use crate::model::gitlab::{Job, Outcome, Pipeline, overlaps, project_path};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::syntax::shell::{Command, Script};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    let jobs: Vec<_> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let mut violated = false;
    let mut unknown = None;
    for (job, pipeline) in jobs {
        match judge(job, pipeline, cx) {
            Judgement::Violated => violated = true,
            Judgement::Unknown(why) => unknown = Some(why),
            _ => {}
        }
    }
    match (violated, unknown) {
        (true, _) => Judgement::Violated,
        (false, Some(why)) => Judgement::Unknown(why),
        (false, None) => Judgement::Proven,
    }
}

fn judge<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) -> Judgement {
    let name = &job.name;
    if job.caches.is_empty() {
        cx.report(job.key_at, format!("`{name}` has no cache, so it updates none"))
            .symbol(format!("job:{name}/cache"))
            .help("give the job a cache with the policy `pull-push`");
        return Judgement::Violated;
    }
    let mut violated = false;
    let go: Vec<_> =
        job.caches.iter().filter(|cache| keeps_modules(cache.project_paths())).collect();
    if go.is_empty() {
        let outside = job
            .caches
            .iter()
            .flat_map(|cache| &cache.paths)
            .find(|path| path.to_text().is_some_and(|text| text.starts_with('/')));
        match outside {
            Some(path) => {
                let text = path.to_text().unwrap_or_default().into_owned();
                cx.report(&path.origin, format!("`{text}` lies outside of the project folder, so the runner keeps nothing of it"))
                    .symbol(format!("job:{name}/cache/paths"))
                    .help("set `GOMODCACHE: $CI_PROJECT_DIR/.go/pkg/mod` and keep `.go/pkg/mod/`");
                return Judgement::Violated;
            }
            None if job.caches.iter().all(|cache| cache.paths.is_empty()) => {
                cx.report(
                    &job.caches[0].value.origin,
                    format!("cache of `{name}` has no paths, so it keeps nothing"),
                )
                .symbol(format!("job:{name}/cache/paths"))
                .help("list the module cache under `paths`");
                return Judgement::Violated;
            }
            None => {}
        }
    }
    for cache in &job.caches {
        if matches!(cache.when, Outcome::Always | Outcome::Failure)
            && let Some(when) = cache.value.given("when")
        {
            violated = true;
            let text = when.to_text().unwrap_or_default().into_owned();
            cx.report(&when.origin, format!("cache of `{name}` is saved with `when: {text}`, so a failed run can store half of the modules"))
                .symbol(format!("job:{name}/cache[{}]/when", cache.index))
                .help("leave `when` out, or set `on_success`");
        }
    }
    violated |= outside_of_paths(job, pipeline, cx);
    let facts = cx.facts;
    let shells = facts.shells(job, pipeline);
    let downloads = |script: &Script| {
        script.commands().any(|command| command.is_reachable() && downloads(command))
    };
    let found = shells.iter().any(|shell| {
        downloads(&shell.script) || shell.called.iter().any(|called| downloads(&called.script))
    });
    if found {
        return if violated { Judgement::Violated } else { Judgement::Proven };
    }
    let runner = shells.iter().flat_map(|shell| shell.script.commands()).find(|command| {
        command.invocation().is_some_and(|run| {
            run.is_any(&["make", "mise", "task", "just", "npm", "mage", "bazel"])
        })
    });
    if let Some(command) = runner {
        let what = command.source_text();
        return Judgement::Unknown(format!("`{name}` runs `{what}`, which is not looked into"));
    }
    if job.is_partial() || shells.is_empty() {
        return Judgement::Unknown(format!("the script of `{name}` is not known"));
    }
    let script = job.scripts.iter().find(|script| script.section.keyword() == "script");
    let at = script.map_or(job.key_at, |script| script.value.at());
    cx.report(
        at,
        format!("`{name}` runs nothing that downloads Go modules, so the cache is not updated"),
    )
    .symbol(format!("job:{name}/script"))
    .help("run `go mod download`");
    Judgement::Violated
}

/// Paths that could be a module cache: a wildcard, or anything called after Go or modules.
fn keeps_modules(paths: Vec<String>) -> bool {
    paths.iter().any(|path| !path.starts_with('/'))
}

/// `GOMODCACHE` or `GOPATH`, where it is set, must point below the project and into the paths.
fn outside_of_paths<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) -> bool {
    let name = &job.name;
    let set = ["GOMODCACHE", "GOPATH"]
        .iter()
        .find_map(|name| Some((*name, pipeline.variable_of(job, name)?)));
    let Some((variable, value)) = set else { return false };
    let Some(text) = value.text.as_ref().map(|text| text.as_str().to_owned()) else { return false };
    let inside = text.starts_with("$CI_PROJECT_DIR") || text.starts_with("${CI_PROJECT_DIR}");
    let place = project_path(&text);
    let kept = job
        .caches
        .iter()
        .any(|cache| cache.project_paths().iter().any(|path| overlaps(path, &place)));
    if text.starts_with('/') && !text.starts_with("/builds") {
        cx.report(&value.value.origin, format!("`{variable}` of `{name}` is `{text}`, outside of the project folder, so its modules are not kept"))
            .symbol(format!("job:{name}/{variable}"))
            .help(format!("set `{variable}` below `$CI_PROJECT_DIR`"));
        return true;
    }
    if inside && !kept {
        cx.report(
            &value.value.origin,
            format!("`{variable}` of `{name}` is `{text}`, which no path of its caches covers"),
        )
        .symbol(format!("job:{name}/{variable}"))
        .help("list that folder under `cache:paths`");
        return true;
    }
    false
}

/// Whether a command makes Go fetch the modules of the repository.
fn downloads(command: Command<'_>) -> bool {
    let Some(run) = command.invocation().filter(|run| run.is("go")) else { return false };
    let Some(sub) = run.subcommand(&["-C"]) else { return false };
    let next = sub.subcommand(&[]).and_then(|next| next.name());
    match sub.name() {
        Some("mod") => matches!(next, Some("download" | "tidy" | "vendor" | "verify")),
        Some("build" | "test" | "vet" | "install" | "get" | "generate" | "run") => true,
        Some("list") => sub.has_flag(&["-deps", "-m"]),
        _ => false,
    }
}
