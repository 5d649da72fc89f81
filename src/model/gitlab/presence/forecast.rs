use super::creation::refusals;
use super::only::policies;
use super::rules::{first_match, may_fail};
use super::scope::{Scope, Workflow, World};
use super::{Cause, Decider, Event, Refusal, Truth, Verdict, When};
use crate::model::Files;
use crate::model::gitlab::{Instance, Job, Pipeline, Settings, Text};

/// The pipeline that an event makes, as far as it is known.
#[derive(Clone, Debug)]
pub struct Forecast<'a, 'p> {
    /// Whether `workflow` lets it be created.
    pub workflow: Verdict<'p>,
    /// Every job, those left out too, in the order of the configuration; each instance of a job with
    /// `parallel` by itself.
    pub jobs: Vec<JobForecast<'a, 'p>>,
    /// For what the server would refuse to create it.
    pub refusals: Vec<Refusal>,
}

/// What becomes of a job, or of one instance of it.
#[derive(Clone, Debug)]
pub struct JobForecast<'a, 'p> {
    /// The job.
    pub job: &'a Job<'p>,
    /// Which instance it is; nothing for a job that is not multiplied.
    pub instance: Option<&'a Instance<'p>>,
    /// The name under which it runs.
    pub name: Text<'p>,
    /// Whether it is in the pipeline, if there is one.
    pub verdict: Verdict<'p>,
}

impl<'a, 'p> Forecast<'a, 'p> {
    /// What `event` makes of a pipeline. The files are those of the commit that it runs for.
    pub fn new(
        pipeline: &'a Pipeline<'p>,
        event: &'a Event,
        settings: &'a Settings,
        files: &'a dyn Files,
    ) -> Self {
        let world = World { pipeline, event, settings, files };
        let workflow = workflow(world);
        let given = given(&workflow);
        let mut jobs = Vec::new();
        for job in &pipeline.jobs {
            let one = |name: Text<'p>, instance: Option<&'a Instance<'p>>| {
                let scope = Scope { world, job: Some((job, instance)), workflow: &given };
                let mut verdict = verdict(job, &scope);
                if let Some(causes) = world.open_include(job.key_at.source) {
                    verdict = verdict.only_if(&causes, Decider::NotIncluded(job.key_at));
                }
                JobForecast { job, instance, name, verdict }
            };
            if job.parallel.instances.is_empty() {
                jobs.push(one(job.name.clone(), None));
            } else {
                let instances = job.parallel.instances.iter();
                jobs.extend(instances.map(|it| one(it.full_name(&job.name).into(), Some(it))));
            }
        }
        let refusals = refusals(pipeline, settings, &workflow, &jobs);
        Self { workflow, jobs, refusals }
    }

    /// What becomes of the job that runs under this name.
    pub fn job(&self, name: &str) -> Option<&JobForecast<'a, 'p>> {
        self.jobs.iter().find(|it| it.name == *name)
    }
}

/// Whether `workflow` lets a pipeline be created.
fn workflow<'p>(world: World<'_, 'p>) -> Verdict<'p> {
    let none = Workflow::default();
    let scope = Scope { world, job: None, workflow: &none };
    let written = world.pipeline.workflow();
    if let Some(causes) = written.and_then(|it| world.open_include(it.at().source)) {
        return Verdict::unknown(causes);
    }
    match (written.and_then(|it| it.given("rules")), &world.pipeline.workflow_rules) {
        (Some(value), Some(rules)) => first_match(value, rules, (When::Always, None), &scope),
        (Some(_), None) => Verdict::unknown(vec![Cause::Configuration]),
        // A file that is not there may hold it.
        (None, _) if !world.pipeline.is_complete() && written.is_none_or(|it| !it.is_null()) => {
            Verdict::unknown(vec![Cause::MissingFile])
        }
        (None, _) => Verdict::certain(Decider::Free, When::Always),
    }
}

/// The variables that `workflow` gives, in each way in which a pipeline is created.
fn given<'a, 'p>(workflow: &'a Verdict<'p>) -> Workflow<'a, 'p> {
    let created = workflow.ways.iter().filter(|way| way.when != When::Never);
    let variables = created.map(|way| match &way.decider {
        Decider::Rule(rule) => &rule.variables[..],
        _ => &[],
    });
    Workflow { variables: variables.collect() }
}

/// Whether a job is in the pipeline.
fn verdict<'p>(job: &Job<'p>, scope: &Scope<'_, 'p>) -> Verdict<'p> {
    let pipeline = scope.world.pipeline;
    let own_when = job.get("when");
    let when = match own_when {
        // A template that is not there may say it.
        None if job.is_partial() => When::Unknown,
        value => When::of(value),
    };
    let allowed = may_fail(job);
    let settle = |mut verdict: Verdict<'p>| {
        for way in verdict.ways.iter_mut().filter(|way| !matches!(way.decider, Decider::Rule(_))) {
            way.allow_failure = allowed;
        }
        verdict
    };
    if let Some(value) = job.get("rules") {
        return match &job.rules {
            Some(rules) => first_match(value, rules, (when, allowed), scope),
            None => Verdict::unknown(vec![Cause::Configuration]),
        };
    }
    let policy = |key: &str| job.get(key);
    let (only, except) = (policy("only"), policy("except"));
    // What has no `rules` here may have them in its template.
    if job.is_partial() && only.is_none() && except.is_none() {
        let whole = pipeline.is_complete();
        let cause = if whole { Cause::Configuration } else { Cause::MissingFile };
        return Verdict::unknown(vec![cause]);
    }
    let implied = match (&pipeline.workflow_rules, pipeline.is_complete()) {
        (Some(_), _) => Truth::No,
        (None, true) => Truth::Yes,
        (None, false) => Truth::Open(vec![Cause::MissingFile]),
    };
    settle(policies((only, except), &implied, when, scope))
}
