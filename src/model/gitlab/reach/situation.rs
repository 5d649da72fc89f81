//! Pipelines that can be named, and which jobs they have.

use super::Reach;
use super::facts::{Fact, fact, has_no_push};
use super::presence::{Decision, Paths, Presence, and, decide};
use super::world::{Kind, World};
use crate::model::gitlab::condition::{Facts, Formula, Pattern, Term, Var};
use crate::model::gitlab::glob;
use crate::syntax::expression::Operator;

/// How many branches that conditions name are looked at.
const BRANCHES: usize = 8;

/// A pipeline that can be named.
#[derive(Clone, Debug)]
pub(super) struct Situation {
    kind: Kind,
    source: &'static str,
    branch: Branch,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Branch {
    /// A branch that no condition names.
    Topic,
    Default,
    Named(String),
}

impl Situation {
    fn text(&self, changed: Option<&Changed>) -> String {
        let branch = match (&self.branch, self.kind) {
            _ if self.kind == Kind::Tag => "a tag".to_owned(),
            _ if self.kind == Kind::MergeRequest => "a merge request".to_owned(),
            (Branch::Topic, _) => "a branch other than the default one".to_owned(),
            (Branch::Default, _) => "the default branch".to_owned(),
            (Branch::Named(name), _) => format!("`{name}`"),
        };
        let start = match self.source {
            "schedule" => format!("on a schedule for {branch}"),
            "web" => format!("started by hand for {branch}"),
            _ => format!("for {branch}"),
        };
        match changed {
            None => start,
            Some(Changed::Nothing) => format!("{start} where none of the listed files changed"),
            Some(Changed::File(path)) => format!("{start} where only `{path}` changed"),
        }
    }
}

/// What a pipeline changes.
#[derive(Clone, Debug)]
enum Changed {
    /// No file that any rule lists.
    Nothing,
    File(String),
}

/// The pipelines to try, the most usual first.
pub(super) fn candidates(reach: &Reach) -> Vec<Situation> {
    let on = |kind, source, branch| Situation { kind, source, branch };
    let mut all = vec![
        on(Kind::Branch, "push", Branch::Topic),
        on(Kind::Branch, "push", Branch::Default),
        on(Kind::MergeRequest, "merge_request_event", Branch::Topic),
        on(Kind::Tag, "push", Branch::Topic),
    ];
    let named = named_branches(reach).into_iter().take(BRANCHES);
    all.extend(named.map(|name| on(Kind::Branch, "push", Branch::Named(name))));
    all.push(on(Kind::Branch, "schedule", Branch::Default));
    all.push(on(Kind::Branch, "web", Branch::Default));
    all
}

fn named_branches(reach: &Reach) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let usual =
            !name.is_empty() && name.chars().all(|ch| ch.is_alphanumeric() || "-_./".contains(ch));
        if usual && !names.iter().any(|it| it == name) {
            names.push(name.to_owned());
        }
    };
    for formula in &reach.all.formulas {
        formula.walk(&mut |part| {
            let Formula::Binary { operator: Operator::Equals, left, right } = part else { return };
            if let (Formula::Variable(var), Formula::Text(text)) = (&**left, &**right)
                && *var == reach.refs.branch
            {
                add(text);
            }
        });
    }
    names
}

/// A job, or an instance of it with what the matrix sets there.
pub(super) type Left<'a> = (usize, &'a [(Var, Option<String>)]);

/// A named pipeline as a job sees it.
struct View<'a> {
    reach: &'a Reach,
    at: &'a Situation,
    changed: Option<&'a Changed>,
    /// The job whose variables count; nothing for the rules of `workflow`.
    job: Option<usize>,
    /// What the matrix sets in the instance of the job that is looked at.
    instance: &'a [(Var, Option<String>)],
    /// Whether there is a merge request for the branch; nothing if that is left open.
    has_merge_request: Option<bool>,
}

