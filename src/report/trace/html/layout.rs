//! Where the jobs of a pipeline, its stages and its caches stand in a drawing.

use rustc_hash::FxHashMap;

use crate::model::gitlab::{Cache, CacheKey, CachePolicy, Job, Pipeline};

pub(super) const COLUMN: u32 = 236;
pub(super) const BOX: u32 = 164;
pub(super) const HEIGHT: u32 = 30;
pub(super) const STEP: u32 = 44;
pub(super) const TOP: u32 = 48;
/// Between two horizontal lines that lead to caches.
const LANE: u32 = 7;
/// Lines to caches lie beside each other in the gutter left of a column, up to this many.
const GUTTERS: u32 = 8;

/// A pipeline with a place for each of its parts.
pub(super) struct Layout<'a> {
    pub(super) stages: Vec<(&'a str, u32)>,
    pub(super) jobs: Vec<JobBox<'a>>,
    pub(super) needs: Vec<Edge>,
    pub(super) caches: Vec<CacheBox>,
    pub(super) uses: Vec<CacheUse>,
    pub(super) width: u32,
    pub(super) height: u32,
}

pub(super) struct JobBox<'a> {
    pub(super) name: &'a str,
    pub(super) stage: &'a str,
    pub(super) x: u32,
    pub(super) y: u32,
}

/// A need: from the job that is waited for to the one that waits.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) optional: bool,
}

/// Caches of one key.
pub(super) struct CacheBox {
    pub(super) key: String,
    pub(super) x: u32,
    pub(super) y: u32,
}

/// What a job does with a cache.
pub(super) struct CacheUse {
    pub(super) job: usize,
    pub(super) cache: usize,
    pub(super) policy: CachePolicy,
    /// Where its line goes down and where it goes across.
    pub(super) gutter: u32,
    pub(super) lane: u32,
}

impl<'a> Layout<'a> {
    pub(super) fn new(pipeline: &'a Pipeline<'_>) -> Self {
        // Stages that no job is in take no place; a stage that is not listed stands behind the others.
        let mut stages: Vec<&str> = Vec::new();
        let named = pipeline.stages.iter().map(|stage| &*stage.name);
        let used = |name: &str| pipeline.jobs.iter().any(|job| job.stage == *name);
        stages.extend(named.filter(|name| used(name)));
        for job in &pipeline.jobs {
            if !stages.contains(&&*job.stage) {
                stages.push(&job.stage);
            }
        }
        let mut filled = vec![0_u32; stages.len()];
        let mut jobs = Vec::new();
        let mut by_name: FxHashMap<&str, usize> = FxHashMap::default();
        for (number, job) in pipeline.jobs.iter().enumerate() {
            let column = stages.iter().position(|it| *it == &*job.stage).unwrap_or_default();
            by_name.insert(&job.name, number);
            jobs.push(JobBox {
                name: &job.name,
                stage: &job.stage,
                x: left(column),
                y: TOP + filled[column] * STEP,
            });
            filled[column] += 1;
        }
        let rows = filled.iter().copied().max().unwrap_or_default();
        let bottom = TOP + rows * STEP;
        let needs = needs(pipeline, &by_name);
        let (caches, uses, height) = caches(pipeline, &jobs, bottom);
        let columns = stages.len().max(caches.len());
        Self {
            stages: stages.iter().enumerate().map(|(at, name)| (*name, left(at))).collect(),
            jobs,
            needs,
            caches,
            uses,
            width: left(columns).saturating_sub(COLUMN - BOX - 20) + 20,
            height,
        }
    }
}

fn left(column: usize) -> u32 {
    64 + u32::try_from(column).unwrap_or_default() * COLUMN
}

fn needs(pipeline: &Pipeline<'_>, by_name: &FxHashMap<&str, usize>) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (to, job) in pipeline.jobs.iter().enumerate() {
        for need in job.needs.iter().flatten() {
            let Some(name) = need.name() else { continue };
            let from = by_name.get(name).copied();
            let from =
                from.or_else(|| by_name.get(&*pipeline.job_by_run_name(name)?.name).copied());
            edges.extend(from.map(|from| Edge { from, to, optional: need.optional }));
        }
    }
    edges
}

fn caches(
    pipeline: &Pipeline<'_>,
    jobs: &[JobBox<'_>],
    bottom: u32,
) -> (Vec<CacheBox>, Vec<CacheUse>, u32) {
    let mut identities: Vec<String> = Vec::new();
    let mut caches: Vec<CacheBox> = Vec::new();
    let mut uses: Vec<CacheUse> = Vec::new();
    for (number, job) in pipeline.jobs.iter().enumerate() {
        for cache in &job.caches {
            let identity = cache.key_identity();
            let at = identities.iter().position(|it| *it == identity).unwrap_or_else(|| {
                identities.push(identity);
                caches.push(CacheBox { key: shown_key(cache, job), x: left(caches.len()), y: 0 });
                caches.len() - 1
            });
            let lane = u32::try_from(at).unwrap_or_default();
            uses.push(CacheUse {
                job: number,
                cache: at,
                policy: cache.policy,
                gutter: jobs[number].x.saturating_sub(12 + lane % GUTTERS * 5),
                lane: bottom + 8 + lane * LANE,
            });
        }
    }
    let lanes = u32::try_from(caches.len()).unwrap_or_default() * LANE;
    let y = bottom + 8 + lanes + 22;
    for cache in &mut caches {
        cache.y = y;
    }
    let height = if caches.is_empty() { bottom + 8 } else { y + HEIGHT + 30 };
    (caches, uses, height)
}

/// The key of a cache as people say it.
fn shown_key(cache: &Cache<'_>, job: &Job<'_>) -> String {
    let list = |files: &[crate::model::gitlab::Value<'_>]| {
        let names: Vec<String> =
            files.iter().filter_map(|file| file.to_text()).map(|it| it.into_owned()).collect();
        names.join(", ")
    };
    match &cache.key {
        CacheKey::Default => "default".to_owned(),
        CacheKey::Text(value) => value.to_text().unwrap_or_default().into_owned(),
        CacheKey::Files { files, prefix, .. } | CacheKey::FilesCommits { files, prefix, .. } => {
            match prefix.as_ref().and_then(|it| it.to_text().map(|it| it.into_owned())) {
                Some(prefix) => format!("{prefix}: {}", list(files)),
                None => list(files),
            }
        }
        CacheKey::Unknown(_) => format!("unknown key of {}", job.name),
    }
}
