use crate::model::docker::{Dockerfile, Manager, listed};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, command, packages) in file.unpinned(|it| it == Manager::Go) {
        let _ = command;
        let Some(first) = packages.first() else { continue };
        let verb = if packages.len() == 1 { "has" } else { "have" };
        let message = format!(
            "{} {verb} no version, so the next build may install another",
            listed(&packages)
        );
        cx.report(at.at(first.word.span()), message)
            .help("write `path@version`")
            .symbol(at.symbol());
    }
}
