use crate::model::docker::{Distribution, Dockerfile, Stage};
use crate::rule::{Check, Cx};
use crate::syntax::dockerfile::Keyword;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let Some(stage) = file.final_stage().filter(|stage| stage.number.is_some()) else { return };
    // Distroless images have variants with a user of their own.
    let known = file.distribution(stage).filter(|it| *it != Distribution::Distroless);
    if known.is_none() || file.final_state(stage).user.is_some() {
        return;
    }
    let only_files = known == Some(Distribution::Nothing) && !starts_something(file, stage);
    // With these an entry point gives up the rights of root when it starts.
    let steps_down = ["gosu", "su-exec"].iter().any(|tool| file.mentions(stage, tool));
    if only_files || steps_down {
        return;
    }
    let message = format!(
        "{} ends without a `USER`, so what runs in the container is root; a user without rights would do",
        stage.label()
    );
    cx.report(file.at(stage.base_span), message)
        .help("create a user, and name it with `USER` behind the last step that needs root")
        .symbol(stage.label());
}

/// Whether the image has a command; one of `scratch` without any holds files to be copied.
fn starts_something(file: &Dockerfile<'_>, stage: &Stage) -> bool {
    let starts = |keyword| matches!(keyword, Keyword::Cmd | Keyword::Entrypoint);
    file.ancestry(stage).any(|it| file.steps_of(it).any(|step| starts(step.instruction.keyword)))
}
