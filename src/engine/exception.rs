//! Clauses that the configuration accepts as not met, each with a reason, an owner and an end.

use std::collections::BTreeSet;

use super::config::{Exception, nearest};
use super::{ConfigError, Error, Judged, Project, Selection, Verdict, clock};
use crate::model::Files as _;
use crate::model::evidence::Timestamp;
use crate::rule::{Catalog, Cx, Facts, Finding, Options};
use crate::text::{Location, Span};

/// Checks what can be checked of exceptions without the spec.
pub(super) fn check(
    exceptions: &[Exception],
    fail: &dyn Fn(Span, String, Option<String>) -> Error,
) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for exception in exceptions {
        let texts = [("reason", &exception.reason), ("owner", &exception.owner)];
        for (key, text) in texts {
            if text.value.trim().is_empty() {
                return Err(fail(text.span, format!("the exception has an empty `{key}`"), None));
            }
        }
        if Timestamp::parse_date(&exception.expires.value).is_none() {
            let message = format!("`{}` is no date", exception.expires.value);
            let help = "write the last day on which it holds, as in `2027-01-31`".to_owned();
            return Err(fail(exception.expires.span, message, Some(help)));
        }
        if !seen.insert(&exception.clause.value) {
            let message = format!("`{}` has an exception already", exception.clause.value);
            return Err(fail(exception.clause.span, message, None));
        }
    }
    Ok(())
}

/// Checks that each exception names a clause of the project's spec.
///
/// # Errors
/// Fails on a clause that is none. Where another spec was named, its clauses are other ones, and nothing is checked.
pub(super) fn check_clauses(project: &Project) -> Result<(), Error> {
    let exceptions = &project.config.exceptions;
    if exceptions.is_empty() || project.named_spec.is_some() {
        return Ok(());
    }
    let Some(source) = project.config_path.as_ref().and_then(|path| project.files.read(path))
    else {
        return Ok(());
    };
    let spec = super::run::spec(project);
    let ids: Vec<&str> = spec.clauses.iter().map(|clause| clause.id.as_str()).collect();
    for exception in exceptions {
        let id = &exception.clause;
        if !ids.contains(&id.value.as_str()) {
            let message = format!("`{}` is no clause of the spec", id.value);
            let help = nearest(&id.value, &ids)
                .unwrap_or_else(|| "`pipespec trace` lists the clauses with their ids".to_owned());
            let error = ConfigError::new(&source.path, source.text(), id.span, message, Some(help));
            return Err(error.into());
        }
    }
    Ok(())
}

/// The exceptions that hold, with what is to be said about the others.
pub(super) struct Excepted {
    /// Exceptions that are over or accept nothing.
    pub(super) findings: Vec<Finding>,
    /// Clause, reason, and the place of the exception.
    holding: Vec<(String, String, Location)>,
}

impl Excepted {
    /// Gives the clauses that are accepted their verdict.
    pub(super) fn settle(
        (project, facts): (&Project, &Facts<'_>),
        (catalog, selection): (&Catalog, &Selection),
        clauses: &mut [Judged],
    ) -> Self {
        let mut excepted = Self { findings: Vec::new(), holding: Vec::new() };
        let path = project.config_path.as_ref().filter(|_| !project.config.exceptions.is_empty());
        let Some(source) = path.and_then(|path| project.files.read(path)) else { return excepted };
        let now = clock::now(&project.options, &project.config);
        let mut report = |rule: &str, at: Location, message: String, help: &str| {
            let rule = catalog.by_id(rule).filter(|(_, rule)| selection.runs(rule));
            let Some(rule) = rule else { return };
            let options = Options::default();
            Cx::new(facts, rule, &options, &mut excepted.findings).report(at, message).help(help);
        };
        for exception in &project.config.exceptions {
            let id = &exception.clause.value;
            let Some(clause) = clauses.iter_mut().find(|clause| clause.id == *id) else { continue };
            let (reason, owner) = (exception.reason.value.trim(), exception.owner.value.trim());
            let expires = &exception.expires.value;
            let at = source.at(exception.clause.span);
            let last = Timestamp::parse_date(expires).map_or(i64::MAX, |day| day.seconds);
            if now.seconds >= last.saturating_add(86_400) {
                report(
                    "expired-exception",
                    source.at(exception.expires.span),
                    format!("the exception for `{id}` ended with {expires}"),
                    &format!("meet the clause, or agree on a new date with {owner}"),
                );
            } else if matches!(clause.verdict, Verdict::Proven | Verdict::Evidenced) {
                report(
                    "unused-exception",
                    at,
                    format!("`{id}` is {}, so this exception accepts nothing", clause.verdict),
                    "remove the exception",
                );
            } else {
                clause.verdict = Verdict::Excepted;
                clause.note = format!("{reason} ({owner}, until {expires})");
                excepted.holding.push((id.clone(), clause.note.clone(), at));
            }
        }
        excepted
    }

    /// Why and where a finding is accepted with its clause.
    pub(super) fn accepts(&self, finding: &Finding) -> Option<(String, Location)> {
        let clause = finding.clause.as_ref()?;
        let (_, reason, at) = self.holding.iter().find(|(id, ..)| id == clause)?;
        Some((reason.clone(), *at))
    }
}
