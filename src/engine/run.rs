//! Runs the rules over what was read and settles the verdicts.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;
use serde_json::Value as Json;

use super::config::severities;
use super::exception::Excepted;
use super::suppress::{Dialect, suppressions};
use super::{Judged, Project, Report, Selection, Suppressed, Verdict, pipelines};
use crate::model::build::ImageBuild;
use crate::model::docker::{Pragma, Tool};
use crate::model::spec::{Clause, Spec};
use crate::model::{Date, Files as _};
use crate::rule::{
    Binding, Bound, Catalog, Check, Cx, Facts, Finding, Judgement, Label, Nearest, Options, Rule,
    RuleIndex, run_cel, run_cel_clause, stub,
};
use crate::text::{Span, are_large, did_you_mean};

/// Judges a project.
pub fn analyze<'p>(project: &'p Project, catalog: &'p Catalog) -> Report<'p> {
    let facts = read(project);
    let selection = project.config.selection().overlaid(&project.options.selection);
    // A clause is judged whether or not the rule's findings are wanted, unless it is ignored.
    let rules: Vec<_> = catalog.iter().filter(|(_, rule)| selection.runs(rule)).collect();
    let run = |&(index, rule): &(RuleIndex, &Rule)| {
        let options = options(project, rule);
        let (mut findings, mut judgements) = (Vec::new(), Vec::new());
        let mut run =
            Run { facts: &facts, rule: (index, rule), options: &options, findings: &mut findings };
        if rule.binds.is_empty() {
            run.subjects();
        } else {
            run.clauses(&mut judgements);
        }
        (findings, judgements)
    };
    // The outcomes stand in the order of the rules, however many threads there are.
    let outcomes: Vec<_> = if are_large(project.files.sources().iter()) {
        rules.par_iter().map(run).collect()
    } else {
        rules.iter().map(run).collect()
    };
    let mut findings = Vec::new();
    let mut judgements: Vec<Vec<(RuleIndex, Judgement)>> =
        vec![Vec::new(); facts.spec.clauses.len()];
    for ((index, _), (found, judged)) in rules.iter().zip(outcomes) {
        findings.extend(found);
        for (clause, judgement) in judged {
            judgements[clause].push((*index, judgement));
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
        (None, paths) => {
            let wanted = |path: &&String| {
                paths.iter().any(|named| {
                    *path == named || path.starts_with(&format!("{}/", named.trim_end_matches('/')))
                })
            };
            Spec::from_files(
                files.paths().iter().filter(wanted).filter_map(|path| files.read(path)),
            )
        }
    }
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

/// One rule at work.
pub(super) struct Run<'a, 'p> {
    pub(super) facts: &'a Facts<'p>,
    pub(super) rule: (RuleIndex, &'a Rule),
    pub(super) options: &'a Options,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl Run<'_, '_> {
    /// Calls `check` with a context; a panic inside becomes a finding of the rule.
    fn guarded<T>(
        &mut self,
        at: Option<crate::text::Location>,
        check: impl FnOnce(&mut Cx<'_, '_>) -> T,
    ) -> Option<T> {
        let before = self.findings.len();
        let mut cx = Cx::new(self.facts, self.rule, self.options, self.findings);
        let result = catch_unwind(AssertUnwindSafe(|| check(&mut cx)));
        if result.is_err() {
            self.findings.truncate(before);
            if let Some(at) = at {
                let mut cx = Cx::new(self.facts, self.rule, self.options, self.findings);
                let message = format!(
                    "rule `{}` failed on this file; this is a fault of pipespec",
                    self.rule.1.id
                );
                cx.report(at, message)
                    .help("report it with the file; the other rules have judged it");
            }
        }
        result.ok()
    }

    fn subjects(&mut self) {
        let facts = self.facts;
        let start = |source: &crate::text::Source| Some(source.at(Span::empty(0)));
        match &self.rule.1.check {
            Check::Pipeline(check) => {
                for pipeline in &facts.pipelines {
                    self.guarded(start(pipeline.root), |cx| check(pipeline, cx));
                }
            }
            Check::Job(check) => {
                for pipeline in &facts.pipelines {
                    for job in &pipeline.jobs {
                        self.guarded(Some(job.key_at), |cx| check(job, pipeline, cx));
                    }
                }
            }
            Check::Dockerfile(check) => {
                for dockerfile in &facts.dockerfiles {
                    self.guarded(None, |cx| check(dockerfile, cx));
                }
            }
            Check::Project(check) => {
                self.guarded(None, check);
            }
            Check::Cel(front) => {
                self.guarded(None, |cx| run_cel(front, cx));
            }
            Check::Clause(_) => {}
        }
    }

    /// Judges one clause that the rule binds; nothing if the rule failed.
    pub(super) fn judge(&mut self, bound: &Bound<'_, '_>) -> Option<Judgement> {
        let rule = self.rule.1;
        self.guarded(Some(bound.clause.at), |cx| match &rule.check {
            Check::Clause(check) => check(bound, cx),
            Check::Cel(front) => run_cel_clause(front, bound, cx),
            _ => Judgement::Unknown("the rule judges no clauses".to_owned()),
        })
    }

    fn clauses(&mut self, judgements: &mut Vec<(usize, Judgement)>) {
        let facts = self.facts;
        if facts.spec.clauses.is_empty() {
            return;
        }
        let rule = self.rule.1;
        // The patterns of built-in rules are checked by a test, those of packs when they are read.
        let bindings: Vec<Binding> =
            rule.binds.iter().filter_map(|it| Binding::compile(it).ok()).collect();
        for (number, clause) in facts.spec.clauses.iter().enumerate() {
            let Some(params) = bindings.iter().find_map(|binding| binding.matches(clause)) else {
                continue;
            };
            let bound = Bound { clause, params: &params };
            let before = self.findings.len();
            let judgement = self.judge(&bound);
            let violated = judgement == Some(Judgement::Violated);
            for finding in &mut self.findings[before..] {
                finding.clause = Some(clause.id.clone());
                let text =
                    if violated { "the spec says so here" } else { "the spec speaks of it here" };
                finding.labels.push(Label { at: clause.at, text: text.to_owned() });
            }
            let failed = || Judgement::Unknown("the rule failed".to_owned());
            judgements.push((number, judgement.unwrap_or_else(failed)));
        }
    }
}

/// One verdict for each clause: what refutes it counts most, what is not judged next.
fn settle(spec: &Spec<'_>, judgements: Vec<Vec<(RuleIndex, Judgement)>>) -> Vec<Judged> {
    let mut clauses: Vec<Judged> = Vec::new();
    for (clause, judgements) in spec.clauses.iter().zip(judgements) {
        let decided = judgements.into_iter().max_by_key(|(_, judgement)| match judgement {
            Judgement::Proven | Judgement::ProvenWith(_) => 0,
            Judgement::Evidenced(_) => 1,
            Judgement::NeedsEvidence(_) => 2,
            Judgement::Unknown(_) => 3,
            Judgement::Violated => 4,
        });
        let decidable =
            !matches!(decided, Some((_, Judgement::NeedsEvidence(_) | Judgement::Evidenced(_))));
        let (verdict, rule, note) = match decided {
            None => (Verdict::Undefined, None, String::new()),
            Some((rule, judgement)) => match judgement {
                Judgement::Proven => (Verdict::Proven, Some(rule), String::new()),
                Judgement::ProvenWith(note) => (Verdict::Proven, Some(rule), note.into_owned()),
                Judgement::Evidenced(note) => (Verdict::Evidenced, Some(rule), note.into_owned()),
                Judgement::Violated => (Verdict::Violated, Some(rule), String::new()),
                Judgement::NeedsEvidence(note) => {
                    (Verdict::NeedsEvidence, Some(rule), note.into_owned())
                }
                Judgement::Unknown(note) => {
                    (Verdict::NeedsEvidence, Some(rule), format!("not judged: {note}"))
                }
            },
        };
        clauses.push(Judged { decidable, ..judged(clause, verdict, rule, note) });
    }
    clauses
}

/// Notes for each clause that no rule knows which rule's pattern comes nearest, and where it departs.
fn explain_undefined(spec: &Spec<'_>, catalog: &Catalog, clauses: &mut [Judged]) {
    if clauses.iter().all(|clause| clause.verdict != Verdict::Undefined) {
        return;
    }
    let sources = catalog.iter().flat_map(|(_, rule)| rule.binds.iter().map(move |it| (rule, it)));
    let bindings: Vec<_> =
        sources.filter_map(|(rule, it)| Some((rule, it, Binding::compile(it).ok()?))).collect();
    let nearest = Nearest::new(bindings.iter().map(|(_, _, binding)| binding));
    for (clause, judged) in spec.clauses.iter().zip(clauses) {
        if judged.verdict != Verdict::Undefined {
            continue;
        }
        let found = nearest.of(clause);
        if let Some((rule, source, departure)) =
            found.and_then(|(at, departure)| bindings.get(at).map(|it| (it.0, it.1, departure)))
        {
            let place = match (departure.in_given, departure.found.as_str()) {
                (true, _) => "its Given step is another one".to_owned(),
                (false, "") => format!("it ends where `{}` is wanted", departure.expected),
                (false, found) => format!("it departs at `{found}`"),
            };
            judged.note =
                format!("the nearest pattern is `{}` of `{}`; {place}", source.then, rule.id);
        }
    }
}

/// A page to start from for each clause that no rule knows, with the id of the clause.
pub fn stubs(project: &Project, catalog: &Catalog) -> Vec<(String, String)> {
    let report = analyze(project, catalog);
    let clauses = report.facts.spec.clauses.iter().zip(&report.clauses);
    let undefined = clauses.filter(|(_, judged)| judged.verdict == Verdict::Undefined);
    undefined.map(|(clause, _)| (clause.id.clone(), stub(clause))).collect()
}

fn judged(clause: &Clause<'_>, verdict: Verdict, rule: Option<RuleIndex>, note: String) -> Judged {
    Judged {
        id: clause.id.clone(),
        requirement: clause.requirement.to_owned(),
        scenario: clause.scenario.to_owned(),
        text: clause.text.clone(),
        at: clause.at,
        verdict,
        rule,
        note,
        decidable: true,
    }
}

/// The `# check=skip=` of BuildKit that leaves a finding out.
fn build_check_skip<'f>(
    facts: &'f Facts<'_>,
    rule: &Rule,
    finding: &Finding,
) -> Option<&'f Pragma<'f>> {
    let dockerfile = facts.dockerfiles.iter().find(|it| it.source.id == finding.at.source)?;
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
fn accept(
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
        let instructions = dockerfile.map_or(&[][..], |it| it.instructions());
        let spans: Vec<Span> = instructions.iter().map(|it| it.span).collect();
        let found = suppressions(source, &spans);
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
            let (reason, by) = (String::new(), source.at(by.span));
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
        let key = |it: &Finding| (it.at.span, it.rule, it.message.clone());
        path(a).cmp(path(b)).then_with(|| key(a).cmp(&key(b)))
    });
    kept.dedup_by(|a, b| a.at == b.at && a.rule == b.rule && a.message == b.message);
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
        for (it, used) in all.iter().filter(|(it, _)| it.dialect == Dialect::Pipespec) {
            let unknown = it.names.iter().find_map(|(name, span)| {
                super::check_name(catalog, name).err().map(|error| (error, *span))
            });
            let names: Vec<&str> = it.names.iter().map(|(name, _)| name.as_str()).collect();
            let (span, message, help) = if let Some((error, span)) = unknown {
                let help = error.nearest.map(|nearest| did_you_mean(nearest));
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
