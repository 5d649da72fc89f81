//! Which jobs a pipeline has: what `workflow`, `rules`, `only` and `except` come to for an event.
//!
//! Everything is three-valued. What depends on a variable, a file list or a template that is not
//! known stays open, with the name of what would decide it; nothing is guessed.

mod creation;
mod event;
mod forecast;
mod only;
mod paths;
mod predefined;
mod rules;
mod scope;
mod truth;
mod verdict;

pub(super) use paths::{Ground, changes, exists_beside, is_there};
pub(super) use rules::condition;
pub(super) use truth::together;

pub use creation::Refusal;
pub use event::{BranchName, Event, PipelineSource};
pub use forecast::{Forecast, JobForecast};
pub use truth::{Cause, Truth};
pub use verdict::{Decider, Possibility, Verdict, When};
