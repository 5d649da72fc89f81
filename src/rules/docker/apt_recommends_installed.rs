use crate::model::docker::{Action, Dockerfile, Manager};
use crate::rule::{Check, Cx, Safety};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let mut configured = None;
    for (at, command) in file.package_commands() {
        let option = |word: &str| word.contains("Install-Recommends");
        let given = command.invocation.words().any(|word| option(word.literal_prefix()));
        // An earlier script may have switched them off in apt's configuration.
        if !given && at.run.text.contains("Install-Recommends") {
            configured = Some(at.run.stage);
        }
        let installs = command.manager == Manager::AptGet && command.action == Action::Install;
        let without = given || at.may_give(command.invocation, &["--no-install-recommends"]);
        if !installs || without || configured == Some(at.run.stage) {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let edit = at.insert_behind(verb.span(), " --no-install-recommends");
        let message = "`apt-get install` also installs what the packages recommend; \
                       `--no-install-recommends` leaves out what the image does not need";
        let report = cx.report(at.at(verb.span()), message).symbol(at.symbol());
        let report =
            report.help("add `--no-install-recommends`, and name what is needed after all");
        if let Some(edit) = edit {
            let edits = vec![(file.source.id, edit)];
            report.fix("Add `--no-install-recommends`", Safety::Unsafe, edits);
        }
    }
}
