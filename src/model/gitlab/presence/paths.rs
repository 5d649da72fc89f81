use super::{Cause, Event, Truth};
use crate::model::Files;
use crate::model::gitlab::condition::Known;
use crate::model::gitlab::expand::{Piece, pieces};
use crate::model::gitlab::include::{Base, Mapping};
use crate::model::gitlab::ruby_regexp::RubyRegexp;
use crate::model::gitlab::{PathRule, Settings, Value, glob};

/// How many comparisons of a pattern with a path the server makes; beyond, all is taken to match.
const COMPARISONS: usize = 50_000;

/// How often values may name other variables.
const LEVELS: u32 = 20;

/// What `changes` and `exists` are judged with.
pub(in crate::model::gitlab) struct Ground<'a> {
    /// The event; nothing if the configuration is read for all of them.
    pub(in crate::model::gitlab) event: Option<&'a Event>,
    pub(in crate::model::gitlab) settings: &'a Settings,
    pub(in crate::model::gitlab) files: &'a dyn Files,
    /// What is known of a variable.
    pub(in crate::model::gitlab) known: &'a dyn Fn(&str) -> Known,
}

impl Ground<'_> {
    /// The text with its variables filled in, as the server does it for paths: through all values,
    /// and names that are set nowhere left as they are.
    fn expanded(&self, value: &Value<'_>) -> Result<String, Vec<Cause>> {
        let Some(text) = value.as_str() else { return Err(vec![Cause::Configuration]) };
        let (mut all, mut open) = (String::new(), Vec::new());
        self.expand(text, LEVELS, &mut all, &mut open);
        if open.is_empty() { Ok(all) } else { Err(open) }
    }

    fn expand(&self, text: &str, levels: u32, all: &mut String, open: &mut Vec<Cause>) {
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => all.push_str(text),
                Piece::Variable { written, name } => match (self.known)(name) {
                    Known::Set(value) if levels > 0 => self.expand(&value, levels - 1, all, open),
                    Known::Unset | Known::Set(_) => all.push_str(written),
                    Known::Filled(_) | Known::Unknown => {
                        open.push(Cause::Variable(name.to_owned()));
                    }
                },
            }
        }
    }

    /// Whether one of the files fits the regular expression.
    fn fits_regexp<'f>(&self, regexp: &Value<'_>, files: impl Iterator<Item = &'f str>) -> Truth {
        let source = match self.expanded(regexp) {
            Ok(source) => source,
            Err(open) => return Truth::Open(open),
        };
        let Some(regexp) = RubyRegexp::new(&source) else {
            return Truth::Open(vec![Cause::RubyPattern(source)]);
        };
        let mut files = files.enumerate();
        let found = files.any(|(at, file)| at >= COMPARISONS || regexp.is_match(file));
        if found { Truth::Yes } else { Truth::No }
    }

    /// Whether one of the patterns matches.
    fn any(&self, patterns: &[Value<'_>], matches: impl Fn(&str) -> bool) -> Truth {
        let mut verdict = Truth::No;
        for pattern in patterns {
            verdict = verdict.or(match self.expanded(pattern) {
                Ok(pattern) if matches(&pattern) => return Truth::Yes,
                Ok(_) => Truth::No,
                Err(open) => Truth::Open(open),
            });
        }
        verdict
    }
}

/// Whether `changes` holds. Where there is nothing to compare with, everything counts as changed.
pub(in crate::model::gitlab) fn changes(rule: &PathRule<'_>, ground: &Ground<'_>) -> Truth {
    let Some(event) = ground.event else { return Truth::Open(vec![Cause::ChangedFiles]) };
    let changed = match &rule.compare_to {
        Some(reference) => match ground.expanded(reference) {
            Ok(reference) => {
                event.changed_since(&reference).ok_or(vec![Cause::ChangedSince(reference)])
            }
            Err(open) => Err(open),
        },
        None if event.lacks_diff() => return Truth::Yes,
        None => event.changes.as_deref().ok_or(vec![Cause::ChangedFiles]),
    };
    let changed = match changed {
        Ok(changed) => changed,
        Err(open) => return Truth::Open(open),
    };
    if let Some(regexp) = &rule.regexp {
        return ground.fits_regexp(regexp, changed.iter().map(String::as_str));
    }
    let too_many = changed.len().saturating_mul(rule.paths.len()) > COMPARISONS;
    ground.any(&rule.paths, |pattern| {
        too_many || changed.iter().any(|path| glob::matches(pattern, path))
    })
}

/// Whether `only:changes` or `except:changes` holds.
pub(super) fn changes_of_policy(value: &Value<'_>, event: &Event) -> Truth {
    if event.lacks_diff() {
        return Truth::Yes;
    }
    let Some(changed) = &event.changes else { return Truth::Open(vec![Cause::ChangedFiles]) };
    let fits = |pattern: &Value<'_>| match pattern.as_str() {
        Some(pattern) if changed.iter().any(|path| glob::matches(pattern, path)) => Truth::Yes,
        Some(_) => Truth::No,
        None => Truth::Open(vec![Cause::Configuration]),
    };
    value.one_or_more().iter().map(fits).fold(Truth::No, Truth::or)
}

