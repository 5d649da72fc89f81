//! What can be said of jobs and rules for certain.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Reach;
use super::explain::reason;
use super::presence::{Presence, Step, Test, and};
use super::world::World;
use crate::model::Origin;
use crate::model::gitlab::condition::Formula;
use crate::model::gitlab::{Need, NeedKind, Pipeline, Rule, Value};
use crate::text::Location;

/// A rule that never decides anything.
#[derive(Clone, Debug)]
pub struct DeadRule {
    /// The place of the job among those of the pipeline; nothing for `workflow`.
    pub job: Option<usize>,
    /// The place of the rule in the list.
    pub rule: usize,
    /// Why.
    pub death: Death,
}

/// Why a rule never decides anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Death {
    /// Its condition holds in no pipeline; says why.
    NeverHolds(String),
    /// It matches only where `workflow` allows no pipeline.
    NoPipeline,
    /// Rules before it match wherever it would; the place of one that does so alone.
    Behind(Option<usize>),
}

/// Why no pipeline has a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Its only rule is `when: never`.
    SwitchedOff,
    /// Every rule that matches says `when: never`.
    AlwaysNever,
    /// No rule that would take it in can match; says why one of them does not.
    NeverMatches(String),
    /// `only` asks for what never is, or `except` takes away all that `only` leaves.
    Policies,
    /// Its rules match only where `workflow` allows no pipeline.
    NoPipeline,
}

/// A need on a job that rules leave out.
#[derive(Clone, Debug)]
pub struct NeedFault {
    /// The place of the job that has the need.
    pub job: usize,
    /// Where the need stands.
    pub at: Origin,
    /// The place of the needed job.
    pub needed: usize,
    /// The name of the instance that is left out; nothing if it is the whole job.
    pub instance: Option<String>,
    /// A pipeline, in words, that has the one and not the other; nothing if all that have the one do not
    /// have the other.
    pub pipeline: Option<String>,
}

impl Reach {
    /// Whether `workflow` lets no pipeline be made.
    pub fn is_closed(&self) -> bool {
        self.workflow.is_some() && !self.is_possible_together(&[])
    }

    /// Why no pipeline ever has the job; nothing if some may.
    pub fn absence(&self, job: usize) -> Option<&Absence> {
        let all = self.absences.get_or_init(|| {
            let closed = self.is_closed();
            let mut all: Vec<Option<Absence>> = Vec::with_capacity(self.presences.len());
            for (at, presence) in self.presences.iter().enumerate() {
                let known = self.alike.get(at).and_then(|first| all.get(*first)).cloned();
                let find = || if closed { None } else { self.find_absence(presence) };
                all.push(known.unwrap_or_else(find));
            }
            all
        });
        all.get(*self.jobs.get(job)?)?.as_ref()
    }

    fn find_absence(&self, presence: &Presence) -> Option<Absence> {
        match presence {
            Presence::Always | Presence::Unknown => return None,
            _ if self.is_possible_together(&[presence]) => return None,
            _ => {}
        }
        let alone = |world: &dyn World| self.present(presence, world);
        if self.is_possible(&[], &[presence], &alone) {
            return Some(Absence::NoPipeline);
        }
        let Presence::Rules(steps) = presence else { return Some(Absence::Policies) };
        if steps.iter().any(|step| step.asks_input) {
            return None;
        }
        let taking: Vec<usize> = (0..steps.len())
            .filter(|at| steps.get(*at).is_some_and(|step| step.takes != Some(false)))
            .collect();
        let plain = |step: &Step| {
            step.test == Test::Always && step.changes.is_none() && step.exists.is_none()
        };
        match steps.first() {
            Some(first) if plain(first) && steps.len() == 1 => return Some(Absence::SwitchedOff),
            _ if taking.is_empty() => return Some(Absence::AlwaysNever),
            _ => {}
        }
        let why = taking.iter().find_map(|at| self.never_holds(steps, *at));
        let behind = || match taking.first() {
            Some(at) => format!("rule {} stands behind rules that say `when: never`", at + 1),
            None => String::new(),
        };
        Some(Absence::NeverMatches(why.unwrap_or_else(behind)))
    }

