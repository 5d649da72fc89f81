use super::predefined::predefined;
use super::{Cause, Event};
use crate::model::Files;
use crate::model::gitlab::condition::Known;
use crate::model::gitlab::expand::{Piece, pieces};
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
        let names = undecided.map_or(&[][..], |it| &it.variables);
        let causes: Vec<Cause> = names.iter().cloned().map(Cause::Variable).collect();
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

/// How often values may name other variables.
const LEVELS: u32 = 20;

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

    /// The text with its variables filled in, as the server does it for paths: through all values,
    /// and names that are set nowhere left as they are.
    pub(super) fn expanded(&self, text: &str) -> Result<String, Vec<Cause>> {
        let (mut all, mut open) = (String::new(), Vec::new());
        self.expand(text, LEVELS, &mut all, &mut open);
        if open.is_empty() { Ok(all) } else { Err(open) }
    }

    fn expand(&self, text: &str, levels: u32, all: &mut String, open: &mut Vec<Cause>) {
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => all.push_str(text),
                Piece::Variable { written, name } => match self.known(name) {
                    Known::Set(value) if levels > 0 => self.expand(&value, levels - 1, all, open),
                    Known::Unset | Known::Set(_) => all.push_str(written),
                    Known::Filled(_) | Known::Unknown => {
                        open.push(Cause::Variable(name.to_owned()));
                    }
                },
            }
        }
    }
}

fn value(variable: &Variable<'_>) -> Known {
    variable.text.as_deref().map_or(Known::Unknown, |text| Known::Set(text.to_owned()))
}
