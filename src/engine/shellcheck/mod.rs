//! What ShellCheck says of the scripts, if the configuration asks for it.

mod program;
mod sheet;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use self::program::Comment;
use self::sheet::Sheet;
use super::{Project, ReadFailure, Selection};
use crate::rule::{Catalog, Facts, Finding, RuleIndex, Severity};
use crate::syntax::yaml::de::Spanned;
use crate::text::Span;

/// `shellcheck:` of the configuration.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shellcheck {
    /// Whether it is asked.
    pub enabled: bool,
    /// The program, if it is not on the `PATH`; absolute, and not below the root.
    pub path: Option<Spanned<String>>,
    /// The least level that is reported.
    pub severity: Option<Spanned<String>>,
    /// Codes that are not reported.
    pub exclude: Vec<Spanned<String>>,
}

const LEVELS: [&str; 4] = ["error", "warning", "info", "style"];

/// The id of the rule that its findings belong to.
const RULE: &str = "shellcheck";

/// Whether a rule stands for what ShellCheck finds.
pub(super) fn is_its(rule: &crate::rule::Rule) -> bool {
    rule.id == RULE
}

impl Shellcheck {
    /// What is wrong with the configuration, with its place.
    pub(super) fn fault(&self) -> Option<(Span, String)> {
        if let Some(level) = &self.severity
            && !LEVELS.contains(&level.value.as_str())
        {
            let message =
                format!("`{}` is no level of ShellCheck: {}", level.value, LEVELS.join(", "));
            return Some((level.span, message));
        }
        if let Some(path) = &self.path
            && !Path::new(&path.value).is_absolute()
        {
            return Some((path.span, format!("`{}` is no absolute path", path.value)));
        }
        let is_code = |text: &str| {
            text.strip_prefix("SC").is_some_and(|it| it.len() == 4 && it.parse::<u16>().is_ok())
        };
        let wrong = self.exclude.iter().find(|code| !is_code(&code.value))?;
        Some((wrong.span, format!("`{}` is no code of ShellCheck, such as `SC2086`", wrong.value)))
    }
}

/// Asks ShellCheck about all scripts.
///
/// # Errors
/// Fails if it is asked for and cannot be run, with the reason.
pub(super) fn findings(
    project: &Project,
    facts: &Facts<'_>,
    catalog: &Catalog,
    selection: &Selection,
) -> Result<Vec<Finding>, ReadFailure> {
    let settings = &project.config.shellcheck;
    let Some((index, rule)) = catalog.by_id(RULE).filter(|(_, rule)| selection.runs(rule)) else {
        return Ok(Vec::new());
    };
    if !settings.enabled {
        return Ok(Vec::new());
    }
    let scripts = facts.scripts();
    let sheets = sheet::sheets(&scripts);
    let root = project.files.root();
    let fail = |reason: String| ReadFailure { path: RULE.to_owned(), reason };
    let texts: Vec<&str> = sheets.iter().map(|sheet| sheet.text.as_str()).collect();
    let named = settings.path.as_ref().map(|path| PathBuf::from(&path.value));
    let asked = program::Request {
        level: settings.severity.as_ref().map_or("style", |level| &level.value),
        exclude: settings.exclude.iter().map(|code| code.value.as_str()).collect(),
        texts: &texts,
    };
    let comments = program::run(named.as_deref(), root, &asked).map_err(fail)?;
    let mut findings = Vec::new();
    for (sheet, comments) in sheets.iter().zip(comments) {
        for comment in comments {
            let alias = code(comment.code);
            // A rule of ours that has this code for its name judges it, with what it knows.
            let ours = |(other, rule): (RuleIndex, &crate::rule::Rule)| {
                other != index && selection.runs(rule)
            };
            if catalog.called(alias).any(ours) {
                continue;
            }
            let severity = selection.weigh_finding(rule, alias).unwrap_or(comment.severity());
            findings.extend(reported(sheet, &comment, (index, alias, severity)));
        }
    }
    Ok(findings)
}

/// One finding for each place at which the script of a sheet stands.
fn reported(
    sheet: &Sheet<'_, '_>,
    comment: &Comment,
    (rule, alias, severity): (RuleIndex, &'static str, Severity),
) -> Vec<Finding> {
    let Some(span) = sheet.span(comment) else { return Vec::new() };
    let owners = sheet.owners.iter().filter(|owner| sheet.is_meant(owner, comment));
    let finding = |owner: &&crate::rule::ScriptOf<'_, '_>| Finding {
        rule,
        severity,
        message: format!("{alias}: {}", comment.message.trim().trim_end_matches('.')),
        at: owner.at(span),
        at_text: String::new(),
        labels: Vec::new(),
        help: Some(format!("https://www.shellcheck.net/wiki/{alias}")),
        fix: None,
        clause: None,
        alias: Some(alias),
        symbol: format!("{}/{alias}", owner.owner().replace('`', "")),
    };
    owners.map(|owner| finding(&owner)).collect()
}

/// The name of a code, made once for each.
fn code(number: u16) -> &'static str {
    use std::sync::OnceLock;
    static CODES: [OnceLock<String>; 9000] = [const { OnceLock::new() }; 9000];
    let at = usize::from(number).checked_sub(1000);
    let cell = at.and_then(|at| CODES.get(at));
    cell.map_or("SC1000", |cell| cell.get_or_init(|| format!("SC{number}")))
}
