//! A resolved job: its keywords with their meaning.

mod artifacts;
mod cache;
mod environment;
mod image;
mod needs;
mod parallel;
mod rules;
mod script;
mod trigger;
mod variable;

pub use artifacts::{Artifacts, Report};
pub use cache::{Cache, CacheKey, CachePolicy, Outcome};
pub use environment::Environment;
pub use image::Image;
pub use needs::{Need, NeedKind};
pub use parallel::{Instance, Parallel};
pub use rules::{PathRule, Rule};
pub use script::{Script, Section};
pub use trigger::{MissingChild, Trigger};
pub use variable::{Scope, Variable};

pub(super) use needs::{asks_matrix, filled};
pub(super) use rules::rules;
pub(super) use variable::variables;

use super::defaults::Defaults;
use super::{Entry, Text, Value};
use crate::model::Origin;
use crate::text::Location;

/// A job of the pipeline after includes, `extends`, references and defaults. Hidden jobs are none.
#[derive(Clone, Debug)]
pub struct Job<'p> {
    /// The name as written; with `parallel` the server runs [`Job::parallel`] instances of it.
    pub name: Text<'p>,
    /// Where the name stands (of several files that define the job, in the one that wins).
    pub key_at: Location,
    /// What it does.
    pub kind: JobKind,
    /// Its mapping, without what it inherits from `default`.
    pub value: Value<'p>,
    /// What it inherits from `default` (or a deprecated global keyword), by keyword.
    pub defaulted: Vec<(&'static str, Value<'p>)>,
    /// The stage; `test` if none is given.
    pub stage: Text<'p>,
    /// Where the stage stands, if it is given.
    pub stage_at: Option<Origin>,
    /// What it extends itself, in order, each with the place that says so.
    pub extends: Vec<(String, Origin)>,
    /// The scripts in the order in which they run.
    pub scripts: Vec<Script<'p>>,
    /// The caches in order.
    pub caches: Vec<Cache<'p>>,
    /// The artifacts, if it has any.
    pub artifacts: Option<Box<Artifacts<'p>>>,
    /// The variables of its own `variables`.
    pub variables: Vec<Variable<'p>>,
    /// Whether it sees the global variables.
    pub inherits_variables: Inherits,
    /// The rules; nothing if there is no `rules`.
    pub rules: Option<Vec<Rule<'p>>>,
    /// The needs; nothing if there is no `needs`: the job waits for the stages before it.
    pub needs: Option<Vec<Need<'p>>>,
    /// The names of `dependencies`; nothing if there is no such keyword.
    pub dependencies: Option<Vec<Value<'p>>>,
    /// The image.
    pub image: Option<Box<Image<'p>>>,
    /// The services.
    pub services: Vec<Image<'p>>,
    /// The tags that a runner must have.
    pub tags: Vec<Value<'p>>,
    /// The environment.
    pub environment: Option<Box<Environment<'p>>>,
    /// What it starts, for a trigger job.
    pub trigger: Option<Box<Trigger<'p>>>,
    /// The instances that `parallel` makes of it.
    pub parallel: Parallel<'p>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// It runs `script`.
    Script,
    /// It runs the steps of `run`.
    Run,
    /// It starts another pipeline, or mirrors one (`trigger`, or `needs` without a script).
    Trigger,
    /// Nothing that the server knows, or its template is not known.
    Unknown,
}

/// Which of a set of things a job inherits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inherits {
    /// All.
    All,
    /// None.
    None,
    /// Those of these names.
    Only(Vec<String>),
}

impl Inherits {
    /// Whether the thing of this name is inherited.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Only(names) => names.iter().any(|it| it == name),
        }
    }

    pub(super) fn new(value: Option<&Value<'_>>) -> Self {
        match value {
            Some(it) if it.as_bool() == Some(false) => Self::None,
            Some(it) if it.as_seq().is_some() => {
                let names = it.items().iter().filter_map(|it| it.to_text());
                Self::Only(names.map(Into::into).collect())
            }
            _ => Self::All,
        }
    }
}

