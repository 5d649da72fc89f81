use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::job::{Rule, Scope, Variable, filled, rules, variables};
use super::{Entry, FileKind, Instance, Job, Map, Missing, Need, Problem, Text, Undecided, Value};
use crate::model::Origin;
use crate::syntax::yaml::{ScalarMap, Tree};
use crate::text::{Location, Source, SourceId};

/// A pipeline as the server reads it: the root configuration with all that it includes, resolved.
#[derive(Debug)]
pub struct Pipeline<'p> {
    /// The root configuration.
    pub root: &'p Source,
    /// What the root configuration is.
    pub kind: FileKind,
    /// How many triggers in a row led from a root configuration to this child pipeline; 0 for all others.
    pub generation: usize,
    /// The whole configuration after includes, `extends`, references and with `.pre` and `.post`
    /// around the stages; defaults are not filled in.
    pub config: Map<'p>,
    /// The jobs in the order of the configuration.
    pub jobs: Vec<Job<'p>>,
    /// Hidden entries (`.name`), which may hold anything.
    pub hidden: Vec<Entry<'p>>,
    /// The stages in order.
    pub stages: Vec<Stage<'p>>,
    /// The rules of `workflow`; nothing if there are none.
    pub workflow_rules: Option<Vec<Rule<'p>>>,
    /// The global variables.
    pub variables: Vec<Variable<'p>>,
    /// The files that were read, the root first, each before those that it includes.
    pub files: Vec<IncludedFile<'p>>,
    /// The entries of `include` in all the files, in the order in which they were met.
    pub includes: Vec<Include<'p>>,
    /// What could not be read offline, each thing once.
    pub missing: Vec<Missing>,
    /// The includes of which it is not known whether they take place.
    pub undecided: Vec<Undecided>,
    /// For what the server refuses the configuration, in no certain order.
    pub problems: Vec<Problem>,
    /// What inputs of type string get that is no text, in the files that were read.
    pub(super) retyped_inputs: Vec<Value<'p>>,
    /// By their sources, in order.
    pub(super) trees: Vec<(SourceId, Arc<Tree<'p>>)>,
    /// Whether `stages` is something from which no list of names can be read.
    pub(super) stages_unknown: bool,
    /// Whether names of jobs are made from inputs that are not known.
    pub(super) has_unknown_names: bool,
    pub(super) by_name: FxHashMap<Text<'p>, usize>,
    /// The names of the variables that it sets anywhere, found at the first call.
    pub(super) set_variables: OnceLock<FxHashSet<Box<str>>>,
    pub(super) by_run_name: FxHashMap<Text<'p>, usize>,
    pub(super) by_stage: FxHashMap<Text<'p>, usize>,
}

/// A stage.
#[derive(Clone, Debug)]
pub struct Stage<'p> {
    /// The name.
    pub name: Text<'p>,
    /// Where it is written; nothing for a stage that the server adds.
    pub origin: Option<Origin>,
}

/// A file that the pipeline is made of.
#[derive(Clone, Debug)]
pub struct IncludedFile<'p> {
    /// The file.
    pub source: &'p Source,
    /// The place among the files of the one that includes it; nothing for the root.
    pub parent: Option<usize>,
    /// The `include` entry; nothing for the root.
    pub at: Option<Location>,
    /// Whether it is included for certain; otherwise rules decide that cannot be judged offline.
    pub certain: bool,
}

/// An entry of `include`.
#[derive(Clone, Debug)]
pub struct Include<'p> {
    /// What is included.
    pub kind: IncludeKind,
    /// Its path, URL, template, component or project.
    pub name: Value<'p>,
    /// `ref`, for a project.
    pub reference: Option<Value<'p>>,
    /// `integrity`, for a URL.
    pub integrity: Option<Value<'p>>,
}

/// What an `include` takes its files from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IncludeKind {
    /// The repository.
    Local,
    /// A URL.
    Remote,
    /// The templates of the server.
    Template,
    /// A component.
    Component,
    /// Another project.
    Project,
}

impl<'p> Pipeline<'p> {
    /// Whether all files were read. If not, what is not defined may be defined in one of them.
    pub const fn is_complete(&self) -> bool {
        self.missing.is_empty() && !self.config.is_partial()
    }

    /// Whether no file that was not read can replace what stands at the place.
    pub fn is_final(&self, at: Location) -> bool {
        self.is_complete() || at.source == self.root.id
    }

    /// The files on the way to a source, itself first.
    fn way_to(&self, source: SourceId) -> impl Iterator<Item = usize> {
        let first = self.files.iter().position(|it| it.source.id == source);
        // A parent stands in front of what it includes.
        std::iter::successors(first, |at| self.files[*at].parent.filter(|parent| parent < at))
    }

    /// The outermost file on the way to a source that is included only if rules allow it, which cannot
    /// be judged offline: its place in `files`.
    pub fn chosen_by_rules(&self, source: SourceId) -> Option<usize> {
        self.way_to(source).filter(|at| !self.files[*at].certain).last()
    }

