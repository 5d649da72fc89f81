//! Evidence: what was measured outside. One JSON file, many observations, each with its time and source.
//!
//! The form is that of [`SCHEMA`]: `data` is what the tool named in `source` answered, as it was answered. There is
//! no clock here: whoever asks whether an observation is fresh says what time it is.

mod jobs;
mod manifest;
mod project;
mod pull;
mod read;
mod settle;
mod structure;
mod tags;
mod time;

pub use jobs::{Count, INFRASTRUCTURE_REASONS, JobRun, Jobs, Rate, Shown};
pub use manifest::{ImageSize, Manifest, Measure, PlatformImage, SizeError};
pub use project::{Attestation, Base, ExpirationPolicy, ProjectSettings, ResourceGroup};
pub use pull::{PullBench, PullRun, PulledImage};
pub use read::{EvidenceError, read_evidence};
pub use settle::{Evidence, Refused};
pub use structure::{Structure, StructureResult};
pub use tags::{Tags, is_image, is_repository, same_image};
pub use time::Timestamp;

use crate::text::Location;

/// The JSON schema of evidence files.
pub const SCHEMA: &str = include_str!("../../../docs/evidence.schema.json");

/// The version of the form that is written and read.
pub const VERSION: u64 = 1;

/// One thing that was measured once.
#[derive(Debug)]
pub struct Observation {
    /// What kind of thing.
    pub kind: Kind,
    /// When.
    pub captured_at: Timestamp,
    /// The command or the address that answered.
    pub source: String,
    /// The tool with its version, if it was noted.
    pub tool: Option<String>,
    /// The image or the repository of images that it speaks of, if it speaks of one.
    pub image: Option<String>,
    /// The digest of that image.
    pub digest: Option<String>,
    /// What was observed.
    pub data: Data,
    /// Where it stands in its file.
    pub at: Location,
    /// Where its kind stands there, to point at.
    pub mark: Location,
}

/// What an observation holds.
#[derive(Clone, Debug)]
pub enum Data {
    /// The size of an image.
    Manifest(ImageSize),
    /// The size of the image that another is compared with.
    Baseline(ImageSize),
    /// What a published image was built from.
    Base(Base),
    /// A run inside the image.
    Structure(Structure),
    /// The history of jobs.
    Jobs(Jobs),
    /// Times that pulls took.
    PullBench(PullBench),
    /// The tags of a repository of images.
    Tags(Tags),
    /// The settings of the project.
    Project(Box<ProjectSettings>),
    /// The resource groups of the project.
    ResourceGroups(Vec<ResourceGroup>),
    /// A person's word.
    Attest(Attestation),
}

/// Kinds of observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `manifest`
    Manifest,
    /// `baseline`
    Baseline,
    /// `base`
    Base,
    /// `structure`
    Structure,
    /// `jobs`
    Jobs,
    /// `pull-bench`
    PullBench,
    /// `tags`
    Tags,
    /// `project`
    Project,
    /// `resource-groups`
    ResourceGroups,
    /// `attest`
    Attest,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 10] = [
        Kind::Manifest,
        Kind::Baseline,
        Kind::Base,
        Kind::Structure,
        Kind::Jobs,
        Kind::PullBench,
        Kind::Tags,
        Kind::Project,
        Kind::ResourceGroups,
        Kind::Attest,
    ];

    /// The name in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Manifest => "manifest",
            Kind::Baseline => "baseline",
            Kind::Base => "base",
            Kind::Structure => "structure",
            Kind::Jobs => "jobs",
            Kind::PullBench => "pull-bench",
            Kind::Tags => "tags",
            Kind::Project => "project",
            Kind::ResourceGroups => "resource-groups",
            Kind::Attest => "attest",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Whether an observation may still be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// It may.
    Fresh,
    /// It is older than allowed, by its age in seconds.
    Stale(i64),
    /// Its time lies in the future.
    Future,
}

/// Seconds that the clocks of two machines may differ by.
const CLOCK_SKEW: i64 = 300;

impl Observation {
    /// Whether it is fresh at `now`, if it may be `max_age` seconds old.
    pub fn freshness(&self, now: Timestamp, max_age: i64) -> Freshness {
        let age = now.seconds.saturating_sub(self.captured_at.seconds);
        if age < -CLOCK_SKEW {
            Freshness::Future
        } else if age > max_age {
            Freshness::Stale(age)
        } else {
            Freshness::Fresh
        }
    }

    /// Whether it speaks of this image, whose reference may hold variables that are not known: the same repository and
    /// tag, and the same digest where both are known. Nothing if it does not say of which image it speaks, or if the
    /// tag of the image is not known.
    pub fn is_of(&self, image: &str) -> Option<bool> {
        let own = self.image.as_deref()?;
        let digest = image.split_once('@').map(|(_, digest)| digest);
        let digests = self.digest.as_deref().zip(digest);
        Some(is_image(image, own)? && digests.is_none_or(|(own, wanted)| own == wanted))
    }

    /// When and how it was observed, for labels.
    pub fn seen(&self) -> String {
        let day = self.captured_at.to_string();
        let day = day.get(..10).unwrap_or_default();
        format!("observed on {day} by `{}`", self.source)
    }
}

#[cfg(test)]
mod tests;
