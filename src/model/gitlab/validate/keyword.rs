//! What a keyword is: its value, since when there is one, who fills in variables, what it is for.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::findings::Findings;
use super::kind::{Kind, check};
use crate::model::Origin;
use crate::model::gitlab::{Entry, Problem, Value, Version, nearest};
use crate::text::did_you_mean;

/// A keyword of the GitLab CI language.
pub struct Keyword {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub summary: &'static str,
    /// The first version of GitLab that knows it; nothing for what is older than 15.0.
    pub since: Option<Version>,
    /// Whether it came later than 15.0, but nobody knows with which version. Then no version is too old.
    pub undated: bool,
    /// Words of its value that a later version brought.
    pub newer_words: &'static [(&'static str, Version)],
    /// Who fills in variables in its value.
    pub expands: Expands,
    /// What to write instead, if it should not be used any more.
    pub deprecated: Option<&'static str>,
    pub(super) kind: Kind,
    /// Words that its value may be, where the kind does not tell them.
    suggested: &'static [&'static str],
}

/// Who fills in the variables in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expands {
    /// Nobody: the text is taken as it is.
    Nowhere,
    /// GitLab, when it makes the pipeline or the job.
    Server,
    /// The runner, before it runs the job.
    Runner,
    /// The shell that runs the script.
    Shell,
}

impl Expands {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nowhere => "nowhere",
            Self::Server => "server",
            Self::Runner => "runner",
            Self::Shell => "shell",
        }
    }
}

pub(super) const fn key(name: &'static str, kind: Kind, summary: &'static str) -> Keyword {
    Keyword {
        name,
        summary,
        since: None,
        undated: false,
        newer_words: &[],
        expands: Expands::Nowhere,
        deprecated: None,
        kind,
        suggested: &[],
    }
}

impl Keyword {
    pub(super) const fn since(mut self, major: u16, minor: u16) -> Self {
        self.since = Some(Version::new(major, minor));
        self
    }

    pub(super) const fn undated(mut self) -> Self {
        self.undated = true;
        self
    }

    pub(super) const fn words_since(mut self, words: &'static [(&'static str, Version)]) -> Self {
        self.newer_words = words;
        self
    }

    pub(super) const fn on(mut self, expands: Expands) -> Self {
        self.expands = expands;
        self
    }

    pub(super) const fn instead(mut self, other: &'static str) -> Self {
        self.deprecated = Some(other);
        self
    }

    pub(super) const fn suggest(mut self, words: &'static [&'static str]) -> Self {
        self.suggested = words;
        self
    }

    /// The keywords that may stand in its value.
    pub fn children(&self) -> Vec<&'static Keyword> {
        self.kind.tables().into_iter().flat_map(|table| table.keys).collect()
    }

    /// The words that its value may be, if it is one of few.
    pub fn words(&self) -> Vec<&'static str> {
        let mut words = self.kind.words();
        words.extend(self.suggested);
        words
    }

    /// The version that brought a word of its value, if it came later than the keyword.
    pub fn word_since(&self, word: &str) -> Option<Version> {
        self.newer_words.iter().find(|(newer, _)| *newer == word).map(|(_, since)| *since)
    }

    /// What its value may be.
    pub fn shape(&self) -> String {
        self.kind.shape()
    }
}

/// Where a key stands, as GitLab writes it: `jobs:build:artifacts:paths`.
#[derive(Clone, Copy)]
pub(super) struct KeyPath<'a> {
    above: Option<&'a KeyPath<'a>>,
    name: &'a str,
}

impl<'a> KeyPath<'a> {
    pub(super) const fn top(name: &'a str) -> Self {
        Self { above: None, name }
    }

    /// The path of a key in the mapping that stands here.
    pub(super) const fn key(&'a self, name: &'a str) -> Self {
        Self { above: Some(self), name }
    }

    pub(super) const fn name(self) -> &'a str {
        self.name
    }
}

impl std::fmt::Display for KeyPath<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(above) = self.above {
            write!(f, "{above}:")?;
        }
        f.write_str(self.name)
    }
}

