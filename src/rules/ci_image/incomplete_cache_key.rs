use globset::Glob;

use crate::model::gitlab::{CacheKey, Value};
use crate::rule::{Bound, Check, Cx, JobOf, Judgement};

pub(crate) const CHECK: Check = Check::Clause(check);

/// How a key depends on a file.
enum Cover {
    /// It does.
    Yes,
    /// It cannot be told.
    Unknown(String),
    /// It does not; why, and where that is to be seen.
    No(String, crate::model::Origin),
}

fn check(bound: &Bound<'_, '_>, cx: &mut Cx<'_, '_>) -> Judgement {
    let facts = cx.facts;
    let path =
        bound.params.text("path").trim_start_matches("./").trim_start_matches('/').to_owned();
    let stand_in =
        cx.options.get("same-file").and_then(|map| map.get(&path)).and_then(|it| it.as_str());
    let path = stand_in.map_or(path, str::to_owned);
    let mut roles = bound.roles();
    if roles.is_empty() {
        roles.push("setup".to_owned());
    }
    let jobs: Vec<JobOf<'_, '_>> = roles.iter().flat_map(|role| facts.jobs_in_role(role)).collect();
    if jobs.is_empty() {
        return Judgement::Unknown(facts.missing_role(&roles.join("` or `")));
    }
    let mut violated = false;
    let mut unknown = None;
    let mut judged = 0;
    for (job, pipeline) in jobs {
        if job.caches.is_empty() {
            unknown = Some(format!("`{}` has no cache", job.name));
            continue;
        }
        // With several caches, the file must be in the key of each that the job writes for itself.
        let covers: Vec<Cover> = job
            .caches
            .iter()
            .map(|cache| cover(&cache.key, &cache.value, &path, (job, pipeline), cx))
            .collect();
        judged += 1;
        // Beside a cache that covers the file, one with a constant key is about something else.
        let covered = covers.iter().any(|cover| matches!(cover, Cover::Yes));
        let mut reported = Vec::new();
        for (cover, cache) in covers.into_iter().zip(&job.caches) {
            match cover {
                Cover::Yes => {}
                Cover::Unknown(why) => unknown = Some(why),
                Cover::No(..) if covered && cache.key.files().is_empty() => {}
                Cover::No(why, at) => {
                    violated = true;
                    if reported.contains(&at.at) {
                        continue;
                    }
                    reported.push(at.at);
                    cx.report(&at, format!("cache key of `{}` does not depend on `{path}`: {why}", job.name))
                        .symbol(format!("job:{}/cache[{}]/key/{path}", job.name, cache.index))
                        .help(format!("put the digest of `{path}` into a lock file that `key:files` names, or list the file there"));
                }
            }
        }
    }
    match (violated, unknown, judged) {
        (true, ..) => Judgement::Violated,
        (false, Some(why), _) => Judgement::Unknown(why),
        _ => Judgement::Proven,
    }
}

fn cover<'p>(
    key: &CacheKey<'_>,
    cache: &Value<'_>,
    path: &str,
    of: JobOf<'_, 'p>,
    cx: &Cx<'_, 'p>,
) -> Cover {
    match key {
        CacheKey::Default => Cover::No(
            "the cache has no key, so it is always `default`".to_owned(),
            cache.origin.clone(),
        ),
        CacheKey::Unknown(value) => {
            if value.has_unknown() {
                return Cover::Unknown("the cache key is not known".to_owned());
            }
            Cover::No("the server does not take this key".to_owned(), value.origin.clone())
        }
        CacheKey::Text(value) => by_text(value, path, of, cx),
        CacheKey::Files { files, prefix, value }
        | CacheKey::FilesCommits { files, prefix, value } => {
            let by_commits = matches!(key, CacheKey::FilesCommits { .. });
            let limit = if by_commits { 2 } else { cx.facts.settings.cache_key_files() };
            if files.len() > limit {
                let why = format!(
                    "`key:files` has {} entries and GitLab takes {limit}, so there is no pipeline at all",
                    files.len()
                );
                return Cover::No(
                    why,
                    value
                        .get("files")
                        .or_else(|| value.get("files_commits"))
                        .unwrap_or(value)
                        .origin
                        .clone(),
                );
            }
            let mut unknown = None;
            for file in files {
                let Some(name) = file.to_text() else {
                    unknown = Some("an entry of `key:files` is not known".to_owned());
                    continue;
                };
                let name = name.trim_start_matches("./").trim_start_matches('/');
                if name == path || matches_glob(name, path) || lock_covers(name, path, cx) {
                    return Cover::Yes;
                }
                if name.contains('$') {
                    unknown = Some("variables are not expanded in `key:files`".to_owned());
                }
                // A lock file that is not there cannot be looked into; that it exists is for the server.
                if is_lock(name) && cx.facts.files.read(name).is_none() {
                    unknown = Some(format!(
                        "`{name}`, which the key is made of, is not in the repository"
                    ));
                }
            }
            if let Some(prefix) = prefix
                && prefix.to_text().is_some_and(|text| text.contains('$'))
                && let Cover::Yes = by_text(prefix, path, of, cx)
            {
                return Cover::Yes;
            }
            match unknown {
                Some(why) => Cover::Unknown(why),
                None => {
                    let names: Vec<String> = files
                        .iter()
                        .filter_map(|file| file.to_text().map(|it| format!("`{it}`")))
                        .collect();
                    let at =
                        value.get("files").or_else(|| value.get("files_commits")).unwrap_or(value);
                    Cover::No(format!("it is made of {}", names.join(", ")), at.origin.clone())
                }
            }
        }
    }
}

