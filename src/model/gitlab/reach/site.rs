//! Where the conditions of a pipeline stand.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::gitlab::{Job, Pipeline, Rule, Value, Variable, nearest};
use crate::syntax::expression::{Expression, parse};
use crate::text::{Location, Span};

/// A condition, with who asks it.
#[derive(Debug)]
pub struct Condition<'a, 'p> {
    /// The text.
    pub value: &'a Value<'p>,
    /// What it asks.
    pub expression: Arc<Expression<'a>>,
    /// The place of the first job that has it; nothing for `workflow`.
    pub job: Option<usize>,
}

impl<'p> Pipeline<'p> {
    /// The conditions of `rules`, `only:variables` and `except:variables` of the jobs and of `workflow`, each
    /// place once.
    pub fn conditions<'a>(&'a self) -> Vec<Condition<'a, 'p>> {
        let mut seen = FxHashSet::default();
        let rules = self.jobs.iter().filter_map(|job| job.rules.as_ref()).map(Vec::len);
        let mut conditions = Vec::with_capacity(rules.sum());
        // The same few conditions stand in many jobs.
        let mut parsed: FxHashMap<&str, Arc<Expression<'_>>> = FxHashMap::default();
        let mut add = |value, job: Option<usize>| {
            let text = Value::as_str(value);
            if let Some(text) = text.filter(|_| seen.insert((value.at(), job.is_none()))) {
                let expression = parsed.entry(text).or_insert_with(|| Arc::new(parse(text)));
                conditions.push(Condition { value, expression: Arc::clone(expression), job });
            }
        };
        let asked = |rules: &'a Option<Vec<Rule<'p>>>| {
            rules.iter().flatten().filter_map(|rule| rule.condition.as_ref())
        };
        asked(&self.workflow_rules).for_each(|value| add(value, None));
        for (at, job) in self.jobs.iter().enumerate() {
            asked(&job.rules).for_each(|value| add(value, Some(at)));
            for keyword in ["only", "except"] {
                let variables = job.value.path(&[keyword, "variables"]);
                let values = variables.map_or(&[][..], Value::one_or_more);
                values.iter().for_each(|value| add(value, Some(at)));
            }
        }
        conditions
    }

    /// Where a part of a text stands in its file; the whole text if it was composed.
    pub fn part_of(&self, value: &Value<'p>, part: Span) -> Location {
        let whole = value.at();
        self.scalar_map(value).map_or(whole, |map| {
            let span = Span::new(map.to_source(part.start), map.to_source(part.end));
            Location::new(whole.source, span)
        })
    }
}

impl Condition<'_, '_> {
    /// The condition as text.
    pub fn text(&self) -> &str {
        self.value.as_str().unwrap_or_default()
    }
}

impl<'p> Pipeline<'p> {
    /// The variable as a condition sees it, if the configuration sets it: that of the job, else that of the
    /// whole pipeline.
    pub fn variable_at(&self, condition: &Condition<'_, 'p>, name: &str) -> Option<&Variable<'p>> {
        match condition.job.and_then(|job| self.jobs.get(job)) {
            Some(job) => self.variable_of(job, name),
            None => self.variable(name),
        }
    }

    /// Whether the configuration sets the variable anywhere: for the whole pipeline, in a rule of `workflow`,
    /// in a job, in one of its rules or its matrix.
    pub fn sets_variable(&self, name: &str) -> bool {
        self.set_variables.get_or_init(|| self.find_set_variables()).contains(name)
    }

    fn find_set_variables(&self) -> FxHashSet<Box<str>> {
        let mut names: FxHashSet<Box<str>> = FxHashSet::default();
        let mut add = |name: &str| {
            if !names.contains(name) {
                names.insert(name.into());
            }
        };
        let of_rules = self.jobs.iter().map(|job| &job.rules).chain([&self.workflow_rules]);
        let of_rules = of_rules.flatten().flatten().flat_map(|rule| &rule.variables);
        let of_jobs = self.jobs.iter().flat_map(|job| &job.variables);
        self.variables.iter().chain(of_rules).chain(of_jobs).for_each(|it| add(&it.name));
        let instances = self.jobs.iter().flat_map(|job| &job.parallel.instances);
        instances.flat_map(|it| &it.variables).for_each(|(name, _)| add(name));
        names
    }

    /// The job whose name comes nearest to this one.
    pub fn nearest_job(&self, name: &str) -> Option<&str> {
        nearest(name, self.jobs.iter().map(|job| &*job.name))
    }
}

/// A pattern of `changes` or `exists`, with who asks for it.
#[derive(Clone, Debug)]
pub struct PathSite<'a, 'p> {
    /// The pattern.
    pub value: &'a Value<'p>,
    /// `changes` or `exists`.
    pub keyword: &'static str,
    /// The job; nothing for `workflow`.
    pub job: Option<&'a Job<'p>>,
    /// Whether it is compared with something other than this repository and the push.
    pub elsewhere: bool,
}

impl PathSite<'_, '_> {
    /// What asks for it: `job:NAME`, or `workflow`.
    pub fn owner(&self) -> String {
        self.job.map_or_else(|| "workflow".to_owned(), |job| format!("job:{}", job.name))
    }
}

impl<'p> Pipeline<'p> {
    /// The patterns of `changes` and `exists` of the jobs and of `workflow`.
    pub fn path_patterns(&self) -> Vec<PathSite<'_, 'p>> {
        let mut sites = Vec::new();
        let jobs = self.jobs.iter().map(|job| (Some(job), job.rules.as_ref()));
        let workflow = (None, self.workflow_rules.as_ref());
        for (job, rules) in std::iter::once(workflow).chain(jobs) {
            for rule in rules.into_iter().flatten() {
                for (keyword, list) in [("changes", &rule.changes), ("exists", &rule.exists)] {
                    let Some(list) = list else { continue };
                    let elsewhere = list.project.is_some();
                    sites.extend(list.paths.iter().map(|value| PathSite {
                        value,
                        keyword,
                        job,
                        elsewhere,
                    }));
                }
            }
        }
        for job in &self.jobs {
            for keyword in ["only", "except"] {
                let changes = job.value.path(&[keyword, "changes"]);
                let values = changes.map_or(&[][..], Value::one_or_more);
                sites.extend(values.iter().map(|value| PathSite {
                    value,
                    keyword: "changes",
                    job: Some(job),
                    elsewhere: false,
                }));
            }
        }
        sites
    }
}

/// The paths, out of these sorted ones, that begin as the pattern does before its first wildcard.
pub fn paths_like<'a>(pattern: &str, paths: &'a [String]) -> &'a [String] {
    let fixed = pattern.split(['*', '?', '[', '{', '\\']).next().unwrap_or_default();
    let start = paths.partition_point(|path| path.as_str() < fixed);
    let rest = paths.get(start..).unwrap_or_default();
    let count = rest.partition_point(|path| path.starts_with(fixed));
    rest.get(..count).unwrap_or_default()
}
