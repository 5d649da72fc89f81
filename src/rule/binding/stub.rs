//! A rule page to start from, for a clause that nothing binds.

use super::value::{ParamKind, number_lengths};
use crate::model::spec::Clause;

/// A pattern that matches a text: numbers, images, paths, durations and quoted words become parameters.
pub fn pattern_for(text: &str) -> String {
    let text = text.replace('`', "");
    let text = text.trim().trim_end_matches(['.', ':', ';']);
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(blank) = rest.strip_prefix(|ch: char| ch.is_whitespace()) {
            if !out.ends_with(' ') {
                out.push(' ');
            }
            rest = blank;
            continue;
        }
        let (taken, shown) = parameter(rest);
        match shown {
            Some(name) => out.push_str(&format!("{{{name}}}")),
            None => escape(&rest[..taken], &mut out),
        }
        rest = &rest[taken..];
    }
    out
}

/// The length of the next word, or of the words that become a parameter, and its name.
fn parameter(rest: &str) -> (usize, Option<&'static str>) {
    let sign = rest.len() - rest.trim_start_matches(['>', '<', '=', '≥', '≤', '~']).len();
    if sign > 0 {
        return (sign, None);
    }
    if let Some(quoted) = rest.strip_prefix('"')
        && let Some(end) = quoted.find('"')
    {
        return (end + 2, Some("string"));
    }
    if rest.starts_with(|ch: char| ch.is_ascii_digit()) {
        let kinds = [
            (ParamKind::Duration, "duration"),
            (ParamKind::Percent, "percent"),
            (ParamKind::Size, "size"),
            (ParamKind::Integer, "int"),
            (ParamKind::Float, "float"),
        ];
        for (kind, name) in kinds {
            let len = number_lengths(kind, rest).first().copied();
            // `1.25` starts with a number and is none.
            let whole = |len: &usize| {
                !rest[*len..].starts_with(['.', '-', ':', '/'])
                    || rest[*len..].trim_start_matches('.').is_empty()
            };
            if let Some(len) = len.filter(whole) {
                return (len, Some(name));
            }
        }
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let word = rest[..end].trim_end_matches([',', ';', ':', ')', '.', '!', '?']);
    let len = if word.is_empty() { end } else { word.len() };
    (len, kind_of_word(word))
}

fn kind_of_word(word: &str) -> Option<&'static str> {
    let takes = |kind: ParamKind| word.chars().all(|ch| kind.takes(ch));
    let digit = |text: &str| text.starts_with(|ch: char| ch.is_ascii_digit());
    if let Some((name, tag)) = word.rsplit_once(':')
        && takes(ParamKind::Image)
        && name.starts_with(|ch: char| ch.is_alphanumeric())
        && !tag.is_empty()
        && !tag.starts_with('/')
    {
        return Some("image");
    }
    let version = word.strip_prefix('v').unwrap_or(word);
    if digit(version) && version.contains('.') && takes(ParamKind::Version) {
        return Some("version");
    }
    let file = word.rsplit('/').next().unwrap_or(word);
    let has_extension = file.rsplit_once('.').is_some_and(|(stem, extension)| {
        let letters = extension.chars().all(|ch| ch.is_ascii_alphanumeric());
        letters && (1..=8).contains(&extension.len()) && !digit(extension) && !stem.ends_with('.')
    });
    let is_file = has_extension || word.contains('/') && !word.ends_with('/') && word.len() > 3;
    (is_file && takes(ParamKind::Path) && !["e.g", "i.e"].contains(&word) && word != "and/or")
        .then_some("path")
}

fn escape(text: &str, out: &mut String) {
    for ch in text.chars() {
        if matches!(ch, '{' | '}' | '(' | ')' | '/' | '\\') {
            out.push('\\');
        }
        out.push(ch);
    }
}

/// The page of a rule for a clause: complete but for what has to hold.
pub fn stub(clause: &Clause<'_>) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let then = pattern_for(&clause.text);
    let step = clause.context.first().map(|(step, _)| pattern_for(step));
    // A job that the clause names itself is meant, whatever job its scenario is about.
    let (then, given, job) = match subject_job(&then) {
        Some((then, name)) => (then, None, Some(("job", name))),
        None => match step.map(|step| step_jobs(&step)) {
            Some((given, job)) => (then, Some(given), job),
            None => (then, None, None),
        },
    };
    let mut page = String::from("---\nseverity: error\nsince: 0.1.0\nbinds:\n");
    match &given {
        Some(given) => {
            page.push_str(&format!("  - given: {}\n    then: {}\n", quoted(given), quoted(&then)));
        }
        None => page.push_str(&format!("  - then: {}\n", quoted(&then))),
    }
    page.push_str("for: job\n");
    match &job {
        Some(("job", _)) => page.push_str("when: job.name == clause.job\n"),
        Some(_) => page.push_str("when: job.name in clause.jobs\n"),
        None => {}
    }
    page.push_str("assert: 'false' # what has to hold\n");
    let title: String = clause.text.chars().take(70).collect();
    page.push_str("message: \"job `{job.name}` does not do what the spec says\"\n---\n");
    page.push_str(&format!("# Violated: {title}\n\nThe spec says: {}\n\n", clause.text));
    let name = job.map_or("job".to_owned(), |(_, name)| name);
    for says in ["bad=1", "good"] {
        page.push_str(&format!("```yaml {says}\n{name}:\n  script: [\"true\"]\n```\n\n"));
    }
    page.truncate(page.trim_end().len() + 1);
    page
}

/// `the build job SHALL stop` becomes `the {job} job SHALL stop`, with the name of the job.
fn subject_job(pattern: &str) -> Option<(String, String)> {
    let the = pattern.get(..4).filter(|it| it.eq_ignore_ascii_case("the ")).unwrap_or_default();
    let (name, rest) = pattern[the.len()..].split_once(' ')?;
    let is_job = ["job SHALL ", "job MUST "].iter().any(|it| rest.starts_with(it));
    (is_job && is_name(name)).then(|| (format!("{the}{{job}} {rest}"), name.to_owned()))
}

/// `setup job runs` becomes `{job} job runs`, `lint or test job runs` `{jobs} job runs`; with the parameter and the name
/// of the first job.
fn step_jobs(pattern: &str) -> (String, Option<(&'static str, String)>) {
    let unnamed = || (pattern.to_owned(), None);
    let Some(at) = pattern.find(" job") else { return unnamed() };
    let ends = pattern[at + 4..].is_empty() || pattern[at + 4..].starts_with([' ', 's']);
    let words: Vec<&str> = pattern[..at].split(' ').collect();
    match words[..] {
        [name] if ends && is_name(name) => {
            (format!("{{job}}{}", &pattern[at..]), Some(("job", name.to_owned())))
        }
        [name, "or" | "and", other] if ends && is_name(name) && is_name(other) => {
            (format!("{{jobs}}{}", &pattern[at..]), Some(("jobs", name.to_owned())))
        }
        _ => unnamed(),
    }
}

/// Whether a word in front of `job` may be its name.
fn is_name(word: &str) -> bool {
    let filler = ["the", "a", "ci", "every", "each", "any", "other", "this", "that", "no"];
    !word.contains(['{', '\\']) && !filler.contains(&word.to_lowercase().as_str())
}
