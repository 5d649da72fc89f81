use crate::model::gitlab::{Job, Pipeline, Value, glob};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Pipeline(check);

fn check(pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    // A template is meant for other repositories; with the configuration alone nothing is known of
    // the rest.
    let is_config = |path: &String| {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        [".yml", ".yaml", ".md"].iter().any(|end| name.ends_with(end)) || name.contains("docker")
    };
    let of_this_repository = pipeline.kind.is_pipeline();
    if of_this_repository && !cx.facts.files.paths().iter().all(is_config) {
        pipeline.jobs.iter().for_each(|job| check_job(job, cx));
    }
}

fn check_job(job: &Job<'_>, cx: &mut Cx<'_, '_>) {
    let paths = cx.facts.files.paths();
    for cache in &job.caches {
        let files = cache.key.files();
        let missing: Vec<&Value<'_>> = files.iter().filter(|file| is_missing(file, cx)).collect();
        for file in &missing {
            let Some(path) = file.as_str() else { continue };
            let what = if missing.len() == files.len() {
                "the key is always `default`"
            } else {
                "the key does not depend on it"
            };
            let bare = bare(path);
            let why = match cx.facts.files.exists(bare) {
                true => "is ignored by git",
                false => "is not in the repository",
            };
            let name = bare.rsplit('/').next().unwrap_or(bare);
            let elsewhere = paths.iter().find(|it| it.rsplit('/').next() == Some(name));
            let help = match elsewhere {
                Some(other) if other != bare && !name.contains('*') => {
                    format!("paths count from the root of the repository: there is `{other}`")
                }
                _ => "name files that are committed: the server computes the key from them"
                    .to_owned(),
            };
            cx.report(&file.origin, format!("`{path}` {why}, so {what}"))
                .symbol(format!("cache-key:{path}"))
                .help(help);
        }
    }
}

fn bare(path: &str) -> &str {
    path.trim_start_matches("./").trim_start_matches('/')
}

fn is_missing(file: &Value<'_>, cx: &Cx<'_, '_>) -> bool {
    let Some(path) = file.as_str().filter(|it| !it.contains('$')).map(bare) else { return false };
    let paths = cx.facts.files.paths();
    if path.contains(['*', '?', '[', '{']) {
        return !paths.iter().any(|it| glob::matches(path, it));
    }
    // A folder counts by what is below it.
    let folder = format!("{}/", path.trim_end_matches('/'));
    !paths.iter().any(|it| it == path || it.starts_with(&folder))
}
