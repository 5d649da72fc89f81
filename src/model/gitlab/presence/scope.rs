use super::predefined::predefined;
use super::{Cause, Event, Ground};
use crate::model::Files;
use crate::model::gitlab::condition::Known;
use crate::model::gitlab::{Instance, Job, Pipeline, Settings, Variable};
use crate::text::SourceId;

/// What conditions are judged with.
#[derive(Clone, Copy)]
pub(super) struct World<'a, 'p> {
    pub(super) pipeline: &'a Pipeline<'p>,
    pub(super) event: &'a Event,
    pub(super) settings: &'a Settings,
    pub(super) files: &'a dyn Files,
}

impl World<'_, '_> {
    /// What would decide whether a file is part of the pipeline, where its includes do not tell; nothing
    /// if it is for certain.
    pub(super) fn open_include(&self, source: SourceId) -> Option<Vec<Cause>> {
        let files = &self.pipeline.files;
        let mut ways = files.iter().filter(|file| file.source.id == source).peekable();
        let first = ways.peek().copied()?;
        if ways.any(|file| file.certain || file.parent.is_none()) {
            return None;
        }
        // The entry that is open is its own, or one above.
        let above = std::iter::successors(Some(first), |file| files.get(file.parent?));
        let mut entries = above.filter_map(|file| file.at);
        let undecided =
            entries.find_map(|at| self.pipeline.undecided.iter().find(|it| it.at.at == at));
        let causes = undecided.map_or_else(Vec::new, |it| it.open.clone());
        Some(if causes.is_empty() { vec![Cause::Include] } else { causes })
    }
}

/// The variables that a condition sees: those of the pipeline for `workflow`, with those of one job for
/// its rules.
pub(super) struct Scope<'a, 'p> {
    pub(super) world: World<'a, 'p>,
    pub(super) job: Option<(&'a Job<'p>, Option<&'a Instance<'p>>)>,
    /// The variables that the rule of `workflow` sets that matched.
    pub(super) workflow: &'a Workflow<'a, 'p>,
}

/// What the rules of `workflow` give to the pipeline.
#[derive(Default)]
pub(super) struct Workflow<'a, 'p> {
    /// The variables of the rules that may have matched.
    pub(super) variables: Vec<&'a [Variable<'p>]>,
}

impl<'a, 'p> Scope<'a, 'p> {
    /// What is known of a variable in a condition. Its value is not looked into for further
    /// variables: the server takes it as it is written.
    pub(super) fn known(&self, name: &str) -> Known {
        let World { pipeline, event, settings, .. } = self.world;
        let given = event.variables.iter().rev().find(|(key, _)| key == name);
        if let Some((_, value)) = given {
            return value.clone().map_or(Known::Unset, Known::Set);
        }
        if let Some(value) = settings.variable(name) {
            return Known::Set(value.to_owned());
        }
        if let Some(known) = self.of_job(name) {
            return known;
        }
        let sees_globals = self.job.is_none_or(|(job, _)| job.inherits_variables.has(name));
        if sees_globals && let Some(known) = self.global(name) {
            return known;
        }
        if let Some(known) = predefined(name, event, settings, self.job) {
            return known;
        }
        // A file or template that is not there may set it.
        let whole = pipeline.is_complete() && self.job.is_none_or(|(job, _)| !job.is_partial());
        if event.closed && whole { Known::Unset } else { Known::Unknown }
    }

    /// What paths are judged with; `known` is [`Self::known`].
    pub(super) fn ground<'k>(&'k self, known: &'k dyn Fn(&str) -> Known) -> Ground<'k> {
        let World { event, settings, files, .. } = self.world;
        Ground { event: Some(event), settings, files, known }
    }

    fn of_job(&self, name: &str) -> Option<Known> {
        let (job, instance) = self.job?;
        let of_matrix = instance.map_or(&[][..], |it| &it.variables).iter();
        let of_matrix = of_matrix.rev().find(|(key, _)| *key == *name);
        if let Some((_, value)) = of_matrix {
            return Some(value.to_text().map_or(Known::Unknown, |it| Known::Set(it.into_owned())));
        }
        job.variable(name).map(value)
    }

    fn global(&self, name: &str) -> Option<Known> {
        let mut found: Option<Known> = None;
        let own = self.world.pipeline.variable(name).map(|variable| {
            match self.world.open_include(variable.key_at.source) {
                Some(_) => Known::Unknown,
                None => value(variable),
            }
        });
        for variables in &self.workflow.variables {
            let set = variables.iter().find(|it| it.name == *name).map(value);
            let here = set.or_else(|| own.clone()).unwrap_or(Known::Unknown);
            found = match found {
                Some(before) if before != here => Some(Known::Unknown),
                _ => Some(here),
            };
        }
        // Nothing is said of it: it may be predefined.
        let said = own.is_some()
            || self.workflow.variables.iter().any(|it| it.iter().any(|it| it.name == *name));
        if said { found.or(own) } else { None }
    }
}

fn value(variable: &Variable<'_>) -> Known {
    variable.text.as_deref().map_or(Known::Unknown, |text| Known::Set(text.to_owned()))
}
