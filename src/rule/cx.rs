use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::{Finding, Fix, Label, Rule, RuleIndex, Safety, UsedImage};
use crate::model::build::ImageBuild;
use crate::model::docker::Dockerfile;
use crate::model::evidence::Evidence;
use crate::model::gitlab::reach::Reach;
use crate::model::gitlab::{Job, JobShell, Pipeline, ReadScripts, Settings};
use crate::model::spec::Spec;
use crate::model::{Date, Files, Origin, StepKind};
use crate::text::{Edit, Location, Sources, Span};

/// All that was read from the project and made sense of.
pub struct Facts<'p> {
    /// Every source that was read.
    pub sources: &'p Sources,
    /// The files of the project.
    pub files: &'p dyn Files,
    /// One for each root configuration.
    pub pipelines: Vec<Pipeline<'p>>,
    /// One for each Dockerfile, resolved with what the jobs give to its builds.
    pub dockerfiles: Vec<Dockerfile<'p>>,
    /// The builds of images by the jobs, in the order of pipelines, jobs and commands.
    pub builds: Vec<ImageBuild>,
    /// For each build the place of its Dockerfile.
    pub(super) built: Vec<Option<usize>>,
    /// The spec that the project is held to.
    pub spec: Spec<'p>,
    /// What is known of the server.
    pub settings: Settings,
    /// The day of the run; nothing if nobody told it.
    pub today: Option<Date>,
    /// What was observed outside.
    pub evidence: &'p Evidence,
    /// The CI image that the jobs run in, found at the first call.
    pub(super) used_image: OnceLock<Option<UsedImage>>,
    /// The jobs that play the roles of the spec, by role, where the configuration names them.
    roles: BTreeMap<String, String>,
    /// The shells of each job of each pipeline, made at the first call.
    shells: Vec<Vec<OnceLock<Vec<JobShell<'p>>>>>,
    /// What the shells run.
    read_scripts: ReadScripts,
    /// Which jobs the pipelines of each configuration can have, made at the first call.
    reaches: Vec<OnceLock<Reach>>,
}

/// A job with the pipeline that it belongs to.
pub type JobOf<'a, 'p> = (&'a Job<'p>, &'a Pipeline<'p>);

impl<'p> Facts<'p> {
    /// Everything that was read, together; `dockerfiles` resolves them with what their builds are given.
    pub fn new(
        (sources, files): (&'p Sources, &'p dyn Files),
        pipelines: Vec<Pipeline<'p>>,
        dockerfiles: impl FnOnce(&[ImageBuild]) -> Vec<Dockerfile<'p>>,
        spec: Spec<'p>,
        (settings, roles): (Settings, BTreeMap<String, String>),
    ) -> Self {
        let cells =
            |pipeline: &Pipeline<'p>| pipeline.jobs.iter().map(|_| OnceLock::new()).collect();
        let shells = pipelines.iter().map(cells).collect();
        let reaches = pipelines.iter().map(|_| OnceLock::new()).collect();
        let (builds, built, none) = (Vec::new(), Vec::new(), Vec::new());
        let mut facts = Self {
            sources,
            files,
            pipelines,
            dockerfiles: none,
            builds,
            built,
            spec,
            settings,
            today: None,
            evidence: Evidence::none(),
            used_image: OnceLock::new(),
            roles,
            shells,
            read_scripts: ReadScripts::default(),
            reaches,
        };
        facts.builds = facts.read_builds();
        facts.dockerfiles = dockerfiles(&facts.builds);
        let place = |build: &ImageBuild| {
            let path = build.dockerfile.file(files)?;
            facts.dockerfiles.iter().position(|it| it.source.path == path)
        };
        facts.built = facts.builds.iter().map(place).collect();
        facts
    }

    /// The same with what was observed outside.
    #[must_use]
    pub fn with_evidence(self, evidence: &'p Evidence) -> Self {
        Self { evidence, ..self }
    }

    /// Every job of every pipeline.
    pub fn jobs(&self) -> impl Iterator<Item = JobOf<'_, 'p>> {
        self.pipelines
            .iter()
            .flat_map(|pipeline| pipeline.jobs.iter().map(move |job| (job, pipeline)))
    }

    /// The name of the job that plays a role of the spec: the role's own, if the configuration names no other.
    pub fn name_in_role<'r>(&'r self, role: &'r str) -> &'r str {
        self.roles.get(role).map_or(role, String::as_str)
    }

