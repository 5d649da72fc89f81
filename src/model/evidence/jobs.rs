//! The history of jobs, as GitLab's Jobs API answers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::read::typed;

/// Reasons of failures that are not the fault of code.
///
/// A runner of version 19 reports some of them to an older server under other names; a missing tag is
/// `runner_configuration_error`, which older servers show as `script_failure`.
pub const INFRASTRUCTURE_REASONS: [&str; 10] = [
    "api_failure",
    "data_integrity_failure",
    "image_pull_failure",
    "job_execution_timeout",
    "no_updates_running",
    "runner_external_dependency_failure",
    "runner_interrupted",
    "runner_system_failure",
    "scheduler_failure",
    "stuck_or_timeout_failure",
];

/// The jobs that were asked for.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    /// In the order of the answer.
    pub runs: Vec<JobRun>,
}

/// One run of a job.
#[derive(Clone, Debug, Deserialize)]
pub struct JobRun {
    /// The number of the job.
    #[serde(default)]
    pub id: u64,
    /// Its name.
    pub name: String,
    /// `success`, `failed`, `canceled`, `skipped`, `manual` ...
    pub status: String,
    /// Why it failed.
    pub failure_reason: Option<String>,
    /// Seconds that it ran.
    pub duration: Option<f64>,
    /// Seconds that it waited.
    pub queued_duration: Option<f64>,
    /// When it started, RFC 3339.
    pub started_at: Option<String>,
    /// The branch or tag.
    #[serde(rename = "ref")]
    pub git_ref: Option<String>,
    /// Whether its failure does not fail the pipeline.
    #[serde(default)]
    pub allow_failure: bool,
    /// Its pipeline.
    pub pipeline: Option<RunPipeline>,
}

/// The pipeline of a run.
#[derive(Clone, Debug, Deserialize)]
pub struct RunPipeline {
    /// Its number.
    pub id: u64,
}

/// What counts as one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Every attempt, those too that were retried.
    Attempts,
    /// The last attempt of a job in its pipeline.
    Final,
}

/// Successes among the runs that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Runs that succeeded.
    pub success: u32,
    /// Runs that failed.
    pub failed: u32,
}

/// Whether a rate is shown to be greater than a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is.
    Greater,
    /// It is not.
    NotGreater,
    /// There are too few runs to tell; so many would be needed.
    TooFew(u32),
}

impl Rate {
    /// All runs that count.
    pub const fn total(self) -> u32 {
        self.success.saturating_add(self.failed)
    }

    /// The rate in percent; 0 of no runs.
    pub fn percent(self) -> f64 {
        if self.total() == 0 {
            0.0
        } else {
            f64::from(self.success) * 100.0 / f64::from(self.total())
        }
    }

    /// The lower bound of Wilson's interval for 95 %, in percent: what the rate is at least, as far as so few runs tell.
    pub fn wilson_lower_percent(self) -> f64 {
        if self.total() == 0 {
            return 0.0;
        }
        let (n, p, z) = (f64::from(self.total()), self.percent() / 100.0, 1.96_f64);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        100.0 * (p + z * z / (2.0 * n) - spread) / (1.0 + z * z / n)
    }

    /// Whether the rate is greater than `percent`. So many runs are needed that a single failure would put it at
    /// the limit: 100 for 99 %.
    pub fn exceeds(self, percent: f64) -> Shown {
        if percent >= 100.0 {
            return Shown::NotGreater;
        }
        let needed =
            (100.0 / (100.0 - percent.max(0.0)) - 1e-9).ceil().min(f64::from(u32::MAX)) as u32;
        if self.total() < needed {
            Shown::TooFew(needed)
        } else if f64::from(self.success) * 100.0 > percent * f64::from(self.total()) + 1e-9 {
            Shown::Greater
        } else {
            Shown::NotGreater
        }
    }
}

impl Jobs {
    /// The runs of a job, parallel ones (`name 1/3`) included; only those of `git_ref`, if one is given.
    pub fn of<'a>(
        &'a self,
        name: &'a str,
        git_ref: Option<&'a str>,
    ) -> impl Iterator<Item = &'a JobRun> {
        self.runs.iter().filter(move |run| {
            let rest = run.name.strip_prefix(name);
            let same = rest.is_some_and(|rest| rest.is_empty() || is_parallel(rest));
            same && git_ref.is_none_or(|wanted| run.git_ref.as_deref() == Some(wanted))
        })
    }

    /// How many runs of a job succeeded. What was cancelled, skipped or still waits is left out.
    pub fn success_rate(&self, name: &str, git_ref: Option<&str>, count: Count) -> Rate {
        let mut rate = Rate { success: 0, failed: 0 };
        let mut last: BTreeMap<(u64, &str), &JobRun> = BTreeMap::new();
        for run in self.of(name, git_ref) {
            match (&run.pipeline, count) {
                (Some(pipeline), Count::Final) => {
                    let latest = last.entry((pipeline.id, &run.name)).or_insert(run);
                    if run.id > latest.id {
                        *latest = run;
                    }
                }
                _ => rate.add(run),
            }
        }
        last.values().for_each(|run| rate.add(run));
        rate
    }

    /// The failed runs of a job whose reason is not one of `infrastructure`; a run without a reason is among them.
    pub fn code_failures<'a>(
        &'a self,
        name: &'a str,
        git_ref: Option<&'a str>,
        infrastructure: &[&str],
    ) -> Vec<&'a JobRun> {
        let known: BTreeSet<&str> = infrastructure.iter().copied().collect();
        let failed = self.of(name, git_ref).filter(|run| run.status == "failed");
        failed
            .filter(|run| {
                run.failure_reason.as_deref().is_none_or(|reason| !known.contains(reason))
            })
            .collect()
    }
}

impl Rate {
    fn add(&mut self, run: &JobRun) {
        match run.status.as_str() {
            "success" => self.success = self.success.saturating_add(1),
            "failed" => self.failed = self.failed.saturating_add(1),
            _ => {}
        }
    }
}

/// ` 1/3` of a parallel job, `: [a, b]` of a matrix.
fn is_parallel(rest: &str) -> bool {
    let count = rest.strip_prefix(' ').and_then(|it| it.split_once('/'));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    count.is_some_and(|(a, b)| digits(a) && digits(b)) || rest.starts_with(": [")
}

/// A list, the pages of a list, or an object with the list as `jobs`.
pub(super) fn read(value: &Value) -> Result<Jobs, String> {
    let list = value.get("jobs").unwrap_or(value).as_array().ok_or("the jobs are no list")?;
    let mut runs = Vec::new();
    for entry in list {
        match entry.as_array() {
            Some(page) => {
                for run in page {
                    runs.push(typed(run)?);
                }
            }
            None => runs.push(typed(entry)?),
        }
    }
    Ok(Jobs { runs })
}
