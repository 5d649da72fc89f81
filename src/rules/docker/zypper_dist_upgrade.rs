use crate::model::docker::{Dockerfile, Manager};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        if command.manager != Manager::Zypper || !command.verb.is_any(&["dist-upgrade", "dup"]) {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let message = format!(
            "`zypper {}` may move the image to another release than the base image is of",
            verb.source_text()
        );
        cx.report(at.at(verb.span()), message)
            .help("take a newer base image, or update single packages with `zypper update`")
            .symbol(at.symbol());
    }
}
