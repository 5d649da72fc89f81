use crate::model::gitlab::{Code, ImageAct, image_uses, split_tag};
use crate::rule::{Bound, Check, Cx, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let roles = bound.roles();
    let jobs: Vec<_> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let mut violated = false;
    let mut checked = false;
    for (job, pipeline) in jobs {
        for code in facts.shells(job, pipeline).iter().flat_map(Code::of) {
            let uses = image_uses(code.script(), (job, pipeline));
            let looks = uses
                .iter()
                .filter(|it| matches!(it.act, ImageAct::ManifestInspect | ImageAct::OtherInspect));
            // The first look decides; a function counts from where it is called.
            let Some((first, look)) =
                looks.map(|it| (place(it.command), it)).min_by_key(|(place, _)| *place)
            else {
                continue;
            };
            checked = true;
            let repository = split_tag(look.image()).0;
            for it in uses.iter().filter(|it| {
                // Another image may be needed for the check itself.
                let same = || split_tag(it.image()).0 == repository;
                (it.act == ImageAct::Build || it.act == ImageAct::Pull && same())
                    && place(it.command) < first
            }) {
                violated = true;
                let what = if it.act == ImageAct::Pull { "pulls" } else { "builds" };
                cx.report(
                    code.at(it.command.span()),
                    format!("`{}` {what} an image before it asks whether that is needed", job.name),
                )
                .symbol(format!("job:{}/before-check", job.name))
                .help("ask first, and do this only where the image is missing");
            }
            for command in code.script().commands().filter(|command| command.index() < first) {
                let run = command
                    .invocation()
                    .filter(|run| run.is("git") && run.has_flag(&["--unshallow"]));
                if run.is_some() {
                    violated = true;
                    cx.report(code.at(command.span()), format!("`{}` fetches the whole history before it asks whether the image exists", job.name))
                        .symbol(format!("job:{}/before-check", job.name))
                        .help("ask first");
                }
            }
        }
    }
    match (violated, checked) {
        (true, _) => Judgement::Violated,
        (false, true) => Judgement::ProvenWith("nothing that moves much data stands before the check; the seconds it takes are for evidence".into()),
        (false, false) => Judgement::Unknown("there is no check of the registry".to_owned()),
    }
}

/// The number of a command, or of the first call of the function that it stands in.
fn place(command: crate::syntax::shell::Command<'_>) -> usize {
    let function = command.function().and_then(|name| command.script().function(name));
    let call = function.and_then(|function| function.calls().map(|call| call.index()).min());
    call.unwrap_or_else(|| command.index())
}