impl<'p> Job<'p> {
    /// What the job has for a keyword, by itself or by default. Null counts as nothing.
    pub fn get(&self, keyword: &str) -> Option<&Value<'p>> {
        self.value.given(keyword).or_else(|| {
            self.defaulted.iter().find(|(key, _)| *key == keyword).map(|(_, value)| value)
        })
    }

    /// Where the keyword itself stands, for what its value lacks; nothing if the job has none.
    pub fn keyword_origin(&self, keyword: &str) -> Option<Origin> {
        let entry = self.value.as_map().and_then(|map| map.entry(keyword));
        match entry.filter(|entry| !entry.value.is_null()) {
            Some(entry) => Some(Origin { at: entry.key_at, ..entry.value.origin.clone() }),
            None => self.get(keyword).map(|value| value.origin.clone()),
        }
    }

    /// Where a cache starts: at its item of the list, else at the keyword.
    pub fn cache_origin(&self, cache: &Cache<'_>) -> Origin {
        let in_list = self.get("cache").is_some_and(|value| value.as_seq().is_some());
        let keyword = || self.keyword_origin("cache");
        let origin = (!in_list).then(keyword).flatten();
        origin.unwrap_or_else(|| cache.value.origin.clone())
    }

    /// Whether a template of it is not known, so that it may have any further keyword.
    pub fn is_partial(&self) -> bool {
        self.value.as_map().is_some_and(super::Map::is_partial)
    }

    /// The script of this section.
    pub fn script(&self, section: Section) -> Option<&Script<'p>> {
        self.scripts.iter().find(|script| script.section == section)
    }

    /// The variable of its own `variables`.
    pub fn variable(&self, name: &str) -> Option<&Variable<'p>> {
        self.variables.iter().find(|variable| variable.name == *name)
    }

    /// The text of `when`; `on_success` if it is not given.
    pub fn when(&self) -> &str {
        self.get("when").and_then(Value::as_str).unwrap_or("on_success")
    }

    /// The names under which the server runs it: its own, or those of its instances.
    pub fn run_names(&self) -> Vec<Text<'p>> {
        if self.parallel.instances.is_empty() {
            return vec![self.name.clone()];
        }
        let instances = self.parallel.instances.iter();
        instances.map(|it| Text::from(it.full_name(&self.name))).collect()
    }

    /// The job that an entry of the top level describes.
    pub(super) fn new(entry: &Entry<'p>, defaults: &Defaults<'p>) -> Self {
        let value = &entry.value;
        let kind = JobKind::of(value);
        let defaulted = defaults.inherited(entry, kind);
        let get = |keyword: &str| {
            let own = value.given(keyword);
            own.or_else(|| defaulted.iter().find(|(key, _)| *key == keyword).map(|(_, it)| it))
        };
        let stage = value.given("stage");
        let list = |keyword| get(keyword).map(|it: &Value<'p>| it.items().to_vec());
        let extends = value.given("extends").map_or_else(Vec::new, super::extends::bases);
        Self {
            name: entry.key.clone(),
            key_at: entry.key_at,
            kind,
            stage: match stage.map(|it| &it.kind) {
                Some(super::ValueKind::Str(name)) => name.clone(),
                _ => Text::Borrowed("test"),
            },
            stage_at: stage.map(|it| it.origin.clone()),
            extends: extends.into_iter().map(|(name, it)| (name, it.origin.clone())).collect(),
            scripts: script::scripts(get),
            caches: cache::caches(get("cache")),
            artifacts: artifacts::artifacts(get("artifacts")).map(Box::new),
            variables: variables(get("variables"), Scope::Job),
            inherits_variables: Inherits::new(value.path(&["inherit", "variables"])),
            rules: rules(get("rules"), Scope::Rule),
            needs: needs::needs(get("needs")),
            dependencies: list("dependencies"),
            image: get("image").map(image::image).map(Box::new),
            services: image::services(get("services")),
            tags: list("tags").unwrap_or_default(),
            environment: environment::environment(get("environment")).map(Box::new),
            trigger: trigger::trigger(get("trigger")).map(Box::new),
            parallel: parallel::parallel(get("parallel")),
            value: value.clone(),
            defaulted,
        }
    }
}

impl JobKind {
    /// What the server takes a mapping of the top level for.
    pub(super) fn of(value: &Value<'_>) -> Self {
        let has = |key| value.get(key).is_some();
        if has("script") {
            Self::Script
        } else if has("run") {
            Self::Run
        } else if has("trigger") || has("needs") {
            let partial = value.as_map().is_some_and(super::Map::is_partial);
            if partial && !has("trigger") { Self::Unknown } else { Self::Trigger }
        } else {
            Self::Unknown
        }
    }
}
