//! Rules of `workflow` that let in pipelines without jobs.

use super::Reach;
use super::presence::{Presence, Step, Test, and};
use super::world::{Kind, World};
use crate::model::gitlab::Pipeline;

/// A rule of `workflow` that lets in only pipelines in which no job can be.
#[derive(Clone, Debug)]
pub struct JoblessRule {
    /// The place of the rule in the list.
    pub rule: usize,
    /// What the pipelines are made for, in words.
    pub pipelines: String,
    /// Whether a job of `.pre` or `.post` can be in them, which makes no pipeline alone.
    pub has_edges: bool,
}

/// Who adds jobs of its own to the pipelines that it starts.
const BY_POLICY: [&str; 6] = [
    "ondemand_dast_scan",
    "ondemand_dast_validation",
    "pipeline_execution_policy_schedule",
    "security_orchestration_policy",
    "security_policies_default_source",
    "unknown",
];

impl Reach {
    /// The rules of `workflow` that let in only pipelines without jobs, where all that could bring jobs is
    /// known.
    pub fn jobless_rules(&self, pipeline: &Pipeline<'_>) -> Vec<JoblessRule> {
        let Some(workflow @ Presence::Rules(steps)) = &self.workflow else { return Vec::new() };
        if self.open || !pipeline.is_complete() || !pipeline.undecided.is_empty() {
            return Vec::new();
        }
        let (mut inner, mut edges): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        for (job, at) in pipeline.jobs.iter().zip(&self.jobs) {
            let is_edge = matches!(&*job.stage, ".pre" | ".post");
            let list = if is_edge { &mut edges } else { &mut inner };
            let first = self.alike.get(*at).copied().unwrap_or(*at);
            if !list.contains(&first) {
                list.push(first);
            }
        }
        let presences = |list: &[usize]| -> Vec<&Presence> {
            list.iter().filter_map(|at| self.presences.get(*at)).collect()
        };
        let (inner, edges) = (presences(&inner), presences(&edges));
        // That no pipeline ever has a job is told of the jobs.
        if !inner.iter().any(|it| self.is_possible_together(&[it])) {
            return Vec::new();
        }
        let asks = |steps: &[Step]| steps.iter().any(|step| step.asks_input);
        let of_input = |it: &&Presence| matches!(it, Presence::Rules(steps) if asks(steps));
        if asks(steps) || inner.iter().any(of_input) {
            return Vec::new();
        }
        let lets_in = |at: &usize| steps.get(*at).is_some_and(|it| it.takes == Some(true));
        let judged = (0..steps.len()).filter(lets_in);
        let found = judged.filter_map(|at| self.jobless(workflow, (steps, at), &inner, &edges));
        found.collect()
    }

    fn jobless(
        &self,
        workflow: &Presence,
        (steps, at): (&[Step], usize),
        inner: &[&Presence],
        edges: &[&Presence],
    ) -> Option<JoblessRule> {
        let (before, step) = (steps.get(..at)?, steps.get(at)?);
        // One without a condition is there for all that was not thought of.
        let asks = step.changes.is_some() || step.exists.is_some() || step.test != Test::Always;
        if !asks || step.test == Test::Unknown {
            return None;
        }
        let decides = |world: &dyn World| {
            let held = step.matches(world, &self.all);
            before.iter().fold(held, |so_far, earlier| match so_far {
                Some(false) => so_far,
                _ => and(so_far, earlier.matches(world, &self.all).map(|it| !it)),
            })
        };
        let by_a_person = |world: &dyn World| {
            let others = BY_POLICY.iter().map(|source| world.comes_from(source).map(|it| !it));
            others.fold(decides(world), and)
        };
        let mut kinds = Kind::ALL.into_iter();
        kinds.find(|kind| self.is_possible_in(*kind, &[], &[workflow], &by_a_person))?;
        let with = |job: &&&Presence| {
            let together = |world: &dyn World| and(decides(world), self.present(job, world));
            self.is_possible(&[], &[workflow, job], &together)
        };
        if inner.iter().any(|job| with(&job)) {
            return None;
        }
        let kinds = Kind::ALL.into_iter();
        let kinds = kinds.filter(|kind| self.is_possible_in(*kind, &[], &[workflow], &decides));
        let names: Vec<&str> = kinds
            .map(|kind| match kind {
                Kind::Branch => "a branch",
                Kind::Tag => "a tag",
                Kind::MergeRequest => "a merge request",
                Kind::ExternalPullRequest => "an external pull request",
            })
            .collect();
        let pipelines = match &names[..] {
            [only] => format!("for {only}"),
            _ => "that this rule lets in".to_owned(),
        };
        Some(JoblessRule { rule: at, pipelines, has_edges: edges.iter().any(|job| with(&job)) })
    }
}
