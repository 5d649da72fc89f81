use crate::model::gitlab::{CacheKey, Job, Pipeline};
use crate::rule::{Check, Cx};

pub(crate) const CHECK: Check = Check::Job(check);

/// Folders that hold what a lock file says and nothing else, with the lock files.
const INSTALLED: [(&str, &[&str]); 3] = [
    ("node_modules", &["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "npm-shrinkwrap.json"]),
    (".venv", &["poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock"]),
    ("venv", &["poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock"]),
];

fn check(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    if !pipeline.kind.is_pipeline() {
        return;
    }
    for cache in &job.caches {
        let key = match &cache.key {
            CacheKey::Default => None,
            CacheKey::Text(key) if key.as_str().is_some_and(|it| !it.contains(['$', '%'])) => {
                Some(key)
            }
            _ => continue,
        };
        let paths = cache.project_paths();
        let files = cx.facts.files.paths();
        let found = INSTALLED.iter().find_map(|(folder, locks)| {
            let path = paths.iter().find(|it| it.as_str() == *folder)?;
            let lock = locks.iter().find(|lock| files.iter().any(|it| it == *lock))?;
            Some((path, *lock))
        });
        let Some((path, lock)) = found else { continue };
        let name = key.and_then(|it| it.as_str()).unwrap_or("default");
        let message = format!(
            "the key of this cache is always `{name}`, so `{path}` outlives each change of `{lock}`; make \
             the key from that file"
        );
        let place = key.map_or(&cache.value.origin, |key| &key.origin);
        cx.report(place, message)
            .symbol(format!("job:{}/cache[{}]/key", job.name, cache.index))
            .help(format!("write `key: {{files: [{lock}]}}`"));
    }
}
