//! The texts of a configuration, wherever they stand.

use rustc_hash::FxHashSet;

use super::{Pipeline, Value, ValueKind};
use crate::model::StepKind;
use crate::text::{Location, Span};

impl<'p> Pipeline<'p> {
    /// Every text of the resolved configuration, hidden entries included; one that several jobs take
    /// over is given once.
    pub fn texts(&self) -> Vec<&Value<'p>> {
        let mut seen: FxHashSet<Location> = FxHashSet::default();
        let mut open: Vec<&Value<'p>> =
            self.config.entries().iter().rev().map(|it| &it.value).collect();
        let mut texts = Vec::new();
        while let Some(value) = open.pop() {
            match &value.kind {
                ValueKind::Str(_) if seen.insert(value.at()) => texts.push(value),
                // What was taken over as a whole was looked into where it came first.
                ValueKind::Seq(items) => open.extend(items.iter().rev()),
                ValueKind::Map(map) => open.extend(map.entries().iter().rev().map(|it| &it.value)),
                _ => {}
            }
        }
        texts
    }

    /// Where bytes of a text stand in its file; the whole text where it was composed.
    pub fn part_at(&self, value: &Value<'p>, span: Span) -> Location {
        let Some(map) = self.scalar_map(value) else { return value.at() };
        let start = map.to_source(span.start);
        let end = map.to_source(span.end.saturating_sub(1).max(span.start)) + 1;
        Location::new(value.at().source, Span::new(start, end.max(start)))
    }

    /// Every scalar that is no text and that GitLab turns into the text of a variable: of variables, of
    /// services, and of matrices. One that several jobs take over is given once.
    pub fn retyped_values(&self) -> Vec<&Value<'p>> {
        let mut values: Vec<&Value<'p>> = Vec::new();
        values.extend(self.variables.iter().map(|it| &it.value));
        let of_workflow = self.workflow_rules.iter().flatten().flat_map(|rule| &rule.variables);
        values.extend(of_workflow.map(|it| &it.value));
        for job in &self.jobs {
            let of_rules = job.rules.iter().flatten().flat_map(|rule| &rule.variables);
            values.extend(job.variables.iter().chain(of_rules).map(|it| &it.value));
            let services = job.services.iter().filter_map(|it| it.value.given("variables"));
            values.extend(services.flat_map(Value::entries).map(|it| &it.value));
            let matrix = job.value.path(&["parallel", "matrix"]).map_or(&[][..], Value::items);
            let of_matrix = matrix.iter().flat_map(Value::entries).map(|it| &it.value);
            values.extend(of_matrix.flat_map(Value::one_or_more));
        }
        let mut seen = FxHashSet::default();
        let is_text = |value: &Value<'_>| matches!(value.kind, ValueKind::Str(_));
        values.retain(|value| !is_text(value) && seen.insert(value.at()));
        values
    }

    /// Every scalar that is no text and that GitLab turns into the text of an input: what inputs of type
    /// string get, and their defaults.
    pub fn retyped_inputs(&self) -> Vec<&Value<'p>> {
        let mut values: Vec<&Value<'p>> = self.retyped_inputs.iter().collect();
        // What an input of the including file brings is written elsewhere, and judged there.
        let is_written = |value: &Value<'_>| {
            value.as_str().is_none()
                && !value.origin.steps().any(|step| matches!(step.kind, StepKind::Input(_)))
        };
        let mut seen = FxHashSet::default();
        values.retain(|value| is_written(value) && seen.insert(value.at()));
        values
    }
}
