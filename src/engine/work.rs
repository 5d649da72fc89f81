//! One rule at work on the subjects that it judges.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::subject::Subject;
use crate::rule::{
    Binding, Bound, Check, Cx, Facts, Finding, Judgement, Label, Options, Rule, RuleIndex, run_cel,
    run_cel_clause,
};
use crate::text::Span;

/// One rule at work.
pub(super) struct Run<'a, 'p> {
    pub(super) facts: &'a Facts<'p>,
    pub(super) rule: (RuleIndex, &'a Rule),
    pub(super) options: &'a Options,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl<'p> Run<'_, 'p> {
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

    /// Calls the rule for one of its subjects, and does nothing for any other.
    pub(super) fn subject(&mut self, subject: &Subject<'_, 'p>) {
        let facts = self.facts;
        match (&self.rule.1.check, subject) {
            (Check::Pipeline(check), Subject::Pipeline(pipeline)) => {
                let at = pipeline.root.at(Span::empty(0));
                self.guarded(Some(at), |cx| check(pipeline, cx));
            }
            (Check::Job(check), Subject::Job((job, pipeline))) => {
                self.guarded(Some(job.key_at), |cx| check(job, pipeline, cx));
            }
            (Check::Script(check), Subject::Job((job, pipeline))) => {
                for script in facts.scripts_of_job((job, pipeline)) {
                    self.guarded(Some(job.key_at), |cx| check(&script, cx));
                }
            }
            (Check::Script(check), Subject::Dockerfile(file)) => {
                for script in facts.scripts_of_build(file) {
                    self.guarded(None, |cx| check(&script, cx));
                }
            }
            (Check::Condition(check), Subject::Condition(condition, pipeline)) => {
                let at = Some(condition.value.at());
                self.guarded(at, |cx| check(condition, pipeline, cx));
            }
            (Check::Dockerfile(check), Subject::Dockerfile(dockerfile)) => {
                self.guarded(None, |cx| check(dockerfile, cx));
            }
            (Check::Project(check), Subject::Project) => {
                self.guarded(None, check);
            }
            (Check::Cel(front), Subject::Project) => {
                self.guarded(None, |cx| run_cel(front, cx));
            }
            _ => {}
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

    pub(super) fn clauses(&mut self, judgements: &mut Vec<(usize, Judgement)>) {
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
