use crate::model::gitlab::{Code, ImageAct, ImageUse, Job, Pipeline, image_uses};
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::text::Location;

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    let jobs: Vec<_> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let mut result = Judgement::Proven;
    for (job, pipeline) in jobs {
        match judge(job, pipeline, cx) {
            Judgement::Proven => {}
            Judgement::Violated => return Judgement::Violated,
            other => result = other,
        }
    }
    result
}

fn judge<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &mut Cx<'_, 'p>) -> Judgement {
    let facts = cx.facts;
    let name = &job.name;
    let shells = facts.shells(job, pipeline);
    let codes: Vec<Code<'_, 'p>> = shells.iter().flat_map(Code::of).collect();
    let uses: Vec<(Code<'_, 'p>, ImageUse<'_>)> = codes
        .iter()
        .flat_map(|code| {
            image_uses(code.script(), (job, pipeline)).into_iter().map(move |it| (*code, it))
        })
        .collect();
    let checks: Vec<_> =
        uses.iter().filter(|(_, it)| it.act == ImageAct::ManifestInspect).collect();
    let symbol = format!("job:{name}/manifest-check");
    let pushes: Vec<&ImageUse<'_>> = uses
        .iter()
        .map(|(_, it)| it)
        .filter(|it| it.act == ImageAct::Push && it.is_known())
        .collect();
    let mut wrong: Option<(Location, String)> = None;
    for (code, check) in &checks {
        let at = code.at(check.command.span());
        if !decides(check.command) {
            wrong.get_or_insert((at, format!("`{name}` throws the result of `docker manifest inspect` away, so it decides nothing")));
            continue;
        }
        let same = pushes.is_empty()
            || !check.is_known()
            || pushes.iter().any(|push| push.image() == check.image());
        if !same {
            let pushed = pushes
                .iter()
                .map(|push| format!("`{}`", push.image()))
                .collect::<Vec<_>>()
                .join(", ");
            wrong.get_or_insert((at, format!("`{name}` looks for `{}` and pushes {pushed}; it must look for the tag that it pushes", check.image())));
            continue;
        }
        return Judgement::Proven;
    }
    if let Some((at, message)) = wrong {
        cx.report(at, message).symbol(symbol).help("let the exit status of `docker manifest inspect` on the pushed tag decide whether to build");
        return Judgement::Violated;
    }
    let accepted = cx.options.list("accept").iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let other = uses.iter().find(|(_, it)| it.act == ImageAct::OtherInspect);
    if let Some((code, other)) = other {
        let text = other.command.source_text();
        if accepted.iter().any(|it| text.starts_with(it.as_str())) {
            return Judgement::ProvenWith("by a command that the configuration accepts".into());
        }
        cx.report(
            code.at(other.command.span()),
            format!(
                "`{name}` asks the registry with `{}`; the spec says `docker manifest inspect`",
                command_words(text)
            ),
        )
        .symbol(symbol)
        .help("use `docker manifest inspect`, or accept this command in the options of the rule");
        return Judgement::Violated;
    }
    let instead = uses.iter().find(|(_, it)| {
        matches!(it.act, ImageAct::LocalInspect) || it.act == ImageAct::Pull && decides(it.command)
    });
    let (at, message) = match instead {
        Some((code, it)) if it.act == ImageAct::LocalInspect => (
            code.at(it.command.span()),
            format!(
                "`{name}` looks for the image in the local store, which is empty in a fresh daemon; `docker manifest inspect` asks the registry"
            ),
        ),
        Some((code, it)) => (
            code.at(it.command.span()),
            format!(
                "`{name}` finds out by a pull whether the image exists; `docker manifest inspect` asks without one"
            ),
        ),
        None => {
            if let Some(runner) = unread(job, pipeline, cx) {
                return Judgement::Unknown(format!(
                    "`{name}` runs `{runner}`, which is not looked into"
                ));
            }
            let mention = codes.iter().find_map(|code| {
                let commands = code.script().commands();
                let mut echo =
                    commands.filter(|command| command.source_text().contains("manifest inspect"));
                echo.next().map(|command| code.at(command.span()))
            });
            let build = uses
                .iter()
                .find(|(_, it)| it.act == ImageAct::Build)
                .map(|(code, it)| code.at(it.command.span()));
            if mention.is_none() && build.is_none() && (shells.is_empty() || job.is_partial()) {
                return Judgement::Unknown(format!("the script of `{name}` is not known"));
            }
            let at = mention.or(build).unwrap_or(job.key_at);
            let what = if mention.is_some() {
                "only mentions `docker manifest inspect`"
            } else {
                "does not ask the registry whether the image exists"
            };
            (at, format!("`{name}` {what}; the spec says that `docker manifest inspect` is used"))
        }
    };
    cx.report(at, message)
        .symbol(symbol)
        .help("ask with `docker manifest inspect` in a condition, and build only where it fails");
    Judgement::Violated
}

/// Whether something is done or left by the exit status: it is looked at, and not only to be ignored.
fn decides(command: crate::syntax::shell::Command<'_>) -> bool {
    let idle = |command: crate::syntax::shell::Command<'_>| {
        matches!(command.name(), Some("true" | ":" | "echo" | "printf"))
    };
    let fallback: Option<Vec<_>> = command.fallback().map(Iterator::collect);
    let ignored = fallback
        .as_ref()
        .is_some_and(|commands| !commands.is_empty() && commands.iter().all(|it| idle(*it)));
    let and_then = command.context().any(|enclosure| {
        use crate::syntax::shell::{Connector, Role};
        matches!(enclosure.role(), Role::Left(Connector::And) | Role::Condition(_))
    });
    let captured = command.context().any(|enclosure| {
        matches!(enclosure.role(), crate::syntax::shell::Role::Substitution { .. })
    });
    command.is_tested() && (!ignored || and_then) || captured
}

fn command_words(text: &str) -> String {
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// A command that runs something else of the repository that is not looked into.
fn unread<'p>(job: &Job<'p>, pipeline: &Pipeline<'p>, cx: &Cx<'_, 'p>) -> Option<String> {
    let shells = cx.facts.shells(job, pipeline);
    let mut commands = shells.iter().flat_map(|shell| shell.script.commands());
    let found = commands.find(|command| {
        command.invocation().is_some_and(|run| {
            run.is_any(&["make", "mise", "task", "just", "dagger", "earthly", "bazel", "npm"])
        })
    });
    found.map(|command| command.source_text().to_owned())
}
