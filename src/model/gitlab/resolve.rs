use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::defaults::{Defaults, is_global};
use super::extends::extend;
use super::include::{Expanded, expand, expand_child};
use super::job::{Job, JobKind};
use super::reference::dereference;
use super::stages::{put, stages};
use super::steps::COPIES;
use super::{FileKind, KeyKind, Pipeline, Problem, Settings, Value, validate};
use crate::model::Files;
use crate::syntax::yaml::{self, Tree};
use crate::text::{Source, worth_all_cores};

/// Keys of the top level that are never jobs.
fn is_reserved(key: &str) -> bool {
    is_global(key) || matches!(key, "include" | "variables" | "stages")
}

impl<'p> Pipeline<'p> {
    /// Reads the configuration `root` with all that it includes, and resolves it in the order of
    /// the server. Unlike the server it goes on after a fault; faults are in
    /// [`Pipeline::problems`], and what could not be read in [`Pipeline::missing`].
    pub fn resolve(root: &'p Source, files: &'p dyn Files, settings: &Settings) -> Self {
        Self::resolve_as(FileKind::Root, root, files, settings)
    }

    /// The same for a file of another kind. Inputs that a component, template or child pipeline
    /// asks for and has no default for are unknown; what a component or template does not define
    /// may be defined by who includes it, so it is unknown too.
    pub fn resolve_as(
        kind: FileKind,
        root: &'p Source,
        files: &'p dyn Files,
        settings: &Settings,
    ) -> Self {
        let tree = Arc::new(yaml::parse(root.text()));
        Self::resolve_parsed(kind, (root, tree), files, settings)
    }

    /// The same for a file that was parsed already.
    pub fn resolve_parsed(
        kind: FileKind,
        (root, tree): (&'p Source, Arc<Tree<'p>>),
        files: &'p dyn Files,
        settings: &Settings,
    ) -> Self {
        let mut problems = Vec::new();
        let expanded = expand((root, tree), (files, settings), kind, &mut problems);
        Self::resolve_expanded((root, kind), expanded, settings, problems)
    }

    /// The child pipeline that a job starts by these items of its `trigger:include`, which stand in `by`. The
    /// server puts them together as if a file included them. Nothing if all its files are made by jobs.
    pub fn resolve_child(
        (items, by): (&[Value<'p>], &'p Source),
        files: &'p dyn Files,
        settings: &Settings,
    ) -> Option<Self> {
        let mut problems = Vec::new();
        let expanded = expand_child(items, (files, settings), &mut problems)?;
        let root = expanded.files.first().map_or(by, |file| file.source);
        let is_known = !expanded.files.is_empty() || !expanded.missing.is_empty();
        is_known
            .then(|| Self::resolve_expanded((root, FileKind::Child), expanded, settings, problems))
    }

    fn resolve_expanded(
        (root, kind): (&'p Source, FileKind),
        expanded: Expanded<'p>,
        settings: &Settings,
        mut problems: Vec<Problem>,
    ) -> Self {
        let Expanded { config, files, missing, includes, undecided, mut trees, retyped_inputs } =
            expanded;
        trees.sort_by_key(|(source, _)| *source);
        // A key that could not be read may be the template that something extends.
        let broken = trees.iter().any(|(_, tree)| !tree.errors.is_empty());
        let config = if broken || kind.is_part() { config.into_partial() } else { config };
        let complete = !config.is_partial();
        let mut copies = COPIES;
        let config = extend(config, complete, &mut copies, &mut problems);
        let config = dereference(config, complete, &mut copies, &mut problems);
        let stages = stages(&config);
        let config = put(config, stages.as_deref().unwrap_or_default());
        let defaults = Defaults::new(&config);
        let mut pipeline = Self {
            root,
            kind,
            generation: 0,
            jobs: Vec::new(),
            hidden: Vec::new(),
            stages_unknown: stages.is_none(),
            has_unknown_names: false,
            stages: stages.unwrap_or_default(),
            workflow_rules: None,
            variables: Vec::new(),
            files,
            includes,
            missing,
            undecided,
            problems,
            retyped_inputs,
            trees,
            by_name: FxHashMap::default(),
            set_variables: OnceLock::new(),
            by_run_name: FxHashMap::default(),
            by_stage: FxHashMap::default(),
            config,
        };
        pipeline.add_jobs(&defaults);
        pipeline.settle();
        let broken = validate::check(&pipeline, settings);
        pipeline.leave_out_what_follows(&broken);
        pipeline.problems.extend(broken);
        pipeline.tell_once();
        pipeline
    }

    /// The server does not look at the relations of an entry that is broken in itself.
    fn leave_out_what_follows(&mut self, broken: &[Problem]) {
        const RELATIONS: [&str; 6] = [
            "undefined-need",
            "later-need",
            "duplicate-need",
            "undefined-dependency",
            "later-dependency",
            "dependency-without-need",
        ];
        self.problems.retain(|it| {
            let (source, span) = (it.at.at.source, it.at.at.span);
            !RELATIONS.contains(&it.rule)
                || !broken.iter().any(|other| {
                    let at = other.at.at;
                    at.source == source && span.start <= at.span.start && at.span.end <= span.end
                })
        });
    }

    /// What a template brings into many jobs is one fault.
    fn tell_once(&mut self) {
        let mut told = FxHashSet::default();
        self.problems.retain(|it| told.insert((it.rule, it.at.at, it.message.clone())));
    }

    fn add_jobs(&mut self, defaults: &Defaults<'p>) {
        let mut visible = Vec::new();
        for entry in self.config.entries() {
            if entry.key_kind != KeyKind::Str || is_reserved(&entry.key) {
                continue;
            }
            if entry.key.starts_with('.') {
                self.hidden.push(entry.clone());
                continue;
            }
            let kind = JobKind::of(&entry.value);
            let is_keyword =
                matches!(&*entry.key, "default" | "workflow") && kind == JobKind::Unknown;
            if entry.value.as_map().is_some() && !is_keyword {
                visible.push(entry);
            }
        }
        self.jobs = match worth_all_cores(self.files.iter().map(|file| file.source)) {
            true => visible.into_par_iter().map(|entry| Job::new(entry, defaults)).collect(),
            false => visible.into_iter().map(|entry| Job::new(entry, defaults)).collect(),
        };
        for (at, job) in self.jobs.iter().enumerate() {
            self.by_name.insert(job.name.clone(), at);
            for name in job.run_names() {
                self.by_run_name.insert(name, at);
            }
        }
    }
}
