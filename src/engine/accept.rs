//! Which findings stay: suppressions, overrides, exceptions, the selection.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::config::severities;
use super::exception::Excepted;
use super::suppress::{Dialect, suppressions};
use super::{Project, Selection, Suppressed};
use crate::model::docker::{Pragma, Tool};
use crate::rule::{Catalog, Facts, Finding, Rule};
use crate::syntax::dockerfile::Error;
use crate::text::did_you_mean;

/// The `# check=skip=` of BuildKit that leaves a finding out.
fn build_check_skip<'f>(
    facts: &'f Facts<'_>,
    rule: &Rule,
    finding: &Finding,
) -> Option<&'f Pragma<'f>> {
    let dockerfile = facts.dockerfiles.iter().find(|it| it.source.id == finding.at.source)?;
    // What fails the build is no matter of a check.
    let fails = |error: &Error| error.span == finding.at.span && error.message == finding.message;
    if dockerfile.errors.iter().any(fails) {
        return None;
    }
    let skips = |pragma: &&Pragma<'_>| {
        let skips = |name: &str| pragma.skips(name, finding.at.span.start);
        match finding.alias {
            Some(alias) => skips(alias),
            None => rule.aliases.iter().any(|alias| skips(alias)),
        }
    };
    dockerfile.pragmas.iter().filter(|it| it.tool == Tool::BuildKit).find(skips)
}

/// Takes out the findings that are not wanted or accepted in place, and orders the rest.
pub(super) fn accept(
    project: &Project,
    facts: &Facts<'_>,
    (catalog, selection): (&Catalog, &Selection),
    excepted: &Excepted,
    findings: Vec<Finding>,
) -> (Vec<Finding>, Vec<Suppressed>) {
    let sources = project.files.sources();
    let overrides: Vec<_> = project
        .config
        .overrides
        .iter()
        .map(|over| (super::globs(&over.files), &over.ignore, severities(&over.severity)))
        .collect();
    let mut by_source: BTreeMap<_, Vec<(super::Suppression, bool)>> = BTreeMap::new();
    for source in sources.iter() {
        let dockerfile = facts.dockerfiles.iter().find(|it| it.source.id == source.id);
        let found = suppressions(source, dockerfile);
        if !found.is_empty() {
            by_source.insert(source.id, found.into_iter().map(|it| (it, false)).collect());
        }
    }
    let (mut kept, mut suppressed) = (Vec::new(), Vec::new());
    for mut finding in findings {
        let rule = catalog.get(finding.rule);
        let source = sources.get(finding.at.source);
        if !project.is_wanted(&source.path) || !selection.wants(rule, &finding) {
            continue;
        }
        let mut ignored = false;
        for (globs, ignore, severity) in &overrides {
            if globs.is_match(&source.path) {
                ignored |= ignore.iter().any(|name| names_finding(rule, &finding, &name.value));
                let named = |(name, _): &&(String, _)| names_finding(rule, &finding, name);
                let weighed = severity.iter().rev().find(named);
                if let Some((_, severity)) = weighed {
                    finding.severity = *severity;
                }
            }
        }
        if ignored {
            continue;
        }
        if let Some((reason, by)) = excepted.accepts(&finding) {
            suppressed.push(Suppressed { finding, reason, by });
            continue;
        }
        if let Some(by) = build_check_skip(facts, rule, &finding) {
            let (reason, by) = (String::new(), by.given.unwrap_or_else(|| source.at(by.span)));
            suppressed.push(Suppressed { finding, reason, by });
            continue;
        }
        let line = source.lines().line(finding.at.span.start);
        let by = by_source.get_mut(&source.id).and_then(|all| {
            all.iter_mut().find(|(it, _)| {
                let named = it.names.iter().any(|(name, _)| match finding.alias {
                    Some(alias) if it.dialect == Dialect::Hadolint => name == alias,
                    _ => names_finding(rule, &finding, name),
                });
                let heard = it.dialect != Dialect::Hadolint
                    || project.config.hadolint_comments != Some(false);
                let reasoned = it.dialect == Dialect::Hadolint || !it.reason.is_empty();
                named && heard && it.covers(line) && reasoned
            })
        });
        match by {
            Some((by, used)) => {
                *used = true;
                suppressed.push(Suppressed {
                    finding,
                    reason: by.reason.clone(),
                    by: source.at(by.span),
                });
            }
            None => kept.push(finding),
        }
    }
    kept.extend(suppression_findings(project, catalog, selection, &by_source));
    let path = |finding: &Finding| &sources.get(finding.at.source).path;
    kept.sort_by(|a, b| {
        let by_path =
            if a.at.source == b.at.source { Ordering::Equal } else { path(a).cmp(path(b)) };
        by_path
            .then_with(|| (a.at.span, a.rule).cmp(&(b.at.span, b.rule)))
            .then_with(|| a.message.cmp(&b.message))
            .then_with(|| a.clause.cmp(&b.clause))
    });
    // Of two clauses that one place breaks, each keeps a finding that names it.
    kept.dedup_by(|a, b| {
        (a.at, a.rule, &a.clause, &a.message) == (b.at, b.rule, &b.clause, &b.message)
    });
    (kept, suppressed)
}