    /// Whether a condition holds whatever its variables are.
    pub fn always_holds(&self, condition: &Value<'_>) -> bool {
        let test = condition.as_str().and_then(|text| self.all.by_text.get(text));
        let Some(test @ Test::Holds(number)) = test else { return false };
        let find = || {
            let mut asks = false;
            if let Some(formula) = self.all.formula(*test) {
                formula.walk(&mut |part| asks |= matches!(part, Formula::Variable(_)));
            }
            let fails = |world: &dyn World| self.all.holds(*test, world).map(|it| !it);
            // `null == null` is written where a condition has to stand, and says what it does.
            asks && !self.is_consistent(&[*test], &fails)
        };
        self.sure.get(*number).is_some_and(|known| *known.get_or_init(find))
    }

    /// The jobs that share their rules with this one, itself included.
    pub fn with_same_rules(&self, job: usize) -> Vec<usize> {
        let Some(own) = self.jobs.get(job) else { return Vec::new() };
        self.jobs.iter().enumerate().filter(|(_, it)| *it == own).map(|(at, _)| at).collect()
    }

    fn never_holds(&self, steps: &[Step], at: usize) -> Option<String> {
        let step = steps.get(at)?;
        let formula = self.all.formula(step.test)?;
        let goal = |world: &dyn World| step.matches(world, &self.all);
        if self.is_possible(&[step.test], &[], &goal) {
            return None;
        }
        let contradicts = !self.is_consistent(&[step.test], &goal);
        Some(reason(formula, &self.all.names, (contradicts, self.is_child)))
    }

    /// The rules that never decide anything, each once, wherever the list is used. Those of jobs that never
    /// run are left out.
    pub fn dead_rules(&self, pipeline: &Pipeline<'_>) -> &[DeadRule] {
        self.dead_rules.get_or_init(|| self.find_dead_rules(pipeline))
    }

    fn find_dead_rules(&self, pipeline: &Pipeline<'_>) -> Vec<DeadRule> {
        let mut order: Vec<Location> = Vec::new();
        let mut states: FxHashMap<Location, Option<DeadRule>> = FxHashMap::default();
        let mut seen = FxHashSet::default();
        let mut runs: FxHashMap<usize, bool> = FxHashMap::default();
        let mut deaths: FxHashMap<(Option<usize>, usize), Option<Death>> = FxHashMap::default();
        // `like` is the number of the rules among those that say the same; nothing for `workflow`.
        let mut add =
            |(job, like): (Option<usize>, Option<usize>), rules: &[Rule<'_>], steps: &[Step]| {
                for (at, rule) in rules.iter().enumerate().take(steps.len()) {
                    let place = rule.value.at();
                    let alive = states.get(&place).is_some_and(Option::is_none);
                    if alive {
                        continue;
                    }
                    let death = deaths
                        .entry((like, at))
                        .or_insert_with(|| self.death(steps, at, job.is_some()))
                        .clone();
                    if !states.contains_key(&place) {
                        order.push(place);
                    }
                    let dead = death.map(|death| DeadRule { job, rule: at, death });
                    match (dead, states.contains_key(&place)) {
                        (Some(_), true) => {}
                        (dead, _) => {
                            states.insert(place, dead);
                        }
                    }
                }
            };
        if let (Some(Presence::Rules(steps)), Some(rules)) =
            (&self.workflow, &pipeline.workflow_rules)
            && !self.is_closed()
        {
            add((None, None), rules, steps);
        }
        for (job, presence) in self.jobs.iter().enumerate() {
            if !seen.insert(*presence) {
                continue;
            }
            let rules = pipeline.jobs.get(job).and_then(|job| job.rules.as_ref());
            let like = self.alike.get(*presence).copied();
            if let (Some(presence @ Presence::Rules(steps)), Some(rules), Some(number)) =
                (self.presences.get(*presence), rules, like)
                && *runs.entry(number).or_insert_with(|| self.is_possible_together(&[presence]))
            {
                add((Some(job), like), rules, steps);
            }
        }
        order.iter().filter_map(|place| states.remove(place).flatten()).collect()
    }

