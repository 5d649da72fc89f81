//! Holds the spec against a snapshot of its coverage, and against what pending deltas make of it.

use super::accept::names;
use super::run::options;
use super::work::Run;
use super::{Judged, NEAREST, Project, ReadFailure, Report, Selection};
use crate::model::Files as _;
use crate::model::spec::snapshot::{Snapshot, SnapshotClause, WordChange, word_diff};
use crate::model::spec::{Clause, Operation, Param, Params, Spec, Words};
use crate::rule::{
    Binding, Bound, Catalog, Cx, Facts, Finding, Judgement, Options, Rule, RuleIndex,
};
use crate::text::{Location, Source, Span};

/// Where a snapshot lies if the configuration does not say otherwise.
pub const SNAPSHOT: &str = "openspec/coverage.json";

const HELP: &str = "`pipespec trace --write-snapshot` accepts the spec as it is";

/// What the comparison came to.
#[derive(Default)]
pub(super) struct Found {
    pub(super) findings: Vec<Finding>,
    /// The snapshot, if it cannot be understood.
    pub(super) failure: Option<ReadFailure>,
}

impl Project {
    /// The path of its snapshot below the root, whether there is one or not.
    pub fn snapshot_path(&self) -> &str {
        self.config.snapshot.as_deref().unwrap_or(SNAPSHOT)
    }
}

impl Report<'_> {
    /// The coverage as it is now.
    pub fn snapshot(&self) -> Snapshot {
        snapshot(&self.facts.spec, &self.clauses, self.catalog)
    }
}

fn snapshot(spec: &Spec<'_>, clauses: &[Judged], catalog: &Catalog) -> Snapshot {
    let clauses = spec.clauses.iter().zip(clauses).map(|(clause, judged)| SnapshotClause {
        id: clause.id.clone(),
        capability: SnapshotClause::nested(&clause.capability),
        fingerprint: clause.fingerprint.clone(),
        text: clause.text.clone(),
        rule: judged.rule.map(|rule| catalog.get(rule).id.to_string()),
        verdict: judged.verdict.as_str().to_owned(),
    });
    Snapshot::new(clauses.collect())
}

/// Reports clauses that drifted since the snapshot, and clauses that change together with what they govern.
pub(super) fn find(
    (project, facts): (&Project, &Facts<'_>),
    (catalog, selection): (&Catalog, &Selection),
    clauses: &[Judged],
) -> Found {
    let mut found = Found::default();
    let wanted = ["unbound-clause", "gone-clause", "changed-parameter", "moved-goalpost"]
        .into_iter()
        .filter_map(|id| catalog.by_id(id))
        .any(|(_, rule)| selection.runs(rule));
    // Another spec that was named has its own history.
    if !wanted || project.named_spec.is_some() {
        return found;
    }
    let mut drift = Drift {
        project,
        facts,
        catalog,
        selection,
        main: main_spec(facts),
        changes: Vec::new(),
        findings: Vec::new(),
    };
    drift.deltas();
    if let Some(source) = project.files.read(project.snapshot_path()) {
        match Snapshot::from_json(source.text()) {
            Ok(before) => drift.since(&before, source, clauses),
            Err(reason) => {
                found.failure = Some(ReadFailure { path: source.path.clone(), reason });
            }
        }
    }
    if drift.rule("moved-goalpost").is_some() {
        drift.moved_goalposts();
    }
    found.findings = drift.findings;
    found
}

/// The main specs of capabilities that a pending change touches, without that change.
fn main_spec<'p>(facts: &Facts<'p>) -> Spec<'p> {
    let pending = |capability: &Option<String>| {
        facts
            .spec
            .pending()
            .any(|delta| delta.capability.is_some() && delta.capability == *capability)
    };
    let main = facts.spec.files.iter().filter(|file| file.change.is_none());
    Spec::from_files(main.filter(|file| pending(&file.capability)).map(|file| file.source))
}

/// A clause that says something else than before.
struct Change<'p> {
    /// As it was.
    before: Clause<'p>,
    /// As it is; nothing if it is gone.
    after: Option<Clause<'p>>,
    /// Where that is to be seen.
    at: Location,
}

struct Drift<'a, 'p> {
    project: &'a Project,
    facts: &'a Facts<'p>,
    catalog: &'a Catalog,
    selection: &'a Selection,
    main: Spec<'p>,
    changes: Vec<Change<'p>>,
    findings: Vec<Finding>,
}

impl<'a, 'p> Drift<'a, 'p> {
    /// A rule that runs.
    fn rule(&self, id: &str) -> Option<(RuleIndex, &'a Rule)> {
        self.catalog.by_id(id).filter(|(_, rule)| self.selection.runs(rule))
    }

    fn report(&mut self, rule: &str, at: Location, message: String, help: String) {
        let Some(rule) = self.rule(rule) else { return };
        let options = Options::default();
        Cx::new(self.facts, rule, &options, &mut self.findings).report(at, message).help(help);
    }

