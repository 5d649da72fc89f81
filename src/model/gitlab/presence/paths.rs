use super::scope::Scope;
use super::{Cause, Truth};
use crate::model::gitlab::{PathRule, Value, glob};

/// How many comparisons of a pattern with a path the server makes; beyond, all is taken to match.
const COMPARISONS: usize = 50_000;

/// Whether `changes` holds. Without a push or merge request to compare with, everything counts
/// as changed.
pub(super) fn changes(rule: &PathRule<'_>, scope: &Scope<'_, '_>) -> Truth {
    let event = scope.world.event;
    if rule.compare_to.is_none() && (event.tag.is_some() || !event.source.has_diff()) {
        return Truth::Yes;
    }
    if rule.value.get("regexp").is_some() {
        return Truth::Open(vec![Cause::Configuration]);
    }
    let Some(changed) = &event.changes else { return Truth::Open(vec![Cause::ChangedFiles]) };
    let too_many = changed.len().saturating_mul(rule.paths.len()) > COMPARISONS;
    any(&rule.paths, |text| {
        let pattern = scope.expanded(text)?;
        Ok(too_many || changed.iter().any(|path| glob::matches(&pattern, path)))
    })
}

/// Whether `only:changes` or `except:changes` holds.
pub(super) fn changes_of_policy(value: &Value<'_>, scope: &Scope<'_, '_>) -> Truth {
    let event = scope.world.event;
    if event.tag.is_some() || !event.source.has_diff() {
        return Truth::Yes;
    }
    let Some(changed) = &event.changes else { return Truth::Open(vec![Cause::ChangedFiles]) };
    let matches = |pattern: &str| changed.iter().any(|path| glob::matches(pattern, path));
    any(value.one_or_more(), |pattern| Ok(matches(pattern)))
}

/// Whether `exists` holds in the files as they are here.
pub(super) fn exists(rule: &PathRule<'_>, scope: &Scope<'_, '_>) -> Truth {
    if rule.project.is_some() {
        return Truth::Open(vec![Cause::OtherProject]);
    }
    if rule.value.get("regexp").is_some() {
        return Truth::Open(vec![Cause::Configuration]);
    }
    let paths = scope.world.files.paths();
    let patterns = rule.paths.iter().filter(|it| it.as_str().is_some_and(has_wildcard)).count();
    let too_many = paths.len().saturating_mul(patterns) > COMPARISONS;
    any(&rule.paths, |text| {
        let pattern = scope.expanded(text)?;
        let ending = pattern.strip_prefix("**/*").filter(|end| end.starts_with('.'));
        Ok(if let Some(ending) = ending.filter(|end| !end.contains('/') && !has_wildcard(end)) {
            paths.iter().any(|path| path.ends_with(ending))
        } else if has_wildcard(&pattern) {
            let top = |path: &&String| pattern.contains('/') || !path.contains('/');
            let seen = || paths.iter().filter(top);
            too_many && pattern.contains('/') || seen().any(|path| glob::matches(&pattern, path))
        } else if pattern.ends_with('/') {
            paths.iter().any(|path| path.starts_with(&pattern))
        } else {
            paths.contains(&pattern)
        })
    })
}

fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{'])
}

/// Whether one of the patterns matches.
fn any(patterns: &[Value<'_>], mut matches: impl FnMut(&str) -> Result<bool, Vec<Cause>>) -> Truth {
    let mut verdict = Truth::No;
    for pattern in patterns {
        verdict = verdict.or(match pattern.as_str().map(&mut matches) {
            Some(Ok(true)) => return Truth::Yes,
            Some(Ok(false)) => Truth::No,
            Some(Err(open)) => Truth::Open(open),
            None => Truth::Open(vec![Cause::Configuration]),
        });
    }
    verdict
}
