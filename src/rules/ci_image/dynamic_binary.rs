use crate::model::docker::Dockerfile;
use crate::rule::{Bound, Check, Cx, Judgement};
use crate::syntax::dockerfile::{Arguments, Keyword};

pub(crate) const CHECK: Check = Check::Clause(check);

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let mut violated = false;
    let is_static = facts.dockerfiles.iter().any(links_static);
    if let Some(image) = facts.ci_image() {
        let dockerfile = image.dockerfile;
        for step in dockerfile.steps().filter(|step| step.instruction.keyword == Keyword::Env) {
            let Arguments::Pairs { pairs, .. } = &step.instruction.arguments else { continue };
            for pair in pairs.iter().filter(|pair| pair.key.text == "CGO_ENABLED") {
                let value = pair
                    .value
                    .as_ref()
                    .map_or("", |value| value.text.as_ref())
                    .trim_matches(['"', '\'']);
                if value == "1" && !is_static {
                    violated = true;
                    cx.report(dockerfile.at(pair.span), "`CGO_ENABLED=1` links binaries against the C library of the image")
                        .symbol("image:CGO_ENABLED")
                        .help("set `CGO_ENABLED=0`, or link with `-linkmode external -extldflags \"-static\"`");
                }
            }
        }
    }
    for (job, pipeline) in facts.jobs() {
        let builds =
            facts.shells(job, pipeline).iter().flat_map(|shell| shell.script.commands()).any(
                |command| {
                    command.invocation().is_some_and(|run| {
                        run.is("goreleaser")
                            || run.is("go")
                                && run
                                    .subcommand(&["-C"])
                                    .is_some_and(|sub| sub.name() == Some("build"))
                    })
                },
            );
        let on = pipeline
            .variable_of(job, "CGO_ENABLED")
            .filter(|variable| variable.text.as_ref().is_some_and(|text| text.as_str() == "1"));
        if let Some(variable) = on.filter(|_| builds && !is_static) {
            violated = true;
            cx.report(
                &variable.value.origin,
                format!("`CGO_ENABLED` is 1 in `{}`, which builds binaries", job.name),
            )
            .symbol(format!("job:{}/CGO_ENABLED", job.name))
            .help("set `CGO_ENABLED: \"0\"` where binaries are built");
        }
    }
    if violated {
        Judgement::Violated
    } else {
        let needs = "that a static binary builds in the image takes evidence `structure`";
        let at = facts.ci_image().map(|image| image.dockerfile.at(image.stage.base_span));
        cx.judge_run_inside("static", at.unwrap_or(bound.clause.at), needs.to_owned())
    }
}

/// Whether some command links statically in spite of cgo.
fn links_static(dockerfile: &Dockerfile<'_>) -> bool {
    dockerfile.commands().any(|command| command.command.source_text().contains("-static"))
}