    /// The clauses that pending deltas change or remove.
    fn deltas(&mut self) {
        let facts = self.facts;
        for delta in facts.spec.pending() {
            let Some(capability) = delta.capability.as_deref() else { continue };
            for requirement in &delta.requirements {
                let operation = requirement.operation;
                if !matches!(operation, Some(Operation::Modified | Operation::Removed)) {
                    continue;
                }
                let renamed = delta.renames.iter().find(|it| it.to == requirement.name);
                let old_name = renamed.map_or(requirement.name, |it| it.from);
                let olds = self.main.clauses.iter();
                let olds =
                    olds.filter(|it| it.capability == capability && it.requirement == old_name);
                for before in olds {
                    let same = |it: &&Clause<'_>| {
                        it.capability == capability
                            && it.requirement == requirement.name
                            && it.scenario == before.scenario
                            && number(&it.id) == number(&before.id)
                    };
                    // Its words may stand under another number or scenario now.
                    let stays = |it: &Clause<'_>| {
                        it.capability == capability && it.fingerprint == before.fingerprint
                    };
                    if facts.spec.clauses.iter().any(stays) {
                        continue;
                    }
                    let after = facts.spec.clauses.iter().find(same);
                    let at = after.map_or(requirement.at, |it| it.at);
                    self.changes.push(Change { before: before.clone(), after: after.cloned(), at });
                }
            }
        }
    }

    /// What became of the clauses of a snapshot.
    fn since(&mut self, before: &Snapshot, source: &Source, clauses: &[Judged]) {
        let facts = self.facts;
        let now = snapshot(&facts.spec, clauses, self.catalog);
        for drift in now.since(before) {
            let Some(was) = &drift.before else { continue };
            let Some(clause) = drift.after.as_ref().and_then(|it| clause(&facts.spec, &it.id))
            else {
                self.gone(was, source);
                continue;
            };
            let reworded = was.fingerprint != clause.fingerprint;
            if reworded && !self.changes.iter().any(|it| it.at == clause.at) {
                let before = Clause {
                    text: was.text.clone(),
                    words: Words::new(&was.text),
                    fingerprint: was.fingerprint.clone(),
                    ..clause.clone()
                };
                self.changes.push(Change { before, after: Some(clause.clone()), at: clause.at });
            }
            let Some(name) = &was.rule else { continue };
            let note = clauses.iter().find(|it| it.id == clause.id).map_or("", |it| &it.note);
            self.held(was, name, clause, note);
        }
    }

    /// A clause of a snapshot that is still there, and that the rule `name` judged.
    fn held(&mut self, was: &SnapshotClause, name: &str, clause: &Clause<'p>, note: &str) {
        let reworded = was.fingerprint != clause.fingerprint;
        let rule = self.catalog.by_id(name).map(|(_, rule)| rule);
        let Some(params) = rule.and_then(|rule| bound(rule, clause)) else {
            let why = match (rule, reworded) {
                (None, _) => "there is no rule of that name now".to_owned(),
                (_, true) => format!("it was reworded: {}", marked(&was.text, &clause.text)),
                (_, false) => "the steps in front of it changed".to_owned(),
            };
            let near = if note.starts_with(NEAREST) { format!("; {note}") } else { String::new() };
            self.report(
                "unbound-clause",
                clause.at,
                format!("`{name}` judged this clause and does so no more, since {why}"),
                format!("word it so that the rule knows it, or see to another judge{near}; {HELP}"),
            );
            return;
        };
        let old = Clause { text: was.text.clone(), words: Words::new(&was.text), ..clause.clone() };
        let Some(old) = rule.and_then(|rule| bound(rule, &old)).filter(|_| reworded) else {
            return;
        };
        let differ = |old: &Param, new: &Param| match (old.number, new.number) {
            (Some(old), Some(new)) => old != new,
            _ => !old.text.eq_ignore_ascii_case(&new.text),
        };
        let pairs = old.all.iter().zip(&params.all).filter(|(old, new)| differ(old, new));
        let changed: Vec<String> =
            pairs.map(|(old, new)| format!("`{}` became `{}`", old.text, new.text)).collect();
        if !changed.is_empty() {
            self.report(
                "changed-parameter",
                clause.at,
                format!("{}, and `{name}` judges by the new value", changed.join(" and ")),
                format!("{}; {HELP}", marked(&was.text, &clause.text)),
            );
        }
    }

    /// A clause of a snapshot that is there no more.
    fn gone(&mut self, was: &SnapshotClause, source: &Source) {
        let Some(name) = &was.rule else { return };
        let by_delta = self.changes.iter().find(|it| it.after.is_none() && it.before.id == was.id);
        let at = by_delta.map_or_else(|| source.at(place_of(&was.id, source)), |it| it.at);
        let by = if by_delta.is_some() { "is removed by this delta" } else { "is gone" };
        let rule = self.catalog.by_id(name).map(|(_, rule)| rule);
        let bindings = rule.map(bindings).unwrap_or_default();
        let judges = self
            .facts
            .spec
            .clauses
            .iter()
            .any(|clause| bindings.iter().any(|binding| binding.matches(clause).is_some()));
        let rest = if judges { "" } else { ", which has nothing to judge now" };
        self.report(
            "gone-clause",
            at,
            format!("the clause `{}` {by}; it was judged by `{name}`{rest}", was.id),
            format!("it said: {}; {HELP}", was.text),
        );
    }

    /// Reports changed clauses whose old wording the files break while they meet the new one.
    fn moved_goalposts(&mut self) {
        let facts = self.facts;
        let ignored = |rule: &Rule| self.selection.ignore.iter().any(|name| names(rule, name));
        let rules: Vec<(RuleIndex, &Rule)> = match &self.changes[..] {
            [] => return,
            _ => {
                self.catalog.iter().filter(|(_, it)| !it.binds.is_empty() && !ignored(it)).collect()
            }
        };
        for change in std::mem::take(&mut self.changes) {
            let judged = |clause: &Clause<'p>, wanted: &Judgement| {
                rules.iter().find_map(|rule| {
                    let (judgement, findings) = self.judge(*rule, clause)?;
                    let proven = matches!(judgement, Judgement::Proven | Judgement::ProvenWith(_));
                    let hit = judgement == *wanted || (*wanted == Judgement::Proven && proven);
                    hit.then_some(findings)
                })
            };
            let Some(broken) = judged(&change.before, &Judgement::Violated) else { continue };
            let met = match &change.after {
                Some(after) => {
                    judged(after, &Judgement::Proven).is_some()
                        && judged(after, &Judgement::Violated).is_none()
                }
                None => true,
            };
            let Some(place) = broken.first().map(|it| it.at).filter(|_| met) else { continue };
            let path = &facts.sources.get(place.source).path;
            let message = match &change.after {
                Some(_) => format!(
                    "this clause and `{path}` change together: as the clause was, `{path}` would break it"
                ),
                None => format!(
                    "`{}` is removed while `{path}` breaks it: both change together",
                    change.before.text
                ),
            };
            let help = match &change.after {
                Some(after) => format!(
                    "see that the change of the clause is meant: {}",
                    marked(&change.before.text, &after.text)
                ),
                None => "see that the removal is meant".to_owned(),
            };
            let Some(rule) = self.rule("moved-goalpost") else { return };
            let options = Options::default();
            Cx::new(facts, rule, &options, &mut self.findings)
                .report(change.at, message)
                .label(place, "the clause as it was forbids this")
                .help(help);
        }
    }

    /// What a rule makes of a clause; nothing if it does not bind it.
    fn judge(
        &self,
        rule: (RuleIndex, &Rule),
        clause: &Clause<'p>,
    ) -> Option<(Judgement, Vec<Finding>)> {
        let params = bound(rule.1, clause)?;
        let mut findings = Vec::new();
        let options = options(self.project, rule.1);
        let mut run = Run { facts: self.facts, rule, options: &options, findings: &mut findings };
        let judgement = run.judge(&Bound { clause, params: &params })?;
        Some((judgement, findings))
    }
}

