use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

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
        cx.report(
            at.at(sh.span()),
            "`/bin/sh` is replaced for all programs of the image; `SHELL` sets the shell of the build",
        )
        .help("write `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` instead")
        .symbol(at.symbol());
    }
}
