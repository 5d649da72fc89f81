use crate::model::docker::{Distribution, Dockerfile};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let Some(stage) = file.final_stage().filter(|stage| stage.number.is_some()) else { return };
    // Distroless images have variants with a user of their own.
    let known = file.distribution(stage).filter(|it| *it != Distribution::Distroless);
    if known.is_none() || file.final_state(stage).user.is_some() {
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
