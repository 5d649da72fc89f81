use crate::model::docker::{Action, Dockerfile, Manager, RunCommand};
use crate::rule::{Check, Cx};
use crate::syntax::shell::{Invocation, Role};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let mut configured = None;
    for (at, command) in file.package_commands() {
        // An earlier script may have written the answer into apt's configuration.
        if at.run.text.contains("Assume-Yes") {
            configured = Some(at.run.stage);
        }
        let asks = command.manager == Manager::AptGet && command.action == Action::Install;
        let piped = |it: Role<'_>| matches!(it, Role::Stage { index, .. } if index > 0);
        let answered = at.command.context().any(|it| piped(it.role()));
        if !asks || answered || is_quiet(at, command.invocation) || configured == Some(at.run.stage)
        {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let edit = at.insert_behind(verb.span(), " -y");
        let message = "`apt-get install` asks for confirmation, and nobody is there to give it; \
                       it needs `-y`";
        let report = cx.report(at.at(verb.span()), message).help("add `-y`").symbol(at.symbol());
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Add `-y`");
        }
    }
}

/// Whether an option answers yes: also `-qq`, which implies it.
fn is_quiet<'d>(at: RunCommand<'d, '_>, command: Invocation<'d>) -> bool {
    let level = |word: &str| {
        let value = word.strip_prefix("-q=").or(word.strip_prefix("--quiet="));
        value.is_some_and(|value| value.parse().is_ok_and(|level: u32| level >= 2))
    };
    let yes = |option: &str| option.replace(' ', "").starts_with("APT::Get::Assume-Yes=");
    let given = |text: &String| {
        let letters = text.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
        letters.is_some_and(|letters| letters.matches('q').count() >= 2) || level(text) || yes(text)
    };
    let filled = at.filled_in(command);
    if filled.is_none_or(|texts| texts.iter().any(given)) {
        return true;
    }
    at.may_give(
        command,
        &["-y", "--yes", "--assume-yes", "-s", "--simulate", "--dry-run", "--print-uris"],
    ) || command.count_flag(&["-q", "--quiet"]) >= 2
        || command.arguments().any(|word| word.literal().is_some_and(level))
        || command.option_values(&["-o", "--option"]).iter().any(|it| it.text.is_some_and(yes))
}
