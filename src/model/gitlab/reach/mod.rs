//! Which jobs the pipelines of a configuration can have, over all kinds of pipelines that GitLab makes.
//!
//! A condition is a formula over variables. What is claimed to be impossible is so for every kind of pipeline
//! and every value that a variable can take from elsewhere (`search`); what is claimed to happen, happens
//! in a pipeline that can be named (`situation`). In between nothing is claimed.

mod early;
mod explain;
mod facts;
mod jobless;
mod presence;
mod search;
mod site;
mod situation;
mod verdict;
mod world;

use crate::model::gitlab::predefined;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::condition::{Formula, Names, Var};
use super::presence::is_there;
use super::{FileKind, Instance, Job, JobKind, Pipeline, Settings, Text, Value, expand};
use crate::model::Files;
use crate::syntax::expression::parse;
use crate::text::Location;
use presence::{PathList, Paths, Policy, Presence, Test};
use situation::Situation;

pub use early::{EarlyText, dotenv_variables, early_texts, include_texts};
pub use explain::{Comparison, compared_patterns, comparisons, ref_fault, unfitting_patterns};
pub use jobless::JoblessRule;
pub use site::{Condition, PathSite, paths_like};
pub use verdict::{Absence, DeadRule, Death, NeedFault, place_of};

/// Names of predefined variables that are not there yet when GitLab judges rules and expands names.
pub fn is_late_variable(name: &str) -> bool {
    predefined::is_late(name)
}

/// Whether a keyword of `only` or `except` names a source of pipelines, in the singular too.
pub fn is_source_keyword(keyword: &str) -> bool {
    facts::source_of(keyword).is_some()
}

/// The sources of pipelines, as `CI_PIPELINE_SOURCE` has them.
pub fn pipeline_sources() -> &'static [&'static str] {
    &facts::SOURCES
}