/// The keys of a mapping.
pub(super) struct Table {
    pub(super) keys: &'static [Keyword],
    /// Keys that must be given.
    pub(super) required: &'static [&'static str],
    /// Of these keys only one may stand there, even if it is null.
    pub(super) exclusive: &'static [&'static [&'static str]],
    /// Of these keys exactly one must stand there.
    pub(super) one_of: &'static [&'static str],
    /// Keys that do not belong here, which is told in other words.
    pub(super) passed: &'static [&'static str],
    /// What to do about a key that belongs elsewhere.
    pub(super) foreign: fn(&str) -> Option<String>,
    /// Whether null is a value of its keys, and a wrong one.
    pub(super) without_null: bool,
    /// The keys of a large table by their names; made at the first search.
    by_name: OnceLock<FxHashMap<&'static str, &'static Keyword>>,
}

/// Tables of up to so many keys are searched from front to back.
const FEW: usize = 8;

impl Table {
    pub(super) const fn of(keys: &'static [Keyword]) -> Self {
        Self {
            keys,
            required: &[],
            exclusive: &[],
            one_of: &[],
            passed: &[],
            foreign: |_| None,
            without_null: false,
            by_name: OnceLock::new(),
        }
    }

    pub(super) const fn requires(mut self, names: &'static [&'static str]) -> Self {
        self.required = names;
        self
    }

    /// For what the server checks by a schema, to which null is a value like others.
    pub(super) const fn without_null(mut self) -> Self {
        self.without_null = true;
        self
    }

    pub(super) const fn excludes(mut self, groups: &'static [&'static [&'static str]]) -> Self {
        self.exclusive = groups;
        self
    }

    pub(super) const fn takes_one_of(mut self, names: &'static [&'static str]) -> Self {
        self.one_of = names;
        self
    }

    pub(super) const fn passes(mut self, names: &'static [&'static str]) -> Self {
        self.passed = names;
        self
    }

    pub(super) const fn advises(mut self, foreign: fn(&str) -> Option<String>) -> Self {
        self.foreign = foreign;
        self
    }

    pub(super) fn keyword(&self, name: &str) -> Option<&'static Keyword> {
        if self.keys.len() <= FEW {
            return self.keys.iter().find(|keyword| keyword.name == name);
        }
        let by_name = || self.keys.iter().map(|keyword| (keyword.name, keyword)).collect();
        self.by_name.get_or_init(by_name).get(name).copied()
    }
}

/// Checks the keys of a mapping and their values.
pub(super) fn map(value: &Value<'_>, table: &Table, path: KeyPath<'_>, out: &mut Findings) {
    let partial = value.as_map().is_some_and(|map| map.is_partial());
    // Where null is a wrong value, it is told as such.
    let lacks = |name: &&str| match table.without_null {
        true => value.get(name).is_none(),
        false => value.given(name).is_none(),
    };
    let missing: Vec<&str> = table.required.iter().copied().filter(lacks).collect();
    // A required key is mostly missing because it is misspelt: that is one fault.
    let mut missing = Some(missing.join(", ")).filter(|names| !partial && !names.is_empty());
    for entry in value.entries() {
        let name = entry.key.as_str();
        if table.passed.contains(&name) {
            continue;
        }
        let Some(keyword) = table.keyword(name) else {
            let known = table.keys.iter().map(|keyword| keyword.name);
            let mut problem = unknown_key(entry, known, path);
            problem.help = (table.foreign)(name).or(problem.help);
            if let Some(names) = missing.take() {
                problem.message =
                    format!("{}, and the required keys are missing: {names}", problem.message);
            }
            out.push(problem);
            continue;
        };
        let path = path.key(name);
        if let Some(since) = keyword.since.filter(|since| *since > out.version) {
            let at = Origin { at: entry.key_at, last: entry.value.origin.last.clone() };
            out.push(unsupported(&at, &format!("`{path}`"), since, out.version));
        }
        for value in entry.value.one_or_more() {
            let Some(word) = value.as_str() else { continue };
            if let Some(since) = keyword.word_since(word).filter(|since| *since > out.version) {
                let what = format!("`{word}` for `{path}`");
                out.push(unsupported(&value.origin, &what, since, out.version));
            }
        }
        let before = out.len();
        let judged = !matches!(keyword.kind, Kind::Any);
        if table.without_null && judged && entry.value.is_null() {
            out.wrong(&entry.value, format!("`{path}` is null, which is none of its values"));
        }
        check(&entry.value, &keyword.kind, path, out);
        out.advise(before, path, || format!("`{name}` takes {}", keyword.shape()));
    }
    if let Some(names) = missing {
        let message =
            format!("`{path}` missing required keys: {names}; required keys can't be blank");
        out.push(Problem::new("missing-keyword", &value.origin, message));
    }
    for group in table.exclusive {
        exclusive(value, group, path, out);
    }
    let misspelt = value.entries().iter().any(|it| table.keyword(&it.key).is_none());
    let given = table.one_of.iter().filter(|name| value.get(name).is_some()).count();
    if !table.one_of.is_empty() && given != 1 && !partial && !misspelt {
        let names = table.one_of.join(", ");
        out.wrong(value, format!("`{path}` must use exactly one of these keys: {names}"));
    }
}

