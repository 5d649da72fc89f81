use crate::model::gitlab::{Code, ImageAct, ImageUse, image_uses};
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
        for code in facts.shells(job, pipeline).iter().flat_map(Code::of) {
            let uses = image_uses(code.script(), (job, pipeline));
            let made: Vec<&str> = uses
                .iter()
                .filter(|it| matches!(it.act, ImageAct::Push | ImageAct::Build) && it.is_known())
                .map(ImageUse::image)
                .collect();
            let repositories: Vec<&str> =
                made.iter().map(|image| crate::model::gitlab::split_tag(image).0).collect();
            for pull in uses.iter().filter(|it| it.act == ImageAct::Pull) {
                let same = !pull.is_known()
                    || repositories.is_empty()
                    || repositories.contains(&pull.split().0);
                if same && decides(pull.command) && before_build(pull, &uses) {
                    violated = true;
                    cx.report(
                        code.at(pull.command.span()),
                        format!("`{}` pulls the whole image to see whether it exists", job.name),
                    )
                    .symbol(format!("job:{}/pull", job.name))
                    .help("ask with `docker manifest inspect`, which moves a few kilobytes");
                }
            }
        }
    }
    if violated { Judgement::Violated } else { Judgement::Proven }
}

/// Whether the exit status decides what is done next, rather than being ignored.
fn decides(command: Command<'_>) -> bool {
    let idle =
        |command: Command<'_>| matches!(command.name(), Some("true" | ":" | "echo" | "printf"));
    let ignored = command.fallback().is_some_and(|mut commands| commands.all(idle));
    command.is_tested() && !ignored
}

/// Whether nothing is built in front of it.
fn before_build(pull: &ImageUse<'_>, uses: &[ImageUse<'_>]) -> bool {
    !uses.iter().any(|it| it.act == ImageAct::Build && it.command.index() < pull.command.index())
}
