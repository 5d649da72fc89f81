use crate::model::build::{Given, ImageBuild};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// Secrets that BuildKit reads itself, to fetch from Git and over HTTP.
const BUILT_IN: [&str; 2] = ["GIT_AUTH_", "HTTP_AUTH_"];

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    let all = || facts.builds.iter().flat_map(|it| it.secrets.iter().map(move |id| (it, id)));
    for (build, secret) in all() {
        let Some(id) = secret.text.as_deref() else { continue };
        if BUILT_IN.iter().any(|lead| id.starts_with(lead)) {
            continue;
        }
        let may_read = |(build, own): (&ImageBuild, &Given)| {
            let same = own.at == secret.at && own.text == secret.text;
            let file = facts.dockerfile_of(build).filter(|_| !build.dockerfile_is_made);
            let mounted = file.and_then(|file| file.mounted_secrets());
            same && mounted.is_none_or(|ids| ids.iter().any(|own| own == id))
        };
        if all().any(may_read) {
            continue;
        }
        let Some(file) = facts.dockerfile_of(build) else { continue };
        let path = &file.source.path;
        let message = format!("no `RUN` of `{path}` mounts the secret `{id}`, so nothing reads it");
        let report = cx.report(secret.at, message).symbol(format!("secret:{path}/{id}"));
        let report = report
            .help(format!("mount it where it is needed: `RUN --mount=type=secret,id={id} ...`"));
        if let Some(stage) = file.final_stage() {
            report.label(file.at(stage.base_span), "no instruction of this Dockerfile mounts it");
        }
    }
}
