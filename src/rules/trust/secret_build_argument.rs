use crate::model::build::Tool;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Project(check);

/// What the name of a secret ends in.
const ENDS: [&str; 15] = [
    "TOKEN",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "SECRETS",
    "CREDENTIAL",
    "CREDENTIALS",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "SECRET_KEY",
    "SSH_KEY",
    "DEPLOY_KEY",
];
/// Tokens that are void once the job has ended.
const OF_JOB: [&str; 3] = ["CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "CI_DEPENDENCY_PROXY_PASSWORD"];

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for build in &facts.builds {
        for arg in &build.args {
            // A value that stands in the configuration is no secret, one that a command prints is not known.
            let outside = || arg.variables.iter().filter(|name| !OF_JOB.contains(&name.as_str()));
            if arg.value.is_some() || outside().next().is_none() {
                continue;
            }
            let named = outside().find(|name| is_secret(name));
            let Some(name) = named.or(Some(&arg.name).filter(|name| is_secret(name))) else {
                continue;
            };
            let message = format!(
                "`{name}` is passed as a build argument, which the history and the provenance of the image keep; \
                 a secret mount leaves no trace"
            );
            let report = cx.report(arg.at, message).symbol(format!("arg:{}", arg.name));
            let report = report.help(match build.tool {
                Tool::Kaniko => {
                    "kaniko has no secret mounts: do what needs the secret in the job, and copy the result"
                        .to_owned()
                }
                _ => format!(
                    "pass `--secret id={0},env={0}`, and mount it: `RUN --mount=type=secret,id={0},env={1}`",
                    name, arg.name
                ),
            });
            let file = facts.dockerfile_of(build);
            let declared = file.and_then(|file| {
                let (_, span) = file.declared_args().find(|(own, _)| *own == arg.name)?;
                Some(file.at(span))
            });
            if let Some(at) = declared {
                report.label(at, "the Dockerfile takes it here");
            }
        }
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ENDS.iter().any(|end| {
        name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    })
}
