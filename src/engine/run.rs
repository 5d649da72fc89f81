//! Runs the rules over what was read and settles the verdicts.

use rayon::prelude::*;
use serde_json::Value as Json;

use super::accept::accept;
use super::exception::Excepted;
use super::subject::{Judge, Subject, judge_parts};
use super::verdicts::{explain_undefined, settle};
use super::work::Run;
use super::{Project, ReadFailure, Report, pipelines};
use crate::model::build::ImageBuild;
use crate::model::gitlab::Pipeline;
use crate::model::spec::Spec;
use crate::model::{Date, Files as _};
use crate::rule::{Catalog, Facts, Judgement, Options, Rule, RuleIndex};
use crate::text::worth_all_cores;

/// Judges a project.
pub fn analyze<'p>(project: &'p Project, catalog: &'p Catalog) -> Report<'p> {
    let facts = read(project);
    let selection = project.config.selection().overlaid(&project.options.selection);
    let rules = catalog.iter().filter(|(_, rule)| selection.judges(rule));
    let judges: Vec<_> =
        rules.map(|rule| Judge { options: options(project, rule.1), rule }).collect();
    let conditions: Vec<_> = facts.pipelines.iter().map(Pipeline::conditions).collect();
    let in_parallel = worth_all_cores(project.files.sources().iter());
    let parts = judge_parts(&facts, &judges, &conditions, in_parallel);
    let whole = |judge: &Judge<'_>| {
        let (mut findings, mut judgements) = (Vec::new(), Vec::new());
        let Judge { rule, options } = judge;
        let mut run = Run { facts: &facts, rule: *rule, options, findings: &mut findings };
        if rule.1.binds.is_empty() {
            run.subject(&Subject::Project);
            facts.pipelines.iter().for_each(|it| run.subject(&Subject::Pipeline(it)));
        } else {
            run.clauses(&mut judgements);
        }
        (findings, judgements)
    };
    // The outcomes stand in the order of the rules, however many threads there are.
    let outcomes: Vec<_> = match in_parallel {
        true => judges.par_iter().map(whole).collect(),
        false => judges.iter().map(whole).collect(),
    };
    let mut findings = Vec::new();
    let mut judgements: Vec<Vec<(RuleIndex, Judgement)>> =
        vec![Vec::new(); facts.spec.clauses.len()];
    for ((judge, in_parts), (found, judged)) in judges.iter().zip(parts).zip(outcomes) {
        let (index, rule) = judge.rule;
        if selection.runs(rule) {
            findings.extend(in_parts.into_iter().chain(found));
        }
        for (clause, judgement) in judged {
            judgements[clause].push((index, judgement));
        }
    }
    let mut clauses = settle(&facts.spec, judgements);
    explain_undefined(&facts.spec, catalog, &mut clauses);
    let excepted = Excepted::settle((project, &facts), (catalog, &selection), &mut clauses);
    findings.extend(excepted.findings.iter().cloned());
    let drift = super::drift::find((project, &facts), (catalog, &selection), &clauses);
    findings.extend(drift.findings);
    for finding in &mut findings {
        finding.severity = selection.weigh(catalog.get(finding.rule));
    }
    // These have a level of their own.
    let not_asked = match super::shellcheck::findings(project, &facts, catalog, &selection) {
        Ok(more) => {
            findings.extend(more);
            None
        }
        Err(failure) => Some(failure),
    };
    let (findings, suppressed) =
        accept(project, &facts, (catalog, &selection), &excepted, findings);
    let judged_files = facts.pipelines.len() + facts.dockerfiles.len() + facts.spec.files.len();
    Report {
        sources: project.files.sources(),
        catalog,
        findings,
        suppressed,
        clauses,
        failures: project
            .files
            .failures()
            .into_iter()
            .filter(|it| project.is_wanted(&it.path))
            .chain(drift.failure)
            .chain(not_asked)
            .chain(empty_spec(project, &facts.spec))
            .collect(),
        judged_files,
        facts,
    }
}

/// The spec that the project is held to.
pub(super) fn spec(project: &Project) -> Spec<'_> {
    let files = &project.files;
    match (&project.named_spec, &project.config.spec[..]) {
        (Some(path), _) => Spec::from_files(files.read(path)),
        (None, []) => Spec::from_project(files),
        (None, named) => {
            // What is named is read, also where Git ignores it.
            let named =
                named.iter().map(|it| it.value.trim_start_matches("./").trim_end_matches('/'));
            let mut paths: Vec<String> = named
                .flat_map(|named| {
                    let below = files.below(named);
                    below.into_iter().filter(move |it| it == named || it.ends_with(".md"))
                })
                .collect();
            paths.sort();
            paths.dedup();
            Spec::from_files(paths.iter().filter_map(|path| files.read(path)))
        }
    }
}

/// Why the spec that somebody named holds the project to nothing, if that is so.
fn empty_spec(project: &Project, spec: &Spec<'_>) -> Option<ReadFailure> {
    let named = project.config.spec.first().map(|it| &it.value);
    let path = project.named_spec.as_ref().or(named).filter(|_| spec.clauses.is_empty())?;
    let reason = "is named as the spec, and holds no clause; one is a line with SHALL or MUST \
                  below a `### Requirement:`";
    Some(ReadFailure { path: path.clone(), reason: reason.to_owned() })
}

/// Reads and resolves everything that is judged.
fn read(project: &Project) -> Facts<'_> {
    let files = &project.files;
    let spec = spec(project);
    let settings = project.settings();
    let pipelines = pipelines(project);
    let dockerfiles = |builds: &[ImageBuild]| super::builds::dockerfiles(project, builds);
    let sources = (files.sources(), files as &dyn crate::model::Files);
    let mut facts =
        Facts::new(sources, pipelines, dockerfiles, spec, (settings, project.config.roles.clone()))
            .with_evidence(&project.evidence);
    let now = super::clock::now(&project.options, &project.config).seconds;
    facts.today = u64::try_from(now).ok().and_then(Date::from_unix);
    facts
}

/// The options of a rule: what the configuration says over what its page says.
pub(super) fn options(project: &Project, rule: &Rule) -> Options {
    let defaults = rule.options.iter().map(|option| {
        let value = serde_json::from_str(&option.default).unwrap_or(Json::Null);
        (option.name.to_string(), value)
    });
    let set = project.config.rules.iter().filter(|(name, _)| name.value == rule.id);
    let set = set.flat_map(|(_, options)| {
        options.iter().map(|(name, value)| (name.value.clone(), value.clone()))
    });
    Options::new(defaults.chain(set).collect())
}
