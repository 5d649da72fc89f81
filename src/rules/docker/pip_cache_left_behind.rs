use crate::model::docker::{Action, Dockerfile, Manager, PackageCommand, RunCommand};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

const SWITCH: &str = "PIP_NO_CACHE_DIR";

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command) in file.package_commands() {
        let installs = command.manager == Manager::Pip && command.action == Action::Install;
        let flag = |word: &str| word.starts_with("--no-cache");
        let given = command.invocation.arguments().any(|word| flag(word.literal_prefix()));
        let given = given || at.may_give(command.invocation, &["--no-cache-dir", "--no-cache"]);
        if !installs || given || switched_off(at) != Some(false) || is_clean(file, at) {
            continue;
        }
        let Some(verb) = command.verb.name_word() else { continue };
        let edit = at.insert_behind(verb.span(), " --no-cache-dir");
        let message = "`pip install` leaves its downloads in the layer; `--no-cache-dir` does not";
        let report = cx.report(at.at(verb.span()), message).symbol(at.symbol());
        let report = report.help("add `--no-cache-dir`, or mount a cache on `/root/.cache/pip`");
        if let Some(edit) = edit {
            report.replace(edit.span, edit.text, "Add `--no-cache-dir`");
        }
    }
}

/// Whether the variable switches the cache off; nothing if its value is not known.
fn switched_off(at: RunCommand<'_, '_>) -> Option<bool> {
    let truthy = |text: &str| {
        ["1", "y", "yes", "t", "true", "on"].iter().any(|yes| text.eq_ignore_ascii_case(yes))
    };
    let Some(script) = at.run.script() else { return Some(false) };
    let before = script.commands().take(at.command.index() + 1);
    let own = before.flat_map(|command| {
        let passes = command.index() == at.command.index() || command.words().len() == 0;
        command.assignments().filter(move |it| passes || it.is_declared())
    });
    if let Some(assignment) = own.filter(|it| it.name() == SWITCH).last() {
        return Some(truthy(assignment.value()?.literal()?));
    }
    let file = at.dockerfile;
    let definition = file.scopes.definition(at.run.stage, SWITCH, at.run.instruction);
    match definition {
        Some(definition) => Some(truthy(definition.value.text()?)),
        None => Some(false),
    }
}

/// Whether the cache is mounted, or removed by a command of the same script.
fn is_clean(file: &Dockerfile<'_>, at: RunCommand<'_, '_>) -> bool {
    let kept = |target: &str| target.ends_with("/.cache") || target.contains("/pip");
    let mounted = |mount: crate::model::docker::Mount<'_>| {
        matches!(mount.kind, "cache" | "tmpfs") && mount.target.is_some_and(kept)
    };
    let purges = |it: RunCommand<'_, '_>| {
        let folder = ["~/.cache", "$HOME/.cache", "${HOME}/.cache", "/root/.cache"];
        let removed = it.invocation().is_some_and(|rm| {
            let starts = |text: &str| folder.iter().any(|folder| text.starts_with(folder));
            rm.is("rm") && rm.arguments().any(|word| starts(word.source_text().trim_matches('"')))
        });
        let purged = PackageCommand::of(it.command)
            .is_some_and(|it| it.manager == Manager::Pip && it.verb.is("cache"));
        removed || purged
    };
    file.mounts(at.run).any(mounted) || at.later().any(purges)
}
