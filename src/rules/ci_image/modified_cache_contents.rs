use crate::model::gitlab::{Job, Pipeline, overlaps, project_path};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::syntax::shell::Command;

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    let jobs: Vec<_> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let mut violated = false;
    for (job, pipeline) in jobs {
        if !job.caches.is_empty() {
            violated |= judge(job, pipeline, cx);
        }
    }
    if violated { Judgement::Violated } else { Judgement::Proven }
}

fn judge<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) -> bool {
    let facts = cx.facts;
    let paths: Vec<String> = job.caches.iter().flat_map(|cache| cache.project_paths()).collect();
    let mut found = false;
    for shell in facts.shells(job, pipeline) {
        for command in shell.script.commands().filter(|command| command.is_reachable()) {
            if let Some(what) = changes(command, &paths) {
                found = true;
                cx.report(
                    shell.command_at(command),
                    format!("`{}` {what}, and the job only reads the cache", command.source_text()),
                )
                .symbol(format!("job:{}/script/{}", job.name, command.index()))
                .help("do it in the job that writes the cache");
            }
        }
    }
    if let Some(flags) = pipeline.variable_of(job, "GOFLAGS")
        && flags.text.as_ref().is_some_and(|text| text.as_str().contains("-mod=mod"))
    {
        found = true;
        cx.report(
            &flags.value.origin,
            format!("`GOFLAGS=-mod=mod` lets `{}` change the modules", job.name),
        )
        .symbol(format!("job:{}/GOFLAGS", job.name))
        .help("leave `-mod=mod` out");
    }
    found
}

/// What a command changes of the cached paths, in words.
fn changes(command: Command<'_>, paths: &[String]) -> Option<&'static str> {
    let run = command.invocation()?;
    if run.is("go") {
        let sub = run.subcommand(&["-C"])?;
        let next = sub.subcommand(&[]).and_then(|next| next.name());
        return match sub.name() {
            Some("get") => Some("changes the modules"),
            Some("mod") if next == Some("tidy") && !sub.has_flag(&["-diff"]) => {
                Some("can fetch other modules")
            }
            Some("clean") if sub.has_flag(&["-modcache"]) => Some("empties the module cache"),
            _ => None,
        };
    }
    if run.is("mise") && run.subcommand(&[]).and_then(|sub| sub.name()) == Some("use") {
        return Some("changes the installed tools");
    }
    if run.is("rm") {
        let removes = run.operands(&[]).iter().any(|word| {
            let path = project_path(word.literal_prefix());
            !path.is_empty() && paths.iter().any(|cached| overlaps(cached, &path))
        });
        return removes.then_some("removes cached files");
    }
    None
}
