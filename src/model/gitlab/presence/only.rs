use super::paths::changes_of_policy;
use super::rules::condition;
use super::scope::Scope;
use super::{Cause, Decider, PipelineSource, Truth, Verdict, When};
use crate::model::gitlab::condition::{Known, between_slashes};
use crate::model::gitlab::regexp::compile;
use crate::model::gitlab::{Value, ValueKind};

/// What `only` and `except` come to: each part of `only` must hold, and no part of `except` may.
/// `implied` says whether a job without `only` runs for branches and tags alone.
pub(super) fn policies<'p>(
    (only, except): (Option<&Value<'p>>, Option<&Value<'p>>),
    implied: &Truth,
    when: When,
    scope: &Scope<'_, 'p>,
) -> Verdict<'p> {
    let mut open = Vec::new();
    for (key, value) in parts(only) {
        match part(key, &value, scope) {
            Truth::Yes => {}
            Truth::No => return Verdict::certain(Decider::Only(key, value), When::Never),
            Truth::Open(causes) => open.push((Decider::Only(key, value), causes)),
        }
    }
    // Parts without `refs` are laid over that, too.
    let refs = match only {
        Some(only) if only.as_map().is_none() || only.given("refs").is_some() => Truth::Yes,
        Some(_) => branches_and_tags(scope),
        None => implied.clone().not().or(branches_and_tags(scope)),
    };
    match refs {
        Truth::Yes => {}
        Truth::No => return Verdict::certain(Decider::BranchesAndTags, When::Never),
        Truth::Open(causes) => open.push((Decider::BranchesAndTags, causes)),
    }
    for (key, value) in parts(except) {
        match part(key, &value, scope) {
            Truth::No => {}
            Truth::Yes => return Verdict::certain(Decider::Except(key, value), When::Never),
            Truth::Open(causes) => open.push((Decider::Except(key, value), causes)),
        }
    }
    let let_in = || match parts(only).into_iter().next() {
        Some((key, value)) => Decider::Only(key, value),
        None if *implied == Truth::No => Decider::Free,
        None => Decider::BranchesAndTags,
    };
    let Some((decider, _)) = open.first().cloned() else {
        return Verdict::certain(let_in(), when);
    };
    let causes =
        open.into_iter().fold(Vec::new(), |all, (_, causes)| super::truth::together(all, causes));
    Verdict::by(Truth::Open(causes), (let_in(), when), (decider, When::Never))
}

/// Whether the pipeline runs for a branch or a tag.
pub(super) fn branches_and_tags(scope: &Scope<'_, '_>) -> Truth {
    let event = scope.world.event;
    let runs = event.is_branch().map(|branch| branch || event.tag.is_some());
    Truth::of(runs, || Cause::Variable("CI_COMMIT_BRANCH".to_owned()))
}

/// The parts of a policy by their keys: a list stands for its refs.
fn parts<'p>(policy: Option<&Value<'p>>) -> Vec<(&'static str, Value<'p>)> {
    let Some(policy) = policy else { return Vec::new() };
    if policy.as_map().is_none() {
        return vec![("refs", policy.clone())];
    }
    let keys = ["refs", "variables", "changes", "kubernetes"];
    keys.into_iter().filter_map(|key| Some((key, policy.given(key)?.clone()))).collect()
}

fn part(key: &str, value: &Value<'_>, scope: &Scope<'_, '_>) -> Truth {
    if value.is_unknown() {
        return Truth::Open(vec![Cause::Configuration]);
    }
    let any = |truth: fn(&Value<'_>, &Scope<'_, '_>) -> Truth| {
        value.one_or_more().iter().map(|item| truth(item, scope)).fold(Truth::No, Truth::or)
    };
    match key {
        "refs" => any(one_ref),
        "variables" => any(|item, scope| condition(item, &|name| scope.known(name))),
        "changes" => changes_of_policy(value, scope.world.event),
        _ => Truth::Open(vec![Cause::Kubernetes]),
    }
}

/// Whether one entry of `refs` fits: a keyword, a name or a pattern, perhaps of one project only.
fn one_ref(item: &Value<'_>, scope: &Scope<'_, '_>) -> Truth {
    let ValueKind::Str(text) = &item.kind else { return Truth::Open(vec![Cause::Configuration]) };
    let (pattern, project) = match text.split_once('@') {
        Some((pattern, project)) => (pattern, Some(project)),
        None => (text.as_str(), None),
    };
    let own = project.map_or(Truth::Yes, |project| match scope.known("CI_PROJECT_PATH") {
        Known::Set(path) => Truth::of(Some(path == project), || Cause::Configuration),
        _ => Truth::Open(vec![Cause::Variable("CI_PROJECT_PATH".to_owned())]),
    });
    own.and(pattern_fits(pattern, scope))
}

fn pattern_fits(pattern: &str, scope: &Scope<'_, '_>) -> Truth {
    let event = scope.world.event;
    let branch = || Cause::Variable("CI_COMMIT_BRANCH".to_owned());
    match pattern {
        "tags" if event.tag.is_some() => return Truth::Yes,
        "branches" => return Truth::of(event.is_branch(), branch),
        _ => {}
    }
    if is_source(pattern, event.source) {
        return Truth::Yes;
    }
    // Names and patterns fit branches and tags alone.
    let runs = branches_and_tags(scope);
    if runs == Truth::No || pattern == "tags" {
        return Truth::No;
    }
    let name = match scope.known("CI_COMMIT_REF_NAME") {
        Known::Set(name) => name,
        _ if is_keyword(pattern) => return Truth::No,
        _ => return Truth::Open(vec![Cause::Variable("CI_COMMIT_REF_NAME".to_owned())]),
    };
    let fits = match between_slashes(pattern) {
        Some((source, flags)) => compile(source, flags).ok().map(|regex| regex.is_match(&name)),
        None => Some(pattern == name),
    };
    runs.and(Truth::of(fits, || Cause::Configuration))
}

/// Whether a keyword stands for this source: `merge_requests`, `schedules`, `web`.
fn is_source(keyword: &str, source: PipelineSource) -> bool {
    let name = source.as_str();
    let name = name.strip_suffix("_event").unwrap_or(name);
    let plural = if name.ends_with("sh") { format!("{name}es") } else { format!("{name}s") };
    keyword == name || keyword == plural
}

/// A keyword that is hardly the name of a branch.
fn is_keyword(pattern: &str) -> bool {
    pattern == "tags" || PipelineSource::ALL.into_iter().any(|it| is_source(pattern, it))
}