/// GitLab's wildcards: `*` stops at `/`, `**` does not.
fn matches_glob(pattern: &str, path: &str) -> bool {
    pattern.contains('*')
        && Glob::new(&pattern.replace("**", "\u{1}").replace('*', "[!/]*").replace('\u{1}', "**"))
            .or_else(|_| Glob::new(pattern))
            .is_ok_and(|glob| glob.compile_matcher().is_match(path))
}

/// Whether a name is that of a file of digests rather than of something that is built from.
fn is_lock(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    [".lock", ".sha256", ".sha256sum", ".digest", ".sum", ".key"]
        .iter()
        .any(|end| last.ends_with(end))
        && last != "go.sum"
}

/// Whether a file of the repository lists `path` with a digest.
fn lock_covers(lock: &str, path: &str, cx: &Cx<'_, '_>) -> bool {
    let Some(source) = cx.facts.files.read(lock) else { return false };
    source.text().lines().any(|line| lists(line, path))
}

/// A line in the format of `sha256sum` that names `path`.
fn lists(line: &str, path: &str) -> bool {
    let Some((digest, name)) = line.trim().split_once([' ', '\t']) else { return false };
    let name = name.trim_start_matches([' ', '\t', '*']).trim_start_matches("./");
    name == path && digest.len() >= 32 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A key with a variable that an earlier job computes from the file and hands over by dotenv.
fn by_text<'p>(
    value: &Value<'_>,
    path: &str,
    (job, pipeline): JobOf<'_, 'p>,
    cx: &Cx<'_, 'p>,
) -> Cover {
    let text = value.to_text().unwrap_or_default().into_owned();
    let Some(name) = first_variable(&text) else {
        return Cover::No(format!("`{text}` is the same for every content"), value.origin.clone());
    };
    for maker in &pipeline.jobs {
        let dotenv =
            maker.artifacts.as_ref().is_some_and(|artifacts| artifacts.report("dotenv").is_some());
        if !dotenv || std::ptr::eq(maker, job) {
            continue;
        }
        for shell in cx.facts.shells(maker, pipeline) {
            let script = shell.script.text();
            if script.contains(&format!("{name}=")) {
                return if mentions(script, path) {
                    Cover::Yes
                } else {
                    Cover::No(
                        format!("`{}` computes `${name}` without it", maker.name),
                        value.origin.clone(),
                    )
                };
            }
        }
    }
    if commits(name) {
        return Cover::Yes;
    }
    if name.starts_with("CI_") || pipeline.variable_of(job, name).is_some() {
        return Cover::No(
            format!("`{text}` does not follow the content of the file"),
            value.origin.clone(),
        );
    }
    Cover::Unknown(format!("`${name}` in the cache key is not set by this configuration"))
}

/// Predefined variables that change with every commit or pipeline, and so with every content.
fn commits(name: &str) -> bool {
    ["CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "CI_PIPELINE_ID", "CI_PIPELINE_IID", "CI_JOB_ID"]
        .contains(&name)
}

fn first_variable(text: &str) -> Option<&str> {
    let rest = text.split_once('$')?.1;
    let rest = rest.strip_prefix('{').unwrap_or(rest);
    let end = rest.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// Whether a script names the path as a word.
fn mentions(script: &str, path: &str) -> bool {
    let boundary =
        |ch: Option<char>| ch.is_none_or(|ch| ch.is_whitespace() || "\"'();|&<>".contains(ch));
    script.match_indices(path).any(|(at, _)| {
        let before = script[..at].trim_end_matches("./").chars().next_back();
        boundary(before) && boundary(script[at + path.len()..].chars().next())
    })
}
