use crate::model::Files;
use crate::model::gitlab::expand::variables;
use crate::model::gitlab::{Cache, CacheKey, Job, JobShell, Pipeline, Section, project_path};
use crate::rule::{Check, Cx, Facts, JobOf};
use crate::syntax::shell::Command;

pub(crate) const CHECK: Check = Check::Project(check);

/// What builds leave below the project, and what is fetched from nowhere else.
const OUTPUTS: [&str; 6] = ["_site", "build", "dist", "out", "public", "target"];

/// Variables that are the same from one commit of a branch to the next.
const OF_BRANCH: [&str; 3] = ["CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME", "CI_COMMIT_REF_SLUG"];

/// Programs that carry files away and make none; the last argument is where to.
const CARRIERS: [&str; 9] =
    ["aws", "cp", "gcloud", "gsutil", "mv", "rclone", "rsync", "s3cmd", "scp"];

/// Programs that may name a path without making it.
const LOOKERS: [&str; 4] = ["chmod", "du", "find", "ls"];

/// Programs that make no output of a build.
const OTHERS: [&str; 16] = [
    "apk",
    "apt",
    "apt-get",
    "cat",
    "curl",
    "date",
    "echo",
    "eval",
    "export",
    "mkdir",
    "printf",
    "set",
    "ssh",
    "ssh-add",
    "ssh-keyscan",
    "test",
];

fn check(cx: &mut Cx<'_, '_>) {
    let facts = cx.facts;
    for (job, pipeline) in facts.jobs() {
        of_one_pipeline(job, pipeline, cx);
        of_build((job, pipeline), facts, cx);
    }
}

/// A cache that can serve no other pipeline.
fn of_one_pipeline(job: &Job<'_>, pipeline: &Pipeline<'_>, cx: &mut Cx<'_, '_>) {
    for cache in &job.caches {
        let Some((renewal, text)) = cache.renewed_by(job, pipeline) else { continue };
        if !renewal.in_all_jobs || cache.policy.writes() != Some(true) {
            continue;
        }
        let identity = cache.key_identity();
        let reader = pipeline.jobs.iter().find(|other| {
            let reads = other.caches.iter().any(|it| {
                it.policy.reads() == Some(true)
                    && it.key_identity() == identity
                    && it.shares_paths(cache)
            });
            reads && !std::ptr::eq(*other, job) && pipeline.runs_before(job, other)
        });
        let Some(reader) = reader else { continue };
        let message = format!(
            "`{}` keeps this cache to one pipeline or commit, so it only hands files from job to job; a \
             cache may be missing on another runner, artifacts are not",
            renewal.variable
        );
        cx.report(&text.origin, message)
            .symbol(format!("job:{}/cache[{}]/key", job.name, cache.index))
            .label(reader.key_at, "read here")
            .help(
                "keep what later jobs need as `artifacts`, and key what can be fetched again by its lock file",
            );
    }
}

/// A cache by which a job that makes nothing itself gets the output of a build.
fn of_build<'p>((job, pipeline): JobOf<'_, 'p>, facts: &Facts<'p>, cx: &mut Cx<'_, '_>) {
    for cache in &job.caches {
        let only_reads = cache.policy.reads() == Some(true) && cache.policy.writes() == Some(false);
        if !only_reads || !is_fixed(cache) || job.is_partial() {
            continue;
        }
        let found = cache.project_paths().into_iter().find_map(|path| {
            let output = OUTPUTS.contains(&path.as_str());
            let writer = output.then(|| writer(&path, cache, (job, pipeline)))??;
            let alone =
                !is_committed(&path, facts.files) && !pipeline.artifacts_may_bring(&path, job);
            (alone && carries(&path, facts.shells(job, pipeline))).then_some((path, writer))
        });
        let Some((path, writer)) = found else { continue };
        let message = format!(
            "`{}` gets `{path}` by a cache alone: it may find none, or what `{}` made of another commit; artifacts are there or the job fails",
            job.name, writer.name
        );
        cx.report(&job.cache_origin(cache), message)
            .symbol(format!("job:{}/cache[{}]", job.name, cache.index))
            .label(writer.key_at, format!("`{path}` is written here"))
            .help(format!("keep `{path}` as `artifacts` of `{}`", writer.name));
    }
}

/// Whether commits of one branch share the cache.
fn is_fixed(cache: &Cache<'_>) -> bool {
    match &cache.key {
        CacheKey::Default => true,
        CacheKey::Text(text) => {
            text.as_str().is_some_and(|it| variables(it).all(|name| OF_BRANCH.contains(&name)))
        }
        _ => false,
    }
}

/// The job before this one that writes the path into the cache.
fn writer<'a, 'p>(
    path: &str,
    cache: &Cache<'p>,
    (job, pipeline): (&Job<'p>, &'a Pipeline<'p>),
) -> Option<&'a Job<'p>> {
    let identity = cache.key_identity();
    let writes = |other: &&Job<'p>| {
        let mut caches = other.caches.iter().filter(|it| it.policy.writes() == Some(true));
        caches.any(|it| {
            it.key_identity() == identity && it.project_paths().iter().any(|it| it == path)
        })
    };
    let mut earlier = pipeline.jobs.iter().filter(|other| pipeline.runs_before(other, job));
    earlier.find(writes)
}

fn is_committed(path: &str, files: &dyn Files) -> bool {
    let below = format!("{path}/");
    !files.is_whole() || files.paths().iter().any(|it| it.starts_with(&below))
}

/// Whether the scripts carry the path somewhere and run nothing that could make it.
fn carries(path: &str, shells: &[JobShell<'_>]) -> bool {
    let mut carried = false;
    for shell in shells.iter().filter(|shell| shell.section == Section::Main) {
        for command in shell.script.commands() {
            match what(path, command) {
                Deed::Carries => carried = true,
                Deed::Nothing => {}
                Deed::Unknown => return false,
            }
        }
    }
    carried
}

/// What a command does with a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Carries,
    Nothing,
    /// It may make it.
    Unknown,
}

fn what(path: &str, command: Command<'_>) -> Deed {
    let Some(run) = command.invocation() else { return Deed::Nothing };
    let Some(name) = run.name() else { return Deed::Unknown };
    let names_it = |text: &str| {
        let text = project_path(text);
        text.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let named: Vec<bool> = run.arguments().map(|word| names_it(word.literal_prefix())).collect();
    let is_last = named.last().copied().unwrap_or(false);
    let is_named = named.contains(&true);
    match name {
        _ if CARRIERS.contains(&name) && is_last => Deed::Unknown,
        _ if CARRIERS.contains(&name) && is_named => Deed::Carries,
        _ if CARRIERS.contains(&name) || LOOKERS.contains(&name) => Deed::Nothing,
        _ if OTHERS.contains(&name) && !is_named && command.redirections().len() == 0 => {
            Deed::Nothing
        }
        _ => Deed::Unknown,
    }
}
