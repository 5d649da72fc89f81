use crate::model::docker::Dockerfile;
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Dockerfile(check);

fn check(file: &Dockerfile<'_>, cx: &mut Cx<'_, '_>) {
    for stage in &file.stages {
        let mut calls = file
            .commands()
            .filter(|it| it.run.stage == stage.index)
            .filter_map(|it| Some((it, it.invocation()?.name_word()?)))
            .filter_map(|(it, word)| {
                let name = word.literal()?.rsplit('/').next()?;
                matches!(name, "curl" | "wget").then_some((it, word, name))
            });
        let Some((first_at, first, tool)) = calls.next() else { continue };
        let Some((at, word, other)) = calls.find(|(.., name)| *name != tool) else { continue };
        let message = format!(
            "`{other}` is used besides `{tool}`; one of the two is enough for {}",
            stage.label()
        );
        cx.report(at.at(word.span()), message)
            .label(first_at.at(first.span()), format!("`{tool}` is used here"))
            .help(format!("use `{tool}` here too, and leave `{other}` out of the image"))
            .symbol(at.symbol());
    }
}
