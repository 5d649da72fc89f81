use crate::model::gitlab::{Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    let Some(artifacts) = &job.artifacts else { return };
    let excluded = |path: &crate::model::gitlab::Value<'_>| {
        path.as_str().is_some_and(|it| it.trim_start_matches("./").starts_with(".git"))
    };
    let strategy = pipeline.variable_of(job, "GIT_STRATEGY").and_then(|it| it.text.as_ref());
    let no_git = strategy.is_some_and(|it| *it == *"none" || *it == *"empty");
    if artifacts.exclude.iter().any(excluded) || no_git {
        return;
    }
    for path in &artifacts.paths {
        let Some(text) = path.as_str() else { continue };
        let whole = matches!(
            text.trim_end_matches('/'),
            "." | "$CI_PROJECT_DIR"
                | "${CI_PROJECT_DIR}"
                | ".git"
                | "./.git"
                | ".git/**"
                | ".git/*"
        );
        if !whole || text.is_empty() {
            continue;
        }
        let message = format!(
            "`{text}` takes in `.git`: the whole history, and what git was configured with, tokens too"
        );
        cx.report(&path.origin, message)
            .symbol(format!("job:{}/artifacts/paths", job.name))
            .help("name the files that are needed, or add `exclude: [.git, .git/**/*]`");
    }
}