/// The predefined variable that a name was probably meant to be; nothing if it is one, or like none.
pub fn meant_variable(name: &str) -> Option<&'static str> {
    let names = || predefined::NAMES.into_iter();
    if predefined::NAMES.binary_search(&name).is_ok() {
        return None;
    }
    let known = match name {
        "CI_BRANCH" | "CI_BRANCH_NAME" | "CI_COMMIT_BRANCH_NAME" => Some("CI_COMMIT_BRANCH"),
        "CI_TAG" | "CI_COMMIT_TAG_NAME" => Some("CI_COMMIT_TAG"),
        "CI_MERGE_REQUEST_TARGET_BRANCH" => Some("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
        "CI_MERGE_REQUEST_SOURCE_BRANCH" => Some("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
        "CI_COMMIT_REF" | "CI_REF_NAME" => Some("CI_COMMIT_REF_NAME"),
        _ => None,
    };
    let slip = || super::nearest(name, names()).filter(|it| strsim::osa_distance(it, name) <= 2);
    known.or_else(slip)
}

/// What is asked by all rules of a pipeline, each thing once.
#[derive(Debug, Default)]
struct Conditions {
    names: Names,
    formulas: Vec<Formula>,
    by_text: FxHashMap<String, Test>,
    path_lists: Vec<PathList>,
    by_paths: FxHashMap<String, Paths>,
}

impl Conditions {
    fn test(&mut self, condition: Option<&Value<'_>>) -> Test {
        let Some(condition) = condition else { return Test::Always };
        let Some(text) = condition.as_str() else { return Test::Unknown };
        if let Some(known) = self.by_text.get(text) {
            return *known;
        }
        let test = match &parse(text).root {
            None => Test::Unknown,
            Some(root) => {
                self.formulas.push(Formula::lower(root, &mut self.names));
                Test::Holds(self.formulas.len() - 1)
            }
        };
        self.by_text.insert(text.to_owned(), test);
        test
    }

    /// Looks which of the files that `exists` asks for are in the repository.
    fn look_for(&mut self, files: &dyn Files) {
        for list in self.path_lists.iter_mut().filter(|it| it.sought && !it.compares) {
            list.there = list.globs.as_ref().map(|globs| is_there(globs, files));
        }
    }

    fn paths(&mut self, paths: &[Value<'_>], compares: bool) -> Paths {
        let texts: Option<Vec<String>> =
            paths.iter().map(|path| path.as_str().map(str::to_owned)).collect();
        let globs =
            texts.filter(|texts| !texts.is_empty() && !texts.iter().any(|text| text.contains('$')));
        // What is not known is like nothing else.
        let key = match &globs {
            Some(globs) => format!("{compares}\n{}", globs.join("\n")),
            None => format!("?{}", self.path_lists.len()),
        };
        let next = Paths(u32::try_from(self.path_lists.len()).unwrap_or(u32::MAX));
        let list = *self.by_paths.entry(key).or_insert(next);
        if list == next {
            self.path_lists.push(PathList { globs, compares, sought: false, there: None });
        }
        list
    }
}

/// The variables that the analysis itself speaks of.
#[derive(Clone, Copy, Debug)]
struct Refs {
    name: Var,
    branch: Var,
    tag: Var,
    merge_source: Var,
    merge_target: Var,
    default: Var,
    source: Var,
}

/// What variables are, where that is known.
type Values = Vec<(Var, Option<String>)>;

/// Which jobs the pipelines of a configuration can have.
#[derive(Debug)]
pub struct Reach {
    all: Conditions,
    refs: Refs,
    /// What tells when jobs are in, each place where it is written once.
    presences: Vec<Presence>,
    /// For each of them the first that says the same.
    alike: Vec<usize>,
    /// The presence of each job.
    jobs: Vec<usize>,
    /// The rules of `workflow`.
    workflow: Option<Presence>,
    /// Whether a file that was not read may have rules for the whole pipeline, or who starts it is not known.
    open: bool,
    /// Whether all its pipelines are children of others.
    is_child: bool,
    /// Variables that conditions name and the configuration sets somewhere.
    set_here: Vec<Var>,
    /// What they are in the whole pipeline, and what in each job, if that is known.
    global_values: BTreeMap<Var, Option<String>>,
    job_values: Vec<Values>,
    /// What the matrix of a job sets in each of its instances; empty where no condition names any of it.
    instance_values: Vec<Vec<Values>>,
    situations: Vec<Situation>,
    /// What several rules ask, found at the first time; `sure` for each formula.
    sure: Vec<OnceLock<bool>>,
    absences: OnceLock<Vec<Option<Absence>>>,
    dead_rules: OnceLock<Vec<DeadRule>>,
    need_faults: OnceLock<Vec<NeedFault>>,
}

impl Reach {
    /// Reads the rules of all jobs, in the repository of these files.
    pub fn of(pipeline: &Pipeline<'_>, settings: &Settings, files: &dyn Files) -> Self {
        let mut all = Conditions::default();
        let mut name = |name: &str| all.names.variable(name);
        let refs = Refs {
            name: name("CI_COMMIT_REF_NAME"),
            branch: name("CI_COMMIT_BRANCH"),
            tag: name("CI_COMMIT_TAG"),
            merge_source: name("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
            merge_target: name("CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
            default: name("CI_DEFAULT_BRANCH"),
            source: name("CI_PIPELINE_SOURCE"),
        };
        let workflow = workflow(pipeline, &mut all);
        let is_root = pipeline.kind == FileKind::Root;
        let open = workflow.is_none() && !pipeline.is_complete() || !is_root;
        let mut reach = Self {
            all,
            refs,
            presences: Vec::new(),
            alike: Vec::new(),
            jobs: Vec::new(),
            workflow,
            open,
            is_child: pipeline.kind == FileKind::Child,
            set_here: Vec::new(),
            global_values: BTreeMap::new(),
            job_values: Vec::new(),
            instance_values: Vec::new(),
            situations: Vec::new(),
            sure: Vec::new(),
            absences: OnceLock::new(),
            dead_rules: OnceLock::new(),
            need_faults: OnceLock::new(),
        };
        let mut known: FxHashMap<(Vec<Location>, String), usize> = FxHashMap::default();
        for job in &pipeline.jobs {
            let key = job.rules.as_ref().filter(|rules| !rules.is_empty()).map(|rules| {
                (rules.iter().map(|rule| rule.value.at()).collect(), job.when().to_owned())
            });
            let at = match key.as_ref().and_then(|key| known.get(key)) {
                Some(at) => *at,
                None => {
                    let presence = reach.presence(job, pipeline);
                    reach.presences.push(presence);
                    reach.presences.len() - 1
                }
            };
            if let Some(key) = key {
                known.insert(key, at);
            }
            reach.jobs.push(at);
        }
        let mut first: FxHashMap<&Presence, usize> = FxHashMap::default();
        let numbered = reach.presences.iter().enumerate();
        reach.alike = numbered.map(|(at, it)| *first.entry(it).or_insert(at)).collect();
        reach.read_variables(pipeline, settings);
        if files.is_whole() {
            reach.all.look_for(files);
        }
        reach.situations = situation::candidates(&reach);
        reach.sure.resize_with(reach.all.formulas.len(), OnceLock::new);
        reach
    }

    fn presence(&mut self, job: &Job<'_>, pipeline: &Pipeline<'_>) -> Presence {
        // A mapping without a script may add to a job of a file that was not read.
        if job.kind == JobKind::Unknown {
            return Presence::Unknown;
        }
        let (only, except) = (job.value.given("only"), job.value.given("except"));
        match (&job.rules, job.value.given("rules")) {
            (Some(rules), _) if rules.is_empty() => Presence::Unknown,
            (Some(rules), Some(value)) => {
                // An item that is no rule may stand for some.
                let whole = value.flat(10).iter().all(|it| it.as_map().is_some());
                match whole {
                    true => Presence::Rules(self.all.steps(rules, job.when())),
                    false => Presence::Unknown,
                }
            }
            (_, Some(_)) => Presence::Unknown,
            (_, None) if job.is_partial() => Presence::Unknown,
            (_, None) if only.is_some() || except.is_some() => Presence::Policies {
                only: match only {
                    Some(it) => Policy::lower(it, true, &mut self.all),
                    // Without `only` a job is in branches and tags alone, unless `workflow` decides.
                    None if pipeline.workflow_rules.is_some() => Policy::default(),
                    None if self.open => Policy::branches_and_tags_at_least(),
                    None => Policy::branches_and_tags(),
                },
                except: except.map(|it| Policy::lower(it, false, &mut self.all)),
            },
            _ if pipeline.workflow_rules.is_some() => Presence::Always,
            _ => Presence::Implicit,
        }
    }

    fn read_variables(&mut self, pipeline: &Pipeline<'_>, settings: &Settings) {
        let known = |text: Option<&Text<'_>>, name: &str| {
            // What is set outside goes first; a text with variables is compared as it is written.
            match settings.variable(name) {
                Some(value) => Some(value.to_owned()),
                None => text
                    .filter(|text| expand::variables(text).next().is_none())
                    .map(|text| text.to_string()),
            }
        };
        let mut set_here = Vec::new();
        for variable in &pipeline.variables {
            if let Some(var) = self.all.names.find(&variable.name) {
                let text = variable.text.as_ref().filter(|_| pipeline.is_final(variable.key_at));
                self.global_values.insert(var, known(text, &variable.name));
                set_here.push(var);
            }
        }
        for rule in pipeline.workflow_rules.iter().flatten() {
            for variable in &rule.variables {
                if let Some(var) = self.all.names.find(&variable.name) {
                    self.global_values.insert(var, None);
                    set_here.push(var);
                }
            }
        }
        for (name, value) in &settings.variables {
            if let Some(var) = self.all.names.find(name) {
                self.global_values.insert(var, Some(value.clone()));
                set_here.push(var);
            }
        }
        for job in &pipeline.jobs {
            self.instance_values.push(self.of_instances(job, settings));
            let mut values = Vec::new();
            let matrix = job.parallel.instances.first();
            for (name, _) in matrix.into_iter().flat_map(|it| &it.variables) {
                if let Some(var) = self.all.names.find(name) {
                    values.push((var, None));
                    set_here.push(var);
                }
            }
            for variable in &job.variables {
                if let Some(var) = self.all.names.find(&variable.name) {
                    values.push((var, known(variable.text.as_ref(), &variable.name)));
                    set_here.push(var);
                }
            }
            for (var, value) in &self.global_values {
                if value.is_some() && !job.inherits_variables.has(self.all.names.name(*var)) {
                    values.push((*var, None));
                }
            }
            self.job_values.push(values);
        }
        set_here.sort_unstable_by_key(|var| self.all.names.name(*var).to_owned());
        set_here.dedup();
        self.set_here = set_here;
    }
}

impl Reach {
    fn of_instances(&self, job: &Job<'_>, settings: &Settings) -> Vec<Values> {
        let of = |instance: &Instance<'_>| {
            let named = instance.variables.iter().filter_map(|(name, value)| {
                let known = match settings.variable(name) {
                    Some(outside) => Some(outside.to_owned()),
                    None => value
                        .to_text()
                        .filter(|text| expand::variables(text).next().is_none())
                        .map(Into::into),
                };
                Some((self.all.names.find(name)?, known))
            });
            named.collect::<Values>()
        };
        let values: Vec<Values> = job.parallel.instances.iter().map(of).collect();
        if values.iter().all(Vec::is_empty) { Vec::new() } else { values }
    }
}

fn workflow(pipeline: &Pipeline<'_>, all: &mut Conditions) -> Option<Presence> {
    let rules = pipeline.workflow_rules.as_ref()?;
    let value = pipeline.workflow().and_then(|it| it.given("rules"))?;
    let whole = value.flat(10).iter().all(|it| it.as_map().is_some()) && !rules.is_empty();
    Some(match whole {
        true => Presence::Rules(all.steps(rules, "always")),
        false => Presence::Unknown,
    })
}
