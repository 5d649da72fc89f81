use crate::model::docker::{Action, Dockerfile, PackageCommand, RunCommand};
use crate::rule::{Check, Cx, Safety};
use crate::syntax::shell::{Connector, Role};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

type Install<'d, 'p> = (RunCommand<'d, 'p>, PackageCommand<'d>);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    let commands: Vec<Install<'_, '_>> = file.package_commands().collect();
    let mut last_fixed = None;
    for (place, pair) in commands.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        if !is_next(first, second) || options(first) != options(second) {
            continue;
        }
        let ((before, _), (at, command)) = (first, second);
        let Some(name) = command.invocation.name_word() else { continue };
        let message = format!(
            "`{} {}` is called twice in a row; once with all packages is quicker, and what they need is \
             worked out together",
            command.manager.name(),
            command.verb.name().unwrap_or("install")
        );
        let report = cx
            .report(at.at(name.span()), message)
            .label(before.at(before.command.span()), "the one before")
            .help("name all packages in one command")
            .symbol(at.symbol());
        // Of three in a row, the third waits for the next round.
        let free = last_fixed.is_none_or(|fixed| fixed + 1 < place);
        if let Some(edit) = merged(first, second).filter(|_| free) {
            last_fixed = Some(place);
            let edits = vec![(file.source.id, edit)];
            report.fix("Install all packages with one command", Safety::Unsafe, edits);
        }
    }
}

/// Whether the second command runs right behind the first, if that went well.
fn is_next(first: &Install<'_, '_>, second: &Install<'_, '_>) -> bool {
    let ((before, one), (at, other)) = (first, second);
    let plain = |it: &RunCommand<'_, '_>| {
        it.command.context().all(|it| {
            matches!(
                it.role(),
                Role::Script
                    | Role::Item { .. }
                    | Role::Left(Connector::And)
                    | Role::Right(Connector::And)
            )
        })
    };
    std::ptr::eq(before.run, at.run)
        && at.command.index() == before.command.index() + 1
        && one.manager == other.manager
        && one.action == Action::Install
        && other.action == Action::Install
        && !prepares(one)
        && plain(before)
        && plain(at)
        && at.command.redirections().len() + before.command.redirections().len() == 0
        && at.command.assignments().len() + before.command.assignments().len() == 0
}

/// Whether a command brings what later ones need to find their packages, or to build them.
fn prepares(command: &PackageCommand<'_>) -> bool {
    const WORDS: [&str; 6] = ["release", "plugin", "keyring", "repo", "command(", "certificates"];
    let language = matches!(command.manager.name(), "pip" | "pipx" | "npm" | "yarn" | "gem" | "go");
    let brings = |text: &str| WORDS.iter().any(|word| text.contains(word));
    language
        || command
            .operands()
            .iter()
            .any(|word| brings(word.literal().unwrap_or(word.source_text())))
}

/// All words that name no package.
fn options<'d>((at, command): &Install<'d, '_>) -> Option<Vec<&'d str>> {
    let operands: Vec<Span> = command.operands().iter().map(|word| word.span()).collect();
    let packages = !operands.is_empty()
        && command.operands().iter().all(|word| !word.literal_prefix().contains('/'));
    let rest = at.command.words().filter(|word| !operands.contains(&word.span()));
    packages.then(|| rest.map(|word| word.source_text()).collect())
}

/// Takes out what stands between the packages of two commands.
fn merged(first: &Install<'_, '_>, second: &Install<'_, '_>) -> Option<Edit> {
    let ((before, one), (at, other)) = (first, second);
    let last = one.operands().last()?.span();
    let packages = other.operands();
    let next = packages.first()?.span();
    // The packages stand at the end of both.
    let ends = before.command.span().end == last.end
        && at.command.span().end == packages.last()?.span().end
        && at.command.words().filter(|word| word.span().start >= next.start).count()
            == packages.len();
    let span = Span::new(before.run.to_source(last).end, at.run.to_source(next).start);
    let gap = at.dockerfile.source.slice(span);
    if !ends || !at.is_editable() || gap.contains('#') || !gap.contains("&&") {
        return None;
    }
    let indent = gap.rfind('\n').map(|newline| {
        let line = &gap[newline + 1..];
        line.chars().take_while(|ch| matches!(ch, ' ' | '\t')).collect::<String>()
    });
    let newline = if gap.contains("\r\n") { "\r\n" } else { "\n" };
    let text = match indent {
        Some(indent) => format!(" {}{newline}{indent}", at.dockerfile.tree.escape),
        None => " ".to_owned(),
    };
    Some(Edit { span, text })
}
