use crate::model::docker::{Dockerfile, Manager, listed};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command, packages) in file.unpinned(|it| matches!(it, Manager::Pip | Manager::Pipx)) {
        // What a requirements or constraints file pins is not known here, and what is installed
        // from the project itself has its versions there.
        let files = ["-r", "--requirement", "-c", "--constraint"];
        let given =
            |flag: &&str| command.verb.arguments().any(|it| it.literal_prefix().starts_with(flag));
        let local = command.operands().iter().any(|it| it.literal_prefix().starts_with('.'));
        if files.iter().any(given) || local {
            continue;
        }
        let Some(first) = packages.first() else { continue };
        let verb = if packages.len() == 1 { "has" } else { "have" };
        let message = format!(
            "{} {verb} no version, so the next build may install another",
            listed(&packages)
        );
        cx.report(at.at(first.word.span()), message)
            .help("write `name==version`, or list the packages with their versions in a requirements file")
        .symbol(at.symbol());
    }
}