    /// Whether a pipeline with the one file has the other, since that is it or includes it.
    pub fn comes_with(&self, one: SourceId, other: SourceId) -> bool {
        self.way_to(one).any(|at| self.files[at].source.id == other)
    }

    /// Whether rules decide on two files that the jobs come from, so that perhaps no pipeline has both.
    pub fn are_alternatives(&self, one: &Job<'_>, other: &Job<'_>) -> bool {
        let chosen = |job: &Job<'_>| self.chosen_by_rules(job.key_at.source);
        one.key_at.source != other.key_at.source
            && chosen(one).is_some_and(|it| chosen(other).is_some_and(|other| it != other))
    }

    /// The job of this name (not of an instance).
    pub fn job(&self, name: &str) -> Option<&Job<'p>> {
        self.by_name.get(name).and_then(|at| self.jobs.get(*at))
    }

    /// The job that runs under this name: a job, or one whose instance is called so.
    pub fn job_by_run_name(&self, name: &str) -> Option<&Job<'p>> {
        self.by_run_name.get(name).and_then(|at| self.jobs.get(*at))
    }

    /// The names under which the jobs run that a need stands for; `own` is the instance that has the need.
    pub fn needed_names(&self, need: &Need<'p>, own: Option<&Instance<'p>>) -> Vec<Text<'p>> {
        let mut all = Vec::new();
        for name in need.names() {
            // Which instances are meant may be computed from the matrix of the job itself.
            let name = match own {
                Some(instance) if name.contains("$[[") => filled(&name, instance),
                _ => name,
            };
            if name.contains("$[[") {
                continue;
            }
            match self.job(&name) {
                Some(job) => all.extend(job.run_names()),
                None => all.push(name),
            }
        }
        all
    }

    /// A global variable.
    pub fn variable(&self, name: &str) -> Option<&Variable<'p>> {
        self.variables.iter().find(|variable| variable.name == *name)
    }

    /// The variable as the job sees it before rules set any: its own, or the global one that it
    /// inherits.
    pub fn variable_of<'a>(&'a self, job: &'a Job<'p>, name: &str) -> Option<&'a Variable<'p>> {
        let global = || self.variable(name).filter(|_| job.inherits_variables.has(name));
        job.variable(name).or_else(global)
    }

    /// The place of a stage in the order.
    pub fn stage_index(&self, name: &str) -> Option<usize> {
        self.by_stage.get(name).copied()
    }

    /// `workflow:` if it is not taken for a job.
    pub fn workflow(&self) -> Option<&Value<'p>> {
        self.config.get("workflow").filter(|_| self.job("workflow").is_none())
    }

    /// `default:` if it is not taken for a job.
    pub fn default(&self) -> Option<&Value<'p>> {
        self.config.get("default").filter(|_| self.job("default").is_none())
    }

    /// The YAML tree of a file that was read.
    pub fn tree(&self, source: SourceId) -> Option<&Tree<'p>> {
        self.shared_tree(source).map(|tree| &**tree)
    }

    fn shared_tree(&self, source: SourceId) -> Option<&Arc<Tree<'p>>> {
        let at = self.trees.binary_search_by_key(&source, |(id, _)| *id).ok()?;
        self.trees.get(at).map(|(_, tree)| tree)
    }

    /// The tree and the file that a value is written in; nothing if it was composed.
    pub(super) fn written(&self, value: &Value<'p>) -> Option<(Arc<Tree<'p>>, &'p Source)> {
        let source = value.origin.at.source;
        value.node?;
        let tree = self.shared_tree(source)?;
        let file = self.files.iter().find(|file| file.source.id == source)?;
        Some((Arc::clone(tree), file.source))
    }

    /// From offsets in a text to the file that it is written in; nothing for a text that was
    /// composed, such as one with inputs filled in.
    pub fn scalar_map(&self, value: &Value<'p>) -> Option<ScalarMap> {
        let node = value.node?;
        value.as_str()?;
        let (tree, source) = self.written(value)?;
        Some(tree.scalar_map(node, source.text()))
    }

    /// The names that a job extends, itself or through others, the nearest first.
    pub fn ancestors(&self, job: &Job<'p>) -> Vec<String> {
        let mut names: Vec<String> = job.extends.iter().map(|(name, _)| name.clone()).collect();
        let mut at = 0;
        while let Some(name) = names.get(at) {
            at += 1;
            let extends = self.config.get(name).and_then(|it| it.given("extends"));
            for (name, _) in extends.map(super::extends::bases).unwrap_or_default() {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    pub(super) fn settle(&mut self) {
        self.workflow_rules =
            rules(self.workflow().and_then(|it| it.given("rules")), Scope::WorkflowRule);
        self.variables = variables(self.config.get("variables"), Scope::Global);
        for (at, stage) in self.stages.iter().enumerate() {
            self.by_stage.entry(stage.name.clone()).or_insert(at);
        }
        self.has_unknown_names = self.jobs.iter().any(|job| job.name.contains("$[["));
        let problems = super::logic::check(self);
        self.problems.extend(problems);
    }
}