pub(super) fn unsupported(at: &Origin, what: &str, since: Version, here: Version) -> Problem {
    let message = format!("{what} came with GitLab {since}, and the server is {here}");
    Problem::new("unsupported-keyword", at, message)
        .help("remove it, or set `gitlab: version` to the version that runs there")
}

/// Keywords that GitLab once had, with what took their place.
const REMOVED: [(&str, &str); 4] = [
    ("type", "`stage`"),
    ("types", "`stages`"),
    ("cobertura", "`coverage_report: {coverage_format: cobertura, path: ...}`"),
    ("license_management", "`cyclonedx`, from which licences are read"),
];

/// What took the place of a keyword that GitLab once had.
pub(super) fn removed(name: &str) -> Option<&'static str> {
    REMOVED.iter().find(|(old, _)| *old == name).map(|(_, now)| *now)
}

/// A key that the mapping does not know.
pub(super) fn unknown_key<'n>(
    entry: &Entry<'_>,
    known: impl Iterator<Item = &'n str> + Clone,
    path: KeyPath<'_>,
) -> Problem {
    let name = entry.key.as_str();
    let origin = Origin { at: entry.key_at, last: entry.value.origin.last.clone() };
    let message = format!("`{path}` contains the unknown key `{name}`");
    let problem = Problem::new("unknown-keyword", &origin, message);
    if let Some(now) = removed(name) {
        return problem.help(format!("GitLab removed it; use {now}"));
    }
    // `image_name` is an `image` with a word too many.
    let longer =
        |key: &&str| name.strip_prefix(key).is_some_and(|rest| rest.starts_with(['_', '-']));
    match nearest(name, known.clone()).or_else(|| known.clone().find(longer)) {
        Some(near) => problem.help(did_you_mean(near)),
        None => problem.help(instead(name, path, known)),
    }
}

/// So many keys are listed; of more, the way to their list is told.
const LISTED: usize = 12;

/// What may stand in place of a key that is like none of them.
fn instead<'n>(
    name: &str,
    path: KeyPath<'_>,
    known: impl Iterator<Item = &'n str> + Clone,
) -> String {
    if name == "env" && known.clone().any(|it| it == "environment") {
        return "`variables` holds what the job shall see, `environment` says where it deploys to"
            .to_owned();
    }
    if known.clone().count() > LISTED {
        return "remove it; `pipespec keywords` lists what may stand there".to_owned();
    }
    let known: Vec<String> = known.map(|it| format!("`{it}`")).collect();
    format!("`{}` knows {}", path.name(), known.join(", "))
}

/// Reports if more than one of the keys stands there.
pub(super) fn exclusive(value: &Value<'_>, group: &[&str], path: KeyPath<'_>, out: &mut Findings) {
    let mut given = group.iter().copied().filter(|name| value.get(name).is_some());
    if let Some((first, second)) = given.next().zip(given.next()) {
        let given: Vec<&str> = [first, second].into_iter().chain(given).collect();
        let origin = value.get(second).map_or(&value.origin, |it| &it.origin);
        let message = format!("`{path}` these keys cannot be used together: {}", given.join(", "));
        let problem = Problem::new("conflicting-keywords", origin, message);
        let other = value.get(first).map(Value::at);
        out.push(match other {
            Some(at) => problem.label(at, format!("`{first}` is here")),
            None => problem,
        });
    }
}
