//! The GitLab pipeline: files to resolved jobs, each value with its origin.

mod defaults; //  `default:` and deprecated globals
mod duration;
mod extends; //   `extends`
mod glue;
mod include; //   files to one configuration
mod inputs; //    `spec:inputs` and `$[[ ... ]]`
mod job; //       a resolved job
mod load; //      trees to values
mod logic; //     checks between jobs
mod merge; //     the server's deep merge
mod nearest;
mod pipeline; //  the whole
mod problem; //   what the server refuses
mod reference; // `!reference`
mod resolve; //   files to a pipeline, in the server's order
mod settings; //  version, limits, where included files lie
mod stages; //    the order of stages
mod steps; //     one more step for whole subtrees
mod text; //      text that is cheap to clone
mod value; //     a value with its origin //   did you mean

pub use duration::{Duration, DurationError, parse_duration};
pub use job::{
    Artifacts, Cache, CacheKey, CachePolicy, Environment, Image, Inherits, Instance, Job, JobKind,
    Need, NeedKind, Outcome, Parallel, PathRule, Report, Rule, Scope, Script, Section, Trigger,
    Variable,
};
pub use pipeline::{IncludedFile, Missing, MissingKind, Pipeline, Stage};
pub use problem::Problem;
pub use settings::{Limits, Settings, Version};
pub use text::Text;
pub use value::{Entry, KeyKind, Map, Unknown, Value, ValueKind};

use glue::{expand_known, expression_truth, glob_matches, has_variables, regexp_matches};
use nearest::nearest;