    /// The jobs that play a role of the spec: the one that the configuration names for it, else those of
    /// this name, also as `name:...` or `name 1/3`.
    pub fn jobs_in_role(&self, role: &str) -> Vec<JobOf<'_, 'p>> {
        let name = self.name_in_role(role);
        let exact: Vec<_> = self.jobs().filter(|(job, _)| job.name == *name).collect();
        if !exact.is_empty() {
            return exact;
        }
        let variant = |job: &Job<'p>| {
            job.name.as_str().strip_prefix(name).is_some_and(|rest| rest.starts_with([':', ' ']))
        };
        self.jobs().filter(|(job, _)| variant(job)).collect()
    }

    /// The shells of a job.
    pub fn shells(&self, job: &Job<'p>, pipeline: &Pipeline<'p>) -> &[JobShell<'p>] {
        let same = |it: &Pipeline<'p>| std::ptr::eq(it, pipeline);
        let number = self.pipelines.iter().position(same);
        let place = number.zip(place_in(&pipeline.jobs, job));
        let cell = place.and_then(|(pipeline, job)| self.shells.get(pipeline)?.get(job));
        cell.map_or(&[], |cell| {
            cell.get_or_init(|| JobShell::of(job, pipeline, (self.files, &self.read_scripts)))
        })
    }

    /// Which jobs the pipelines of this configuration can have.
    pub fn reach(&self, pipeline: &Pipeline<'_>) -> Option<&Reach> {
        let address = std::ptr::from_ref(pipeline).addr();
        let number =
            self.pipelines.iter().position(|it| std::ptr::from_ref(it).addr() == address)?;
        let (own, cell) = (self.pipelines.get(number)?, self.reaches.get(number)?);
        Some(cell.get_or_init(|| Reach::of(own, &self.settings, self.files)))
    }

    /// Why a role has no job, in words, with the job whose name comes nearest.
    pub fn missing_role(&self, role: &str) -> String {
        let name = self.name_in_role(role);
        let near = self.jobs().map(|(job, _)| job.name.as_str());
        let near = near.map(|other| (strsim::damerau_levenshtein(other, name), other)).min();
        match near.filter(|(distance, other)| *distance <= name.len().max(other.len()) / 2) {
            Some((_, other)) => format!("there is no job `{name}` (the nearest is `{other}`)"),
            None => format!("there is no job `{name}`"),
        }
    }
}

/// The number of an item that a reference into the slice points to.
pub(super) fn place_in<T>(items: &[T], item: &T) -> Option<usize> {
    let distance = std::ptr::from_ref(item).addr().checked_sub(items.as_ptr().addr())?;
    let place = distance / size_of::<T>().max(1);
    items.get(place).is_some_and(|found| std::ptr::eq(found, item)).then_some(place)
}

/// The options of one rule: those of the configuration over the defaults of its page.
#[derive(Clone, Debug, Default)]
pub struct Options {
    values: Vec<(String, Json)>,
}

impl Options {
    /// Options of these names and values; of two with one name the later counts.
    pub fn new(values: Vec<(String, Json)>) -> Self {
        Self { values }
    }

    /// The option of this name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.values.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// All of them as one object.
    pub fn to_json(&self) -> Json {
        Json::Object(self.values.iter().cloned().collect())
    }

    /// A text option; empty if it is not set.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Json::as_str).unwrap_or("")
    }

    /// A switch; off if it is not set.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Json::as_bool).unwrap_or(false)
    }

    /// A number; 0 if it is not set.
    pub fn number(&self, name: &str) -> f64 {
        self.get(name).and_then(Json::as_f64).unwrap_or(0.0)
    }

    /// A list of texts; empty if it is not set.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let items = self.get(name).and_then(Json::as_array);
        items.into_iter().flatten().filter_map(Json::as_str).collect()
    }
}

/// What a check is given: the facts, its options, and a place to report to.
pub struct Cx<'a, 'p> {
    /// All that is known of the project.
    pub facts: &'a Facts<'p>,
    /// The options of the rule.
    pub options: &'a Options,
    rule: &'a Rule,
    index: RuleIndex,
    findings: &'a mut Vec<Finding>,
}