    fn death(&self, steps: &[Step], at: usize, of_job: bool) -> Option<Death> {
        let step = steps.get(at)?;
        let plain = |step: &Step| {
            step.test == Test::Always && step.changes.is_none() && step.exists.is_none()
        };
        let asks_input = steps.iter().take(at + 1).any(|step| step.asks_input);
        if step.test == Test::Unknown || asks_input {
            return None;
        }
        // A last rule without a condition is there for all that was not thought of.
        if plain(step) {
            let first = steps.iter().take(at).position(plain)?;
            return (step.takes != Some(false)).then_some(Death::Behind(Some(first)));
        }
        if let Some(why) = self.never_holds(steps, at) {
            return Some(Death::NeverHolds(why));
        }
        let before = steps.get(..at)?;
        let tests: Vec<Test> = steps.iter().take(at + 1).map(|step| step.test).collect();
        let reached = |world: &dyn World| {
            let held = step.matches(world, &self.all);
            before.iter().fold(held, |so_far, earlier| match so_far {
                Some(false) => so_far,
                _ => and(so_far, earlier.matches(world, &self.all).map(|it| !it)),
            })
        };
        if !before.is_empty() && !self.is_possible(&tests, &[], &reached) {
            let covers = |at: &usize| {
                let Some(earlier) = before.get(*at) else { return false };
                let past = |world: &dyn World| {
                    let passed = earlier.matches(world, &self.all).map(|it| !it);
                    and(step.matches(world, &self.all), passed)
                };
                !self.is_possible(&[step.test, earlier.test], &[], &past)
            };
            return Some(Death::Behind((0..before.len()).find(covers)));
        }
        if of_job
            && step.takes != Some(false)
            && let Some(workflow) = &self.workflow
        {
            let admitted =
                |world: &dyn World| and(step.matches(world, &self.all), self.is_admitted(world));
            if !self.is_possible(&[step.test], &[workflow], &admitted) {
                return Some(Death::NoPipeline);
            }
        }
        None
    }

    /// Needs on jobs that rules leave out and that are not optional.
    pub fn need_faults(&self, pipeline: &Pipeline<'_>) -> &[NeedFault] {
        self.need_faults.get_or_init(|| self.find_need_faults(pipeline))
    }

