//! Which job gets the artifacts of which.

use super::{Job, JobKind, NeedKind, Pipeline, overlaps, project_path};

impl<'p> Pipeline<'p> {
    /// Whether artifacts of some job may bring a path of the project into this one.
    pub fn artifacts_may_bring(&self, path: &str, job: &Job<'p>) -> bool {
        self.jobs.iter().any(|other| {
            let paths = other.artifacts.iter().flat_map(|it| &it.paths);
            let mut paths = paths.filter_map(|it| it.to_text());
            paths.any(|it| it.contains('$') || overlaps(&project_path(&it), path))
                && self.fetches(job, other) != Some(false)
        })
    }

    /// Whether `job` fetches the artifacts of `producer`; nothing if that is not known.
    pub fn fetches(&self, job: &Job<'p>, producer: &Job<'p>) -> Option<bool> {
        if std::ptr::eq(job, producer) || job.kind == JobKind::Trigger {
            return Some(false);
        }
        if job.is_partial() {
            return None;
        }
        let names = producer.run_names();
        let is_producer =
            |name: &str| producer.name == *name || names.iter().any(|it| *it == *name);
        if let Some(dependencies) = &job.dependencies {
            let texts: Option<Vec<_>> = dependencies.iter().map(|it| it.to_text()).collect();
            return texts.map(|texts| texts.iter().any(|name| is_producer(name)));
        }
        let in_rules = job.rules.iter().flatten().filter_map(|rule| rule.needs.as_ref());
        let mut brought = false;
        for needs in job.needs.iter().chain(in_rules) {
            for need in needs {
                match need.kind {
                    NeedKind::Job if need.name().is_some_and(is_producer) => {
                        brought |= need.artifacts;
                    }
                    NeedKind::Unknown => return None,
                    _ => {}
                }
            }
        }
        if job.needs.is_some() || brought {
            return Some(brought);
        }
        Some(self.stage_index(&producer.stage)? < self.stage_index(&job.stage)?)
    }

    /// Whether one job starts only when the other is done, as far as stages say; jobs of which one
    /// has `needs` may run at once.
    pub fn runs_before(&self, first: &Job<'p>, second: &Job<'p>) -> bool {
        let places = (self.stage_index(&first.stage), self.stage_index(&second.stage));
        match (&second.needs, places) {
            (None, (Some(one), Some(other))) => one < other,
            (Some(_), _) => self.waits_for(second, &first.name),
            _ => false,
        }
    }

    /// Whether a job needs another, itself or through others.
    fn waits_for(&self, job: &Job<'p>, name: &str) -> bool {
        let mut waited: Vec<&Job<'p>> = Vec::new();
        let mut open = vec![job];
        while let Some(job) = open.pop() {
            for needed in job.needs.iter().flatten().filter_map(|need| need.name()) {
                let Some(next) = self.job_by_run_name(needed) else { continue };
                if next.name == *name {
                    return true;
                }
                if !waited.iter().any(|it| std::ptr::eq(*it, next)) {
                    waited.push(next);
                    open.push(next);
                }
            }
        }
        false
    }
}