impl<'a, 'p> Cx<'a, 'p> {
    /// The context of one rule; what it reports is added to `findings`.
    pub fn new(
        facts: &'a Facts<'p>,
        (index, rule): (RuleIndex, &'a Rule),
        options: &'a Options,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self { facts, options, rule, index, findings }
    }

    /// The page of the rule, without its front matter.
    pub fn page(&self) -> &'a str {
        &self.rule.page
    }

    /// Reports a finding at `place`; the result takes labels, help and a fix.
    pub fn report(&mut self, place: impl Place, message: impl Into<String>) -> Report<'_> {
        let mut labels = Vec::new();
        place.way(&mut labels);
        self.findings.push(Finding {
            rule: self.index,
            severity: self.rule.severity,
            message: message.into(),
            at: place.at(),
            at_text: String::new(),
            labels,
            help: None,
            fix: None,
            clause: None,
            alias: None,
            symbol: String::new(),
        });
        let last = self.findings.len() - 1;
        Report(&mut self.findings[last])
    }
}

impl Cx<'_, '_> {
    /// Reports the problems of a pipeline that this rule stands for. The model finds them, since it reads
    /// the configuration as the server does.
    pub fn report_problems(&mut self, pipeline: &Pipeline<'_>) {
        for problem in pipeline.problems.iter().filter(|problem| problem.rule == self.rule.id) {
            let mut report = self.report(&problem.at, problem.message.clone());
            for (at, text) in &problem.labels {
                report = report.label(*at, text.clone());
            }
            if let Some(help) = &problem.help {
                report = report.help(help.trim_end_matches('.'));
            }
            if let Some((span, text)) = &problem.replacement {
                report.replace(*span, text.clone(), format!("write `{text}`"));
            }
        }
    }
}

/// A finding that was just reported.
pub struct Report<'f>(&'f mut Finding);

impl Report<'_> {
    /// Says what is to be seen at the primary place.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.0.at_text = text.into();
        self
    }

    /// Adds a further place, with the way by which it came.
    pub fn label(self, place: impl Place, text: impl Into<String>) -> Self {
        self.0.labels.push(Label { at: place.at(), text: text.into() });
        place.way(&mut self.0.labels);
        self
    }

    /// Says what to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Names the thing judged, stable under line moves: `job:lint/cache[0]`.
    pub fn symbol(self, symbol: impl Into<String>) -> Self {
        self.0.symbol = symbol.into();
        self
    }

    /// Names the one of the rule's aliases that other tools would use here.
    pub fn alias(self, alias: &'static str) -> Self {
        self.0.alias = Some(alias);
        self
    }

    /// Offers a fix that may be applied unseen: one replacement in the primary source.
    pub fn replace(self, span: Span, text: impl Into<String>, title: impl Into<String>) -> Self {
        let edit = (self.0.at.source, Edit { span, text: text.into() });
        self.fix(title, Safety::Safe, vec![edit])
    }

    /// Offers a fix.
    pub fn fix(
        self,
        title: impl Into<String>,
        safety: Safety,
        edits: Vec<(crate::text::SourceId, Edit)>,
    ) -> Self {
        self.0.fix = Some(Fix { title: title.into(), safety, edits });
        self
    }
}

/// Something that a finding can point at.
pub trait Place {
    /// The place itself.
    fn at(&self) -> Location;

    /// Adds a label for each step by which the value came.
    fn way(&self, labels: &mut Vec<Label>);
}

impl Place for Location {
    fn at(&self) -> Location {
        *self
    }

    fn way(&self, _: &mut Vec<Label>) {}
}

impl Place for &Origin {
    fn at(&self) -> Location {
        self.at
    }

    fn way(&self, labels: &mut Vec<Label>) {
        for step in self.steps() {
            let text = match &step.kind {
                StepKind::Include => "included here".to_owned(),
                StepKind::Extends(name) => format!("inherited from `{name}` here"),
                StepKind::Reference => "taken over by this reference".to_owned(),
                StepKind::Anchor => "taken over by this alias".to_owned(),
                StepKind::Merge => "merged in here".to_owned(),
                StepKind::Default => "inherited as the default by this job".to_owned(),
                StepKind::Input(name) => format!("filled in from the input `{name}`"),
                StepKind::Matrix => "set by this matrix".to_owned(),
            };
            labels.push(Label { at: step.at, text });
        }
    }
}
