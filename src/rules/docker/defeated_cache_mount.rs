use crate::model::docker::{Action, Dockerfile, Manager, PackageCommand, RunCommand};
use crate::rule::{Check, Cx};
use crate::syntax::shell::Word;
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for run in &file.runs {
        let caches: Vec<&str> = file
            .mounts(run)
            .filter(|mount| mount.kind == "cache")
            .filter_map(|mount| mount.target)
            .collect();
        if caches.is_empty() {
            continue;
        }
        for at in file.commands_of(run) {
            if let Some(folder) = caches.iter().find(|folder| empties(at, folder)) {
                let message = format!(
                    "`{}` empties the cache that is mounted on `{folder}`, so the next build starts from \
                     nothing; what is mounted is not in the image",
                    at.command.source_text()
                );
                cx.report(at.at(at.command.span()), message)
                    .help("leave the clean-up out")
                    .symbol(at.symbol());
            } else if let Some((flag, word, folder)) = refuses(at, &caches) {
                let message = format!(
                    "`{flag}` makes no use of the cache that is mounted on `{folder}`, so every build \
                     downloads all anew"
                );
                let report = cx
                    .report(at.at(word.span()), message)
                    .help(format!("leave `{flag}` out: what is mounted is not in the image"))
                    .symbol(at.symbol());
                if at.is_editable() && !word.is_filled_in() {
                    let edit = without(at, word.span());
                    report.replace(edit.span, edit.text, format!("Drop `{flag}`"));
                }
            }
        }
    }
}

/// Whether the command removes all that a folder holds.
fn empties(at: RunCommand<'_, '_>, folder: &str) -> bool {
    let clean = PackageCommand::of(at.command).is_some_and(|it| {
        let apt = it.manager.is_apt() && it.action == Action::Clean && !it.verb.is("autoclean");
        let rpm = (it.manager.is_dnf() || it.manager == Manager::Yum)
            && it.action == Action::Clean
            && it.verb.arguments().any(|word| word.is("all"));
        let yarn = it.manager == Manager::Yarn && it.action == Action::Clean;
        (apt && folder.starts_with("/var/cache/apt"))
            || (rpm && (folder == "/var/cache/dnf" || folder == "/var/cache/yum"))
            || (yarn && folder.contains("yarn"))
    });
    clean || at.removes(folder)
}

/// The option by which a package manager leaves its cache alone, though it is mounted.
fn refuses<'c, 'd>(
    at: RunCommand<'d, '_>,
    caches: &[&'c str],
) -> Option<(&'static str, Word<'d>, &'c str)> {
    let command = PackageCommand::of(at.command)?;
    let (flag, part) = match command.manager {
        Manager::Pip => ("--no-cache-dir", "/pip"),
        Manager::Apk => ("--no-cache", "/apk"),
        _ => return None,
    };
    let word = command.invocation.arguments().find(|word| word.is(flag))?;
    let folder = caches.iter().find(|folder| {
        folder.contains(part) || (command.manager == Manager::Pip && folder.ends_with("/.cache"))
    })?;
    Some((flag, word, folder))
}

/// Takes a word out, with the blank in front of it.
fn without(at: RunCommand<'_, '_>, span: Span) -> Edit {
    let before = at.command.words().rfind(|word| word.span().end <= span.start);
    let start = before.map_or(span.start, |word| word.span().end);
    let gap = at.run.to_source(Span::new(start, span.end));
    let blank = at.dockerfile.source.slice(gap);
    // On a line of its own only the word goes: the continuation has to stay.
    let span = if blank.contains('\n') { at.run.to_source(span) } else { gap };
    Edit { span, text: String::new() }
}
