use std::borrow::Cow;
use std::fmt;

use super::Check;

/// How much a finding weighs. Ordered: `Note < Warning < Error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// People regret it.
    Warning,
    /// A clause is violated, or the server, the builder or the shell refuses it.
    Error,
}

impl Severity {
    /// All severities, the lightest first.
    pub const ALL: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

    /// `note`, `warning` or `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The folder that a rule lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// GitLab's server refuses it.
    Gitlab,
    /// The server takes it, and people regret it.
    Pipeline,
    /// Dockerfiles.
    Docker,
    /// The shell of `script:` and `RUN`.
    Shell,
    /// Who can run what with which secrets.
    Trust,
    /// The clauses of the CI image spec.
    CiImage,
    /// Specs themselves.
    Spec,
}

impl Family {
    /// All families, in the order in which they are listed.
    pub const ALL: [Family; 7] = [
        Family::CiImage,
        Family::Spec,
        Family::Gitlab,
        Family::Pipeline,
        Family::Docker,
        Family::Shell,
        Family::Trust,
    ];

    /// The name of its folder under `rules/`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Family::Gitlab => "gitlab",
            Family::Pipeline => "pipeline",
            Family::Docker => "docker",
            Family::Shell => "shell",
            Family::Trust => "trust",
            Family::CiImage => "ci-image",
            Family::Spec => "spec",
        }
    }

    /// The family of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == name)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a rule's findings carry a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixKind {
    /// Never.
    None,
    /// Sometimes; what it changes means the same or what was meant.
    Safe,
    /// Sometimes; a person has to look at it.
    Unsafe,
}

/// An option of a rule, set in the configuration under `rules: <rule>: <name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionSpec {
    /// The name.
    pub name: Cow<'static, str>,
    /// The default as JSON; it also fixes the type.
    pub default: Cow<'static, str>,
    /// What it does, in one sentence.
    pub about: Cow<'static, str>,
}

/// A binding as written in the front matter: Cucumber expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingSource {
    /// Pattern for the scenario's `Given` (or `When`) step; nothing if any will do.
    pub given: Option<Cow<'static, str>>,
    /// Pattern for the clause itself.
    pub then: Cow<'static, str>,
}

/// One rule: what its page says, and its check.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The stem of its page; unique, never changed.
    pub id: Cow<'static, str>,
    /// The folder of its page.
    pub family: Family,
    /// The page's heading.
    pub title: Cow<'static, str>,
    /// How much its findings weigh if the configuration does not say otherwise.
    pub severity: Severity,
    /// Whether it runs if the configuration does not name it.
    pub enabled: bool,
    /// The version of pipespec that has it first.
    pub since: Cow<'static, str>,
    /// Names that other tools have for it.
    pub aliases: Cow<'static, [Cow<'static, str>]>,
    /// Whether it can fix what it finds.
    pub fix: FixKind,
    /// Its options.
    pub options: Cow<'static, [OptionSpec]>,
    /// The clauses that it judges.
    pub binds: Cow<'static, [BindingSource]>,
    /// The page without its front matter, Markdown.
    pub page: Cow<'static, str>,
    /// What it does.
    pub check: Check,
}

impl Rule {
    /// Whether `name` is the rule's id or one of its aliases (aliases without regard to case).
    pub fn is_called(&self, name: &str) -> bool {
        self.id == name || self.aliases.iter().any(|alias| fits(alias, name))
    }

    /// Whether `name` stands for some of its findings only: another tool's name, where the rule
    /// answers to several.
    pub fn is_called_in_part(&self, name: &str) -> bool {
        let several = self.aliases.len() > 1 || self.aliases.iter().any(|it| it.ends_with('*'));
        several && self.id != name && self.is_called(name)
    }
}

/// Whether an alias is this name; `SC*` stands for all codes that begin so.
fn fits(alias: &str, name: &str) -> bool {
    match alias.strip_suffix('*') {
        None => alias.eq_ignore_ascii_case(name),
        Some(lead) => name
            .strip_prefix(lead)
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())),
    }
}
