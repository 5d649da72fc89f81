use crate::model::docker::{Dockerfile, EffectiveBase, RunCommand, ShellKind};
use crate::rule::{Check, Cx, Safety};
use crate::syntax::shell::{Loss, Outcome, ShellOptions};
use crate::text::{Edit, Span};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

/// Commands whose failure nobody needs to hear of.
const HARMLESS: &[&str] = &["echo", "printf", "yes", "true", ":"];

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    // The stage and the shell for which a fix was offered: one `SHELL` line serves all that follows.
    let mut served = None;
    for run in &file.runs {
        let shell = file.shell(run.instruction);
        let pipefail = shell.is_some_and(|shell| shell.has_pipefail());
        let initial = ShellOptions { pipefail, ..ShellOptions::default() };
        let lost = file.commands_of(run).find(|it| {
            let harmless = it.invocation().is_some_and(|it| it.is_any(HARMLESS));
            !harmless && matches!(it.command.outcome(initial), Outcome::Lost(Loss::Pipe))
        });
        let Some(at) = lost else { continue };
        let name = at.command.words().next().map_or("a command", |word| word.source_text());
        let message = format!(
            "if `{name}` fails, the build goes on with what it left: the pipe hides its status; \
             the shell needs `-o pipefail`"
        );
        let report = cx.report(at.at(at.command.span()), message).symbol(at.symbol());
        let report = report.help("set a `SHELL` with `-o pipefail` in front, or split the pipe");
        // A shell of the script's own (`su -c`) does not take over the option.
        let with = ShellOptions { pipefail: true, ..initial };
        let helps = !matches!(at.command.outcome(with), Outcome::Lost(Loss::Pipe));
        let place = Some((run.stage, shell.and_then(|shell| shell.instruction)));
        if let Some(edit) = shell_line(at).filter(|_| helps && served != place) {
            served = place;
            let edits = vec![(file.source.id, edit)];
            report.fix("Set a shell with pipefail", Safety::Unsafe, edits);
        }
    }
}

/// A `SHELL` line in front of the `RUN`, with a shell that the base image surely has.
fn shell_line(at: RunCommand<'_, '_>) -> Option<Edit> {
    let file = at.dockerfile;
    let stage = file.stages.get(at.run.stage)?;
    let EffectiveBase::Image { image, .. } = file.effective_base(stage) else { return None };
    let with_bash =
        ["debian", "ubuntu", "fedora", "centos", "rockylinux", "almalinux", "python", "node"];
    let name = image.repository.rsplit('/').next()?;
    let shell = match at.run.shell {
        ShellKind::Ash => "/bin/ash",
        _ if with_bash.contains(&name) => "/bin/bash",
        _ => return None,
    };
    let start = file.instructions().get(at.run.instruction)?.span.start;
    let newline = if file.source.text().contains("\r\n") { "\r\n" } else { "\n" };
    let text = format!("SHELL [\"{shell}\", \"-o\", \"pipefail\", \"-c\"]{newline}");
    (!at.run.onbuild).then(|| Edit { span: Span::empty(start), text })
}
