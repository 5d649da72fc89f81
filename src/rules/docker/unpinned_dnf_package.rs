use crate::model::docker::{Dockerfile, listed};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for (at, _, packages) in file.unpinned(|it| it.is_dnf()) {
        let Some(first) = packages.first() else { continue };
        let verb = if packages.len() == 1 { "has" } else { "have" };
        let message = format!(
            "{} {verb} no version, so the next build may install another",
            listed(&packages)
        );
        cx.report(at.at(first.word.span()), message)
            .help("write `name-version`; `dnf list --showduplicates name` lists the versions")
            .symbol(at.symbol());
    }
}
