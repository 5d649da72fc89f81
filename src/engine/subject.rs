//! What rules are called for, and the walk over it.

use rayon::prelude::*;

use super::work::Run;
use crate::model::docker::Dockerfile;
use crate::model::gitlab::Pipeline;
use crate::model::gitlab::reach::Condition;
use crate::rule::{Check, Facts, Finding, JobOf, Options, Rule, RuleIndex};

/// What a rule is called for.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a, 'p> {
    /// The whole project.
    Project,
    /// A configuration with all that it includes.
    Pipeline(&'a Pipeline<'p>),
    /// A job, and its scripts.
    Job(JobOf<'a, 'p>),
    /// A condition, with the pipeline that it belongs to.
    Condition(&'a Condition<'a, 'p>, &'a Pipeline<'p>),
    /// A Dockerfile, and its scripts.
    Dockerfile(&'a Dockerfile<'p>),
}

impl Subject<'_, '_> {
    /// Whether a check of this kind is called for it.
    const fn is_of(self, check: &Check) -> bool {
        match check {
            Check::Pipeline(_) => matches!(self, Self::Pipeline(_)),
            Check::Job(_) => matches!(self, Self::Job(_)),
            Check::Script(_) => matches!(self, Self::Job(_) | Self::Dockerfile(_)),
            Check::Condition(_) => matches!(self, Self::Condition(..)),
            Check::Dockerfile(_) => matches!(self, Self::Dockerfile(_)),
            Check::Project(_) | Check::Cel(_) => matches!(self, Self::Project),
            Check::Clause(_) => false,
        }
    }
}

/// A rule that is to judge, with its options.
pub(super) struct Judge<'a> {
    pub(super) rule: (RuleIndex, &'a Rule),
    pub(super) options: Options,
}

/// So many jobs, conditions or Dockerfiles are one piece of work.
const PIECE: usize = 32;

/// What each rule finds in the jobs, the conditions and the Dockerfiles, in the order of the rules.
///
/// All rules look at one job before the next: a large configuration does not fit into the caches of a processor.
pub(super) fn judge_parts<'p>(
    facts: &Facts<'p>,
    judges: &[Judge<'_>],
    conditions: &[Vec<Condition<'_, 'p>>],
    in_parallel: bool,
) -> Vec<Vec<Finding>> {
    let jobs: Vec<_> = facts.jobs().map(Subject::Job).collect();
    let conditions = facts.pipelines.iter().zip(conditions);
    let conditions: Vec<_> = conditions
        .flat_map(|(pipeline, all)| all.iter().map(move |it| Subject::Condition(it, pipeline)))
        .collect();
    let dockerfiles: Vec<_> = facts.dockerfiles.iter().map(Subject::Dockerfile).collect();
    let pieces = [&jobs, &conditions, &dockerfiles];
    let pieces: Vec<&[Subject<'_, 'p>]> = pieces.iter().flat_map(|it| it.chunks(PIECE)).collect();
    let judge = |piece: &&[Subject<'_, 'p>]| {
        let called = |(_, judge): &(usize, &Judge<'_>)| {
            let rule = judge.rule.1;
            rule.binds.is_empty() && piece.first().is_some_and(|it| it.is_of(&rule.check))
        };
        let called: Vec<_> = judges.iter().enumerate().filter(called).collect();
        let mut found: Vec<Vec<Finding>> = called.iter().map(|_| Vec::new()).collect();
        for subject in *piece {
            for ((_, judge), findings) in called.iter().zip(&mut found) {
                Run { facts, rule: judge.rule, options: &judge.options, findings }.subject(subject);
            }
        }
        let found = called.iter().zip(found).map(|((at, _), found)| (*at, found));
        found.filter(|(_, found)| !found.is_empty()).collect::<Vec<_>>()
    };
    let found: Vec<_> = match in_parallel {
        true => pieces.par_iter().map(judge).collect(),
        false => pieces.iter().map(judge).collect(),
    };
    let mut by_rule: Vec<Vec<Finding>> = judges.iter().map(|_| Vec::new()).collect();
    for (at, findings) in found.into_iter().flatten() {
        by_rule[at].extend(findings);
    }
    by_rule
}
