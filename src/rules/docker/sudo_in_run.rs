use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx, Safety};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for at in file.commands() {
        let Some(name) = at.command.filled_words().find(|word| word.is("sudo")) else { continue };
        // Further words may be anything; only a wrapper's name is a command.
        let runs = at.invocation().and_then(|it| it.name_word());
        let is_command = runs.is_some_and(|it| it.span().start > name.span().start)
            || at.invocation().is_some_and(|it| it.is("sudo"));
        if !is_command {
            continue;
        }
        let report = cx.report(
            at.at(name.span()),
            "`sudo` has no place in a build: which user runs a `RUN` is what `USER` says",
        );
        let report =
            report.help("drop `sudo`, and switch with `USER root` and back where it is needed");
        let report = report.symbol(at.symbol());
        let next = at.command.words().find(|word| word.span().start > name.span().start);
        let plain = next.filter(|word| !word.literal_prefix().starts_with('-'));
        if let Some(next) = plain.filter(|_| at.is_editable() && !name.is_filled_in()) {
            let span = at.run.to_source(Span::new(name.span().start, next.span().start));
            let edits = vec![(file.source.id, Edit { span, text: String::new() })];
            report.fix("Drop `sudo`", Safety::Unsafe, edits);
        }
    }
}