impl Facts for View<'_> {
    fn value(&self, var: Var) -> Term<'_> {
        let refs = &self.reach.refs;
        let var = match self.at.kind {
            _ if var != refs.name => var,
            Kind::Branch => refs.branch,
            Kind::Tag => refs.tag,
            Kind::MergeRequest => refs.merge_source,
            Kind::ExternalPullRequest => var,
        };
        let of_job = self.job.and_then(|job| self.reach.job_values.get(job));
        let of_job = self.instance.iter().chain(of_job.into_iter().flatten());
        let set = of_job.into_iter().find(|(it, _)| *it == var).map(|(_, it)| it);
        if let Some(value) = set.or_else(|| self.reach.global_values.get(&var)) {
            return value.as_deref().map_or(Term::Unknown, Term::Text);
        }
        if var == refs.source {
            return Term::Text(self.at.source);
        }
        if let (Branch::Named(name), true) = (&self.at.branch, var == refs.branch) {
            return Term::Text(name);
        }
        let name = self.reach.all.names.name(var);
        match (fact(self.at.kind, Some(self.at.source), name), self.has_merge_request) {
            (Fact::Unset, _) => Term::Null,
            (Fact::Set, _) => Term::Some(var),
            (Fact::OneOf([only]), _) => Term::Text(only),
            (Fact::Open, Some(known)) if name == "CI_OPEN_MERGE_REQUESTS" => {
                if known {
                    Term::Some(var)
                } else {
                    Term::Null
                }
            }
            _ => Term::Unknown,
        }
    }

    fn equal(&self, one: Var, other: Var) -> Option<bool> {
        let refs = &self.reach.refs;
        let is = |a: Var, b: Var| (one, other) == (a, b) || (one, other) == (b, a);
        if one == other {
            return Some(true);
        }
        let (branch, name) = (is(refs.branch, refs.default), is(refs.name, refs.default));
        match (self.at.kind, &self.at.branch) {
            (Kind::Branch, Branch::Topic) if branch || name => Some(false),
            (Kind::Branch, Branch::Default) if branch || name => Some(true),
            (Kind::MergeRequest, _) if is(refs.merge_source, refs.default) || name => Some(false),
            (Kind::MergeRequest, _) if is(refs.merge_target, refs.default) => Some(true),
            _ => None,
        }
    }

    fn equals_text(&self, var: Var, _: &str) -> Option<bool> {
        let refs = &self.reach.refs;
        let is_topic = match self.at.kind {
            Kind::Branch => var == refs.branch && self.at.branch == Branch::Topic,
            Kind::MergeRequest => var == refs.merge_source,
            _ => false,
        };
        is_topic.then_some(false)
    }

    fn fits(&self, _: Var, _: Pattern) -> Option<bool> {
        None
    }
}

impl World for View<'_> {
    fn kind(&self) -> Kind {
        self.at.kind
    }

    fn changes(&self, paths: Paths) -> Option<bool> {
        let list = self.reach.all.list(paths)?;
        let no_push = self.at.kind == Kind::Tag || has_no_push(self.at.source);
        if no_push && !list.compares {
            return Some(true);
        }
        match (self.changed?, &list.globs) {
            _ if no_push => None,
            (_, None) => None,
            (Changed::Nothing, Some(globs)) => {
                // A glob such as `**/*` lists every file.
                let lists_all = globs.iter().any(|it| glob::matches(it, "a-file/of-no-name"));
                let lists_top = globs.iter().any(|it| glob::matches(it, "a-file-of-no-name"));
                (!lists_all && !lists_top).then_some(false)
            }
            (Changed::File(path), Some(globs)) => {
                Some(globs.iter().any(|it| glob::matches(it, path)))
            }
        }
    }

    fn exists(&self, paths: Paths) -> Option<bool> {
        self.reach.all.list(paths)?.there
    }

    fn comes_from(&self, source: &str) -> Option<bool> {
        Some(self.at.source == source)
    }

    fn is_ref(&self, name: &str) -> Option<bool> {
        match self.value(self.reach.refs.name) {
            Term::Text(text) => Some(text == name),
            Term::Some(var) => self.equals_text(var, name),
            _ => None,
        }
    }

    fn ref_fits(&self, pattern: Pattern) -> Option<bool> {
        match self.value(self.reach.refs.name) {
            Term::Text(text) => self.reach.all.names.fits(pattern, text),
            _ => None,
        }
    }
}

impl Reach {
    fn presence_of(&self, job: usize) -> Option<&Presence> {
        self.presences.get(*self.jobs.get(job)?)
    }