/// What a rule reads from a clause; nothing if it does not bind it.
fn bound(rule: &Rule, clause: &Clause<'_>) -> Option<Params> {
    bindings(rule).iter().find_map(|binding| binding.matches(clause))
}

fn bindings(rule: &Rule) -> Vec<Binding> {
    rule.binds.iter().filter_map(|it| Binding::compile(it).ok()).collect()
}

fn clause<'a, 'p>(spec: &'a Spec<'p>, id: &str) -> Option<&'a Clause<'p>> {
    spec.clauses.iter().find(|clause| clause.id == id)
}

/// The number of a clause in its scenario.
fn number(id: &str) -> &str {
    id.rsplit('#').next().unwrap_or_default()
}

/// The place of a clause in the text of a snapshot.
fn place_of(id: &str, source: &Source) -> Span {
    let quoted = serde_json::to_string(id).unwrap_or_default();
    match source.text().find(&quoted) {
        Some(at) => Span::from_range(at..at + quoted.len()),
        None => Span::empty(0),
    }
}

/// A word diff on one line: `[-gone-]` and `{+new+}`, as git writes it.
fn marked(before: &str, after: &str) -> String {
    let parts = word_diff(before, after).into_iter().map(|change| match change {
        WordChange::Same(text) => text,
        WordChange::Removed(text) => format!("[-{text}-]"),
        WordChange::Added(text) => format!("{{+{text}+}}"),
    });
    parts.collect()
}
