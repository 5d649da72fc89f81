use crate::model::docker::{Dockerfile, RunCommand, RunForm, unquoted};
use crate::rule::{Check, Cx, Safety};
use crate::syntax::shell::{Connector, Role};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for run in file.runs.iter().filter(|run| !run.onbuild) {
        // One is enough for each script.
        let Some(at) = file.commands_of(run).find(|it| it.command.is("cd")) else { continue };
        let report = cx.report(
            at.at(at.command.span()),
            "`cd` changes the folder for this `RUN` alone; `WORKDIR` says where all that follows runs",
        )
        .help("put a `WORKDIR` in front, or pass the folder to the command (`make -C`, `git -C`)")
        .symbol(at.symbol());
        if let Some(edits) = as_workdir(at) {
            let edits = edits.into_iter().map(|edit| (file.source.id, edit)).collect();
            report.fix("Write it as `WORKDIR`", Safety::Unsafe, edits);
        }
    }
}

/// `RUN cd /folder && command` as `WORKDIR /folder` and `RUN command`, with the folder from before
/// behind it, if it is known.
fn as_workdir(at: RunCommand<'_, '_>) -> Option<Vec<Edit>> {
    let file = at.dockerfile;
    let instruction = file.instructions().get(at.run.instruction)?;
    let mut context = at.command.context();
    let first = at.command.index() == 0
        && context.all(|it| {
            matches!(
                it.role(),
                Role::Script | Role::Item { index: 0, len: 1 } | Role::Left(Connector::And)
            )
        });
    let words: Vec<_> = at.command.words().collect();
    let [_, folder] = words.as_slice() else { return None };
    let path = folder.literal()?;
    let plain = path.starts_with('/')
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    let once = file.commands_of(at.run).filter(|it| it.command.is("cd")).count() == 1;
    let shell = at.run.form == RunForm::Shell && instruction.heredocs.is_empty();
    if !first || !plain || !once || !shell || !at.command.script().comments().is_empty() {
        return None;
    }
    let next = at.later().next()?;
    let place = at.run.to_source(at.command.span());
    let between = Span::new(place.end, at.run.to_source(next.command.span()).start.max(place.end));
    let joined = file.source.slice(between).replace(file.tree.escape, " ");
    if joined.trim() != "&&" {
        return None;
    }
    let newline = if file.source.text().contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = vec![
        Edit {
            span: Span::empty(instruction.span.start),
            text: format!("WORKDIR {path}{newline}"),
        },
        Edit { span: Span::new(place.start, between.end), text: String::new() },
    ];
    let before = file.state(at.run.instruction).workdir;
    let before = before.and_then(|it| file.value(it, &file.instructions().get(it)?.value()?.text));
    if let Some(before) = before.as_deref().map(unquoted).filter(|it| it.starts_with('/')) {
        let text = format!("{newline}WORKDIR {before}");
        edits.push(Edit { span: Span::empty(instruction.span.end), text });
    }
    Some(edits)
}
