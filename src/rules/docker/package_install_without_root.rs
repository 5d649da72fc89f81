use crate::model::docker::{Action, Dockerfile, Manager};
use crate::rule::{Check, Cx};
use crate::syntax::shell::Wrapper;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let system = command.manager.is_apt()
            || command.manager.is_dnf()
            || matches!(command.manager, Manager::Apk | Manager::Yum | Manager::Zypper);
        let writes = matches!(
            command.action,
            Action::Install | Action::Update | Action::Upgrade | Action::Remove
        );
        // `dnf check-update` and its like keep a cache of the user's own.
        let own_cache = command.action == Action::Update
            && !command.manager.is_apt()
            && command.manager != Manager::Apk;
        let as_root = command.invocation.is_via(Wrapper::User);
        if !system
            || !writes
            || own_cache
            || as_root
            || at.is_conditional()
            || at.is_elsewhere()
            || at.run.onbuild
        {
            continue;
        }
        let Some(user) = file.user_at(at.run.instruction) else { continue };
        if is_root(&user) {
            continue;
        }
        let Some(name) = command.invocation.name_word() else { continue };
        let message = format!(
            "`{}` needs root, and `USER` is `{user}` here: the build fails",
            command.manager.name()
        );
        let place = file.state(at.run.instruction).user.and_then(|it| file.instructions().get(it));
        let mut report = cx.report(at.at(name.span()), message).symbol(at.symbol());
        if let Some(instruction) = place {
            report = report.label(file.at(instruction.span), "the user from here on");
        }
        report.help("install in front of this `USER`, or switch to `USER root` and back");
    }
}

/// Also the administrator of Windows images.
fn is_root(user: &str) -> bool {
    matches!(user, "root" | "0") || user.contains("Administrator")
}
