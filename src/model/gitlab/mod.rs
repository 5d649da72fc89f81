//! The GitLab pipeline: files to resolved jobs, each value with its origin.

// Values and what is told about them.
mod map;
mod missing;
mod nearest;
mod problem;
mod ruby;
mod ruby_regexp;
mod settings;
mod steps;
mod text;
mod value;

// From files to one configuration, in the server's order.
mod chunks;
mod extends;
mod include;
mod inputs;
mod load;
mod lookup;
mod merge;
mod reference;
mod registry;
mod resolve;
mod stages;

// What the configuration means.
pub mod condition;
mod defaults;
mod duration;
pub mod expand;
pub mod glob;
mod handover;
mod job;
mod kind;
mod logic;
mod pipeline;
mod predefined;
pub mod presence;
pub mod reach;
pub mod regexp;
mod sharing;
mod shell;
mod texts;
mod validate;

pub use duration::{Duration, DurationError, parse_duration};
pub use job::{
    Artifacts, Cache, CacheKey, CachePolicy, Environment, Image, Inherits, Instance, Job, JobKind,
    MissingChild, Need, NeedKind, Outcome, Parallel, PathRule, Report, Rule, Scope, Script,
    Section, Trigger, Variable,
};
pub use kind::{FileKind, GENERATIONS};
pub use lookup::{Retry, is_lookup, retry_of};
pub use map::Map;
pub use missing::{Missing, MissingKind, Undecided, Vendored};
pub use pipeline::{Include, IncludeKind, IncludedFile, Pipeline, Stage};
pub use problem::Problem;
pub use registry::{Code, ImageAct, ImageUse, image_uses, is_versioned, split_tag, symbolic};
pub use settings::{FEATURES, Limits, Settings, Version};
pub use sharing::{Renewal, outside_project, overlaps, project_path};
pub use shell::{CalledScript, JobShell, ReadScripts};
pub use text::Text;
pub use validate::{
    Described, Expands, Keyword, Place, Spot, conflicts, described, described_at, keyword,
    keywords, places, spot,
};
pub use value::{Entry, KeyKind, Unknown, Value, ValueKind};

use nearest::nearest;
use settings::{KEY_FILES_FLAG, PATH_REGEXP_FLAG};