    fn view<'a>(
        &'a self,
        at: &'a Situation,
        changed: Option<&'a Changed>,
        job: Option<usize>,
    ) -> View<'a> {
        View { reach: self, at, changed, job, instance: &[], has_merge_request: None }
    }

    /// The changes to try with these jobs: those that decide about one of them.
    fn changes_to_try(&self, jobs: &[usize]) -> Vec<Option<Changed>> {
        let mut all = vec![None];
        let presences = jobs.iter().filter_map(|job| self.presence_of(*job));
        let lists: Vec<Paths> = presences.flat_map(Presence::changes).collect();
        if lists.is_empty() {
            return all;
        }
        all.push(Some(Changed::Nothing));
        let globs = lists.iter().filter_map(|it| self.all.list(*it)?.globs.as_ref()).flatten();
        let files = globs.filter_map(|glob| a_file_of(glob)).take(6);
        all.extend(files.map(|file| Some(Changed::File(file))));
        all
    }

    /// A pipeline, in words, that certainly has the job `present`, by its rule `step` if one is named and by
    /// one of no other `steps` if not, and none of the jobs `absent`.
    pub(super) fn split(
        &self,
        present: usize,
        by: impl Fn(Option<usize>) -> bool,
        absent: &[usize],
    ) -> Option<String> {
        let whole: Vec<Left<'_>> = absent.iter().map(|job| (*job, &[][..])).collect();
        self.split_from(present, by, &whole)
    }

    /// The same for instances of jobs.
    pub(super) fn split_from(
        &self,
        present: usize,
        by: impl Fn(Option<usize>) -> bool,
        absent: &[Left<'_>],
    ) -> Option<String> {
        let presence = self.presence_of(present)?;
        if self.open {
            return None;
        }
        let jobs: Vec<usize> =
            std::iter::once(present).chain(absent.iter().map(|(job, _)| *job)).collect();
        let changes = self.changes_to_try(&jobs);
        for at in &self.situations {
            let pushed = at.kind != Kind::Tag && !has_no_push(at.source);
            for changed in changes.iter().filter(|it| it.is_none() || pushed) {
                let view = |job| self.view(at, changed.as_ref(), job);
                let world = view(Some(present));
                let step = match presence {
                    Presence::Rules(steps) => match decide(steps, &world, &self.all) {
                        Decision::Step(step) => Some(step),
                        _ => continue,
                    },
                    _ => None,
                };
                let held = and(self.is_admitted(&view(None)), presence.holds(&world, &self.all));
                if held != Some(true) || !by(step) {
                    continue;
                }
                let left_out = |(job, instance): &Left<'_>| {
                    let presence = self.presence_of(*job);
                    let view = View { instance, ..view(Some(*job)) };
                    presence.and_then(|it| it.holds(&view, &self.all)) == Some(false)
                };
                if absent.iter().all(left_out) {
                    return Some(at.text(changed.as_ref()));
                }
            }
        }
        None
    }

    /// The jobs that run twice for one push: in a pipeline of the branch, and in one of its merge request.
    pub(super) fn twice(&self) -> Vec<usize> {
        if self.open {
            return Vec::new();
        }
        let on = |kind, source| Situation { kind, source, branch: Branch::Topic };
        let push = on(Kind::Branch, "push");
        let merge = on(Kind::MergeRequest, "merge_request_event");
        let has = |at: &Situation, changed: Option<&Changed>, job: usize| {
            let view = |job| View { has_merge_request: Some(true), ..self.view(at, changed, job) };
            let world = view(Some(job));
            // One that waits for a person runs in neither by itself.
            let runs = match self.presence_of(job) {
                Some(Presence::Rules(steps)) => match decide(steps, &world, &self.all) {
                    Decision::Step(at) => {
                        steps.get(at).is_some_and(|step| step.takes == Some(true) && !step.waits)
                    }
                    _ => false,
                },
                Some(presence) => presence.holds(&world, &self.all) == Some(true),
                None => false,
            };
            runs && self.is_admitted(&view(None)) == Some(true)
        };
        let both = |job: &usize| {
            let changes = self.changes_to_try(&[*job]);
            changes.iter().any(|it| has(&push, it.as_ref(), *job) && has(&merge, it.as_ref(), *job))
        };
        (0..self.jobs.len()).filter(both).collect()
    }

    /// A pipeline, in words, in which this rule of the job certainly decides although no push says which
    /// files changed.
    pub(super) fn without_push(&self, job: usize, rule: usize) -> Option<String> {
        let Some(Presence::Rules(steps)) = self.presence_of(job) else { return None };
        let mut at =
            self.situations.iter().filter(|it| it.kind == Kind::Tag || has_no_push(it.source));
        let found = at.find(|at| {
            let decision = decide(steps, &self.view(at, None, Some(job)), &self.all);
            let admitted = self.is_admitted(&self.view(at, None, None));
            admitted == Some(true) && decision == Decision::Step(rule) && !self.open
        });
        found.map(|at| at.text(None))
    }

    /// Whether the job is certainly in a pipeline of a merge request.
    pub(super) fn in_merge_request(&self, job: usize) -> Option<bool> {
        let at = self.situations.iter().find(|it| it.kind == Kind::MergeRequest)?;
        let view = |job| self.view(at, None, job);
        let held = self.presence_of(job)?.holds(&view(Some(job)), &self.all);
        and(self.is_admitted(&view(None)), held)
    }
}

/// A path that fits the glob, if a simple one does.
fn a_file_of(glob: &str) -> Option<String> {
    if glob.contains(['{', '[', '?', '\\']) {
        return None;
    }
    let path = glob.replace("**/", "").replace("**", "x").replace('*', "x");
    glob::matches(glob, &path).then_some(path)
}