pub(super) fn names(rule: &Rule, name: &str) -> bool {
    name == super::select::ALL || name == rule.family.as_str() || rule.is_called(name)
}

/// Whether a name stands for a finding: where the rule answers to several names of other tools, only
/// the one that fits.
fn names_finding(rule: &Rule, finding: &Finding, name: &str) -> bool {
    let fits = |alias: &str| !rule.is_called_in_part(name) || name.eq_ignore_ascii_case(alias);
    names(rule, name) && finding.alias.is_none_or(fits)
}

type Used = Vec<(super::Suppression, bool)>;

/// Comments of ours that give no reason, name something unknown or accept nothing.
fn suppression_findings(
    project: &Project,
    catalog: &Catalog,
    selection: &Selection,
    by_source: &BTreeMap<crate::text::SourceId, Used>,
) -> Vec<Finding> {
    let Some((index, rule)) = catalog.by_id("useless-suppression") else { return Vec::new() };
    if !selection.runs(rule) {
        return Vec::new();
    }
    // What did not run cannot be said to find nothing.
    let all_run = |it: &super::Suppression| {
        it.names.iter().all(|(name, _)| {
            let mut named = catalog.iter().filter(|(_, rule)| names(rule, name));
            named.all(|(_, rule)| {
                let asked = project.config.shellcheck.enabled || !super::shellcheck::is_its(rule);
                asked && (selection.runs(rule) || !rule.enabled)
            })
        })
    };
    let mut findings = Vec::new();
    for (source, all) in by_source {
        let source = project.files.sources().get(*source);
        if !project.is_wanted(&source.path) {
            continue;
        }
        for (it, used) in all.iter().filter(|(it, _)| it.dialect == Dialect::Pipespec) {
            let unknown = it.names.iter().find_map(|(name, span)| {
                super::check_name(catalog, name).err().map(|error| (error, *span))
            });
            let names: Vec<&str> = it.names.iter().map(|(name, _)| name.as_str()).collect();
            let (span, message, help) = if let Some((error, span)) = unknown {
                let help = error.nearest.map(did_you_mean);
                (
                    span,
                    format!(
                        "`{}` is no rule, alias or family, so nothing is accepted here",
                        error.name
                    ),
                    help,
                )
            } else if it.reason.is_empty() {
                let help = "write the reason behind the bracket".to_owned();
                (
                    it.span,
                    "this comment gives no reason, so it accepts nothing".to_owned(),
                    Some(help),
                )
            } else if !used && all_run(it) {
                let help = "remove the comment".to_owned();
                (
                    it.span,
                    format!("nothing is found here that `{}` would accept", names.join(", ")),
                    Some(help),
                )
            } else {
                continue;
            };
            findings.push(Finding {
                rule: index,
                severity: selection.weigh(rule),
                message,
                at: source.at(span),
                at_text: String::new(),
                labels: Vec::new(),
                help,
                fix: None,
                clause: None,
                alias: None,
                symbol: String::new(),
            });
        }
    }
    findings
}
