//! The GitLab pipeline: files to resolved jobs, each value with its origin.

mod defaults; //  `default:` and deprecated globals
mod extends; //   `extends`
mod job; //       a resolved job
mod merge; //     the server's deep merge
mod nearest;
mod stages; //    the order of stages
mod pipeline; //  the whole
mod resolve; //   files to a pipeline, in the server's order
mod glue;
mod problem; //   what the server refuses
mod reference; // `!reference`
mod settings; //  version, limits, where included files lie
mod load; //      trees to values
mod inputs; //    `spec:inputs` and `$[[ ... ]]`
mod include; //   files to one configuration
mod steps; //     one more step for whole subtrees
mod text; //      text that is cheap to clone
mod value; //     a value with its origin //   did you mean

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

use nearest::nearest;
use glue::{expand_known, expression_truth, glob_matches, has_variables, regexp_matches};
