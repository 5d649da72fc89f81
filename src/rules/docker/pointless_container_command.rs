use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// What each command is for, and why it does nothing for an image.
const POINTLESS: &[(&str, &str)] = &[
    ("free", "shows the memory of the machine that builds"),
    ("kill", "ends processes, and those of a build end with their `RUN`"),
    ("mount", "mounts for this `RUN` alone, and a build may not mount at all"),
    ("ps", "lists processes, and a build has none of its own"),
    ("service", "starts a service that ends with its `RUN`"),
    ("shutdown", "stops a machine, and a build has none"),
    ("ssh", "reaches out to another machine, whose state the image does not hold"),
    ("top", "shows the load of the machine that builds"),
    ("vim", "waits for a person, and a build has none"),
];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for at in file.commands() {
        let Some(invocation) = at.invocation() else { continue };
        let known = POINTLESS.iter().find(|(name, _)| invocation.is(name));
        let (Some((name, why)), Some(word)) = (known, invocation.name_word()) else { continue };
        cx.report(at.at(word.span()), format!("`{name}` is pointless in an image: it {why}"))
            .help("leave it out, or do it where the container runs")
            .symbol(at.symbol());
    }
}
