//! What a place in a CI file is to GitLab.

use crate::model::gitlab::{Place, Spot, keywords, spot};
use crate::syntax::yaml::{Cursor, Outline, Step};

/// A place in a file with the keywords that lead to it.
pub(super) struct Site<'t> {
    pub(super) place: Place,
    /// The keys from the place on; a key that stands there is not among them.
    pub(super) keys: Vec<&'t str>,
    /// The job or hidden entry.
    pub(super) job: Option<&'t str>,
}

impl<'t> Site<'t> {
    /// The place of a cursor; nothing where no keyword leads.
    pub(super) fn new(outline: &Outline<'t>, cursor: &Cursor<'t>) -> Option<Self> {
        let keys = cursor.way.iter().filter_map(|step| match step {
            Step::Key(name) => Some(*name),
            Step::Item(..) => None,
        });
        let keys: Vec<&str> = keys.collect();
        let global = |name: &str| keywords(Place::Global).iter().any(|it| it.name == name);
        match (cursor.way.first(), keys.split_first()) {
            (None, _) => Some(Self { place: Place::Global, keys, job: None }),
            (Some(Step::Key("default")), Some((_, rest))) => {
                Some(Self { place: Place::Default, keys: rest.to_vec(), job: None })
            }
            (Some(Step::Key("spec")), _) if cursor.document == 0 => {
                Some(Self { place: Place::Header, keys, job: None })
            }
            (Some(Step::Key(first)), _) if global(first) => {
                Some(Self { place: Place::Global, keys, job: None })
            }
            // Jobs are no lists.
            (Some(Step::Key(_)), _) if matches!(cursor.way.get(1), Some(Step::Item(..))) => None,
            (Some(Step::Key(job)), Some((_, rest))) => {
                let is_trigger = outline.keys_of(job, cursor.document).contains(&"trigger");
                let place = if is_trigger { Place::TriggerJob } else { Place::Job };
                Some(Self { place, keys: rest.to_vec(), job: Some(job) })
            }
            _ => None,
        }
    }

    /// What is known of the place.
    pub(super) fn spot(&self) -> Option<Spot> {
        spot(self.place, &self.keys)
    }

    /// What the scalar here names, if it names something.
    pub(super) fn names(&self, cursor: &Cursor<'_>) -> Option<Named> {
        if let [.., Step::Item(index, Some("!reference"))] = cursor.way[..] {
            return match index {
                0 => Some(Named::Entry),
                1 => Some(Named::Keyword),
                _ => None,
            };
        }
        let elsewhere = || cursor.beside.iter().any(|it| ["project", "pipeline"].contains(it));
        let is_job = self.job.is_some();
        match (self.place, &self.keys[..]) {
            (Place::Job | Place::TriggerJob, ["stage"]) => Some(Named::Stage),
            (Place::Job | Place::TriggerJob, ["extends"]) => Some(Named::Base),
            (_, ["needs"] | ["needs", "job"] | ["rules", "needs"] | ["rules", "needs", "job"])
                if is_job && !elsewhere() =>
            {
                Some(Named::Job)
            }
            (_, ["dependencies"] | ["environment", "on_stop"]) if is_job => Some(Named::Job),
            (Place::Global, ["include"] | ["include", "local"])
            | (Place::TriggerJob, ["trigger", "include"] | ["trigger", "include", "local"])
            | (Place::Header, ["spec", "include", "local"]) => Some(Named::File),
            (Place::Job | Place::TriggerJob, ["inherit", "default"]) => Some(Named::Default),
            _ => None,
        }
    }
}

/// What a scalar names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A job that runs.
    Job,
    /// A job or hidden entry that is merged in.
    Base,
    /// Any entry.
    Entry,
    /// A key of the entry that stands before.
    Keyword,
    /// A stage.
    Stage,
    /// A file of the project.
    File,
    /// A keyword of `default`.
    Default,
}