    fn find_need_faults(&self, pipeline: &Pipeline<'_>) -> Vec<NeedFault> {
        let mut faults = Vec::new();
        let mut excluded: FxHashMap<(usize, usize), bool> = FxHashMap::default();
        // Jobs without variables of their own are alike where their rules are.
        let mut split: FxHashMap<(usize, usize), Option<String>> = FxHashMap::default();
        for (at, job) in pipeline.jobs.iter().enumerate() {
            let own: Vec<bool> =
                job.rules.iter().flatten().map(|rule| rule.needs.is_some()).collect();
            let plain = !own.contains(&true);
            let by_own = |step: Option<usize>| step.is_none_or(|it| own.get(it) != Some(&true));
            let mut add = |need: &Need<'_>, needed: usize, (instance, pipeline)| {
                let place = need.value.origin.clone();
                faults.push(NeedFault { job: at, at: place, needed, instance, pipeline });
            };
            for need in job.needs.iter().flatten() {
                let Some(needed) = self.firm(need, at, pipeline) else { continue };
                let firm = plain && is_whole(pipeline, needed);
                if firm && self.excludes(at, needed, &mut excluded) {
                    add(need, needed, (None, None));
                    continue;
                }
                let key = plain.then(|| self.plain(at).zip(self.plain(needed))).flatten();
                let found = match key {
                    Some(key) => split
                        .entry(key)
                        .or_insert_with(|| self.split(at, by_own, &[needed]))
                        .clone(),
                    None => self.split(at, by_own, &[needed]),
                };
                if found.is_some() {
                    add(need, needed, (None, found));
                } else if let Some((name, found)) =
                    self.split_instance(at, by_own, (need, needed), pipeline)
                {
                    add(need, needed, (Some(name), Some(found)));
                }
            }
            for (number, rule) in job.rules.iter().flatten().enumerate() {
                for need in rule.needs.iter().flatten() {
                    let Some(needed) = self.firm(need, at, pipeline) else { continue };
                    let by_rule = |step| step == Some(number);
                    let found = self.split(at, by_rule, &[needed]);
                    if found.is_some() {
                        add(need, needed, (None, found));
                    } else if let Some((name, found)) =
                        self.split_instance(at, by_rule, (need, needed), pipeline)
                    {
                        add(need, needed, (Some(name), Some(found)));
                    }
                }
            }
        }
        faults
    }

    /// The first instance that a need asks for and that the matrix keeps out by the rules, with a pipeline, in
    /// words, that has the job and not the instance.
    fn split_instance(
        &self,
        present: usize,
        by: impl Fn(Option<usize>) -> bool,
        (need, needed): (&Need<'_>, usize),
        pipeline: &Pipeline<'_>,
    ) -> Option<(String, String)> {
        let values = self.instance_values.get(needed).filter(|it| !it.is_empty())?;
        let job = pipeline.jobs.get(needed).filter(|it| it.parallel.known)?;
        let names = need.names();
        let all = names.contains(&job.name);
        let instances = job.parallel.instances.iter().zip(values);
        instances.map(|(it, values)| (it.full_name(&job.name), values)).find_map(
            |(name, values)| {
                if !all && !names.iter().any(|it| **it == *name) {
                    return None;
                }
                Some((name, self.split_from(present, &by, &[(needed, values)])?))
            },
        )
    }

    /// The number of the rules of a job that sets none of the variables that conditions name.
    fn plain(&self, job: usize) -> Option<usize> {
        let number = self.jobs.get(job).and_then(|at| self.alike.get(*at)).copied();
        number.filter(|_| self.job_values.get(job).is_some_and(Vec::is_empty))
    }

    /// The place of the job that is needed, if it is another one and not optional.
    fn firm(&self, need: &Need<'_>, at: usize, pipeline: &Pipeline<'_>) -> Option<usize> {
        let firm = need.kind == NeedKind::Job && !need.optional && !need.value.has_unknown();
        let needed = place_of(pipeline, need.name().filter(|_| firm)?)?;
        let same = self.jobs.get(at) == self.jobs.get(needed);
        let known = !matches!(
            self.presences.get(*self.jobs.get(needed)?)?,
            Presence::Unknown | Presence::Always
        );
        (needed != at && known && !same).then_some(needed)
    }

    /// Whether no pipeline has both jobs, and some may have the first.
    fn excludes(
        &self,
        job: usize,
        needed: usize,
        known: &mut FxHashMap<(usize, usize), bool>,
    ) -> bool {
        let (Some(one), Some(other)) = (self.jobs.get(job), self.jobs.get(needed)) else {
            return false;
        };
        let (Some(first), Some(second)) = (self.presences.get(*one), self.presences.get(*other))
        else {
            return false;
        };
        if matches!(first, Presence::Unknown) || self.open && matches!(first, Presence::Implicit) {
            return false;
        }
        let like = |at: &usize| self.alike.get(*at).copied().unwrap_or(*at);
        *known.entry((like(one), like(other))).or_insert_with(|| {
            !self.is_possible_together(&[first, second]) && self.is_possible_together(&[first])
        })
    }

    /// A pipeline, in words, that certainly has the first job and none of the others.
    pub fn pipeline_without(&self, job: usize, others: &[usize]) -> Option<String> {
        self.split(job, |_| true, others)
    }

    /// Whether some pipeline may have both jobs.
    pub fn may_meet(&self, job: usize, other: usize) -> bool {
        let presence = |job: usize| self.jobs.get(job).and_then(|at| self.presences.get(*at));
        match (presence(job), presence(other)) {
            (Some(one), Some(other)) => self.is_possible_together(&[one, other]),
            _ => true,
        }
    }

    /// The jobs that certainly run twice where a branch has a merge request: for the push and for the merge
    /// request.
    pub fn doubled_jobs(&self) -> Vec<usize> {
        self.twice()
    }

    /// A pipeline, in words, in which this rule of the job certainly decides although no push says which
    /// files changed, so that `changes` holds whatever it lists.
    pub fn decided_without_push(&self, job: usize, rule: usize) -> Option<String> {
        self.without_push(job, rule)
    }

    /// Whether this rule of the job can match in a pipeline in which `changes` can be false.
    pub fn can_follow_push(&self, job: usize, rule: usize) -> bool {
        let presence = self.jobs.get(job).and_then(|at| self.presences.get(*at));
        let Some(Presence::Rules(steps)) = presence else { return true };
        steps.get(rule).is_none_or(|step| self.test_can_follow_push(step.test))
    }

    /// Whether pipelines of merge requests certainly have the job, or certainly not.
    pub fn runs_in_merge_requests(&self, job: usize) -> Option<bool> {
        self.in_merge_request(job)
    }
}

/// Whether no file that is not known can change the rules of the job: it stands in the root configuration, which
/// goes over all that it includes, or all files are known.
fn is_whole(pipeline: &Pipeline<'_>, job: usize) -> bool {
    let in_root = || pipeline.jobs.get(job).is_some_and(|it| it.key_at.source == pipeline.root.id);
    !pipeline.kind.is_part() && (pipeline.is_complete() || in_root())
}

/// The place of the job of this name, or of the one that an instance is called so of.
pub fn place_of(pipeline: &Pipeline<'_>, name: &str) -> Option<usize> {
    pipeline.by_name.get(name).or_else(|| pipeline.by_run_name.get(name)).copied()
}