/// Whether `exists` of an `include` holds that stands in a file of this place: it asks for files of the
/// project that the file is of.
pub(in crate::model::gitlab) fn exists_beside(
    base: &Base,
    rule: &PathRule<'_>,
    ground: &Ground<'_>,
) -> Truth {
    let Base::Vendored(folder) = base else { return exists(rule, ground) };
    if rule.project.is_some() {
        return exists(rule, ground);
    }
    // A copy need not have all files of the project.
    match exists_in(&format!("{folder}/"), rule, ground) {
        Truth::No => Truth::Open(vec![Cause::OtherProject(folder.clone())]),
        other => other,
    }
}

/// Whether `exists` holds in the files as they are here.
pub(super) fn exists(rule: &PathRule<'_>, ground: &Ground<'_>) -> Truth {
    let Some(project) = &rule.project else { return exists_in("", rule, ground) };
    let reference = rule.reference.as_ref().map(|it| ground.expanded(it)).transpose();
    let (project, reference) = match (ground.expanded(project), reference) {
        (Ok(project), Ok(reference)) => (project, reference),
        (Err(open), _) | (_, Err(open)) => return Truth::Open(open),
    };
    let is_own = (ground.known)("CI_PROJECT_PATH") == Known::Set(project.clone());
    if is_own && reference.is_none() {
        return exists_in("", rule, ground);
    }
    // A copy need not have all files of the project.
    let mapping = Mapping { settings: ground.settings, files: ground.files };
    if let Some((Base::Vendored(folder), _)) = mapping.project(&project, reference.as_deref(), "")
        && exists_in(&format!("{folder}/"), rule, ground) == Truth::Yes
    {
        return Truth::Yes;
    }
    Truth::Open(vec![Cause::OtherProject(project)])
}

/// Whether `exists` holds for the files whose paths begin so.
fn exists_in(start: &str, rule: &PathRule<'_>, ground: &Ground<'_>) -> Truth {
    let inside = || ground.files.paths().iter().filter_map(|path| path.strip_prefix(start));
    if let Some(regexp) = &rule.regexp {
        return ground.fits_regexp(regexp, inside());
    }
    let globs = rule.paths.iter().filter(|it| it.as_str().is_some_and(is_compared)).count();
    ground.any(&rule.paths, |pattern| fits_one(pattern, globs, &inside))
}

/// Whether `exists` holds for these patterns, in which no variables stand.
pub(in crate::model::gitlab) fn is_there(patterns: &[String], files: &dyn Files) -> bool {
    let inside = || files.paths().iter().map(String::as_str);
    let globs = patterns.iter().filter(|it| is_compared(it)).count();
    let named = |pattern: &str| !has_wildcard(pattern) && files.exists(pattern);
    patterns.iter().any(|pattern| named(pattern) || fits_one(pattern, globs, &inside))
}

/// Whether a file fits the pattern, which stands in a list of so many globs.
fn fits_one<'f, I: Iterator<Item = &'f str>>(
    pattern: &str,
    globs: usize,
    inside: &impl Fn() -> I,
) -> bool {
    let too_many = || inside().count().saturating_mul(globs) > COMPARISONS;
    if let Some(ending) = ending(pattern) {
        inside().any(|path| path.ends_with(ending))
    } else if has_wildcard(pattern) {
        let deep = pattern.contains('/');
        let mut seen = inside().filter(|path| deep || !path.contains('/'));
        deep && too_many() || seen.any(|path| glob::matches(pattern, path))
    } else if pattern.ends_with('/') {
        inside().any(|path| path.starts_with(pattern))
    } else {
        inside().any(|path| path == pattern)
    }
}

/// The end that a file must have to fit `**/*.end`.
fn ending(pattern: &str) -> Option<&str> {
    let ending = pattern.strip_prefix("**/*").filter(|end| end.starts_with('.'))?;
    (!ending.contains('/') && !has_wildcard(ending)).then_some(ending)
}

/// Whether the server compares the pattern with each path, and counts that.
fn is_compared(pattern: &str) -> bool {
    has_wildcard(pattern) && ending(pattern).is_none()
}

fn has_wildcard(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{'])
}

#[cfg(test)]
mod tests {
    use super::is_there;
    use crate::model::MemoryFiles;

    #[test]
    fn endings_are_no_comparisons_that_count() {
        let files = MemoryFiles::new((0..17_000).map(|at| (format!("x/{at}"), "")));
        let there = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|it| (*it).to_owned()).collect();
            is_there(&patterns, &files)
        };
        assert!(!there(&["**/*.a", "**/*.b", "y/**/*.c"]));
        assert!(there(&["y/**/*.a", "y/**/*.b", "y/**/*.c"]), "too many to compare");
    }
}
