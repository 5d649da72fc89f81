use crate::model::docker::{Action, Dockerfile, Manager};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let all = command.action == Action::Upgrade && command.operands().is_empty();
        let alias = match command.manager {
            Manager::AptGet | Manager::Apt | Manager::Aptitude => "DL3005",
            Manager::Apk => "DL3017",
            Manager::Yum => "DL3031",
            Manager::Dnf | Manager::Microdnf => "DL3039",
            Manager::Zypper => "package-upgrade",
            _ => continue,
        };
        let Some(verb) = command.verb.name_word().filter(|_| all) else { continue };
        let message = format!(
            "`{} {}` makes another image of the same base with every day; a newer base image brings the \
             same fixes for all to see",
            command.manager.name(),
            verb.source_text()
        );
        cx.report(at.at(verb.span()), message)
            .help("take a newer base image, or upgrade the one package that needs it")
            .symbol(at.symbol())
            .alias(alias);
    }
}
