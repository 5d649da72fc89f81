use crate::model::docker::{Dockerfile, Manager};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let mut failed = None;
    for (at, command) in file.package_commands() {
        // Behind the first that is not there, none of the script runs.
        if failed == Some(at.run.instruction) {
            continue;
        }
        let Some(stage) = file.stages.get(at.run.stage) else { continue };
        let Some(distribution) = file.distribution(stage) else { continue };
        let fits = distribution.has_manager(command.manager).unwrap_or(true);
        let unsure = at.is_conditional() || at.is_elsewhere() || at.run.onbuild;
        let brought = || file.installs(at, own_names(command.manager)) || file.is_overlaid(stage);
        if fits || unsure || brought() {
            continue;
        }
        let Some(name) = command.invocation.name_word() else { continue };
        failed = Some(at.run.instruction);
        let is = command.manager.name();
        let has = match distribution.manager() {
            Some(manager) => format!("has `{manager}`"),
            None => "has no package manager".to_owned(),
        };
        let message = format!(
            "{} is made from {}, which {has}, not `{is}`: the build fails here",
            stage.label(),
            distribution.name()
        );
        let base = file.ancestry(stage).last().map_or(stage.base_span, |it| it.base_span);
        cx.report(at.at(name.span()), message)
            .label(file.at(base), "the base image")
            .help("use the package manager of the base image, or another base image")
            .symbol(at.symbol());
    }
}

/// How the packages are called by which a manager comes to another distribution.
const fn own_names(manager: Manager) -> &'static [&'static str] {
    match manager {
        Manager::AptGet | Manager::Apt | Manager::Aptitude => &["apt", "dpkg"],
        Manager::Apk => &["apk"],
        Manager::Zypper => &["zypper"],
        _ => &["yum", "dnf", "rpm", "microdnf"],
    }
}
