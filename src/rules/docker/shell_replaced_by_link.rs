use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx, Safety};
use crate::text::Edit;

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for at in file.commands() {
        let Some(ln) = at.invocation().filter(|it| it.is("ln")) else { continue };
        let operands = ln.operands(&["-t", "--target-directory", "-S", "--suffix"]);
        let Some(sh) = operands.iter().skip(1).find(|word| word.is("/bin/sh")) else { continue };
        // An image without a shell is given one; only a link to another shell, or by force, replaces.
        let forced = ln.has_flag(&["-f", "--force"]);
        let other =
            operands.iter().any(|word| word.literal().is_some_and(|it| it.ends_with("bash")));
        if !forced && !other {
            continue;
        }
        let report = cx.report(
            at.at(sh.span()),
            "`/bin/sh` is replaced for all programs of the image; `SHELL` sets the shell of the build",
        )
        .help("write `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` instead")
        .symbol(at.symbol());
        let only = file.commands_of(at.run).count() == 1 && !at.run.onbuild;
        let bash = operands.first().is_some_and(|word| word.is("/bin/bash") || word.is("bash"));
        if let Some(instruction) = file.instructions().get(at.run.instruction)
            && only
            && bash
            && instruction.flags.is_empty()
        {
            let text = "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]".to_owned();
            let edit = Edit { span: instruction.span, text };
            report.fix(
                "Set the shell of the build instead",
                Safety::Unsafe,
                vec![(file.source.id, edit)],
            );
        }
    }
}
