//! The GitLab pipeline: files to resolved jobs, each value with its origin.

mod problem; //  what the server refuses
mod settings; // version, limits, where included files lie
mod text; //     text that is cheap to clone
mod value; //    a value with its origin

pub use problem::Problem;
pub use settings::{Limits, Settings, Version};
pub use text::Text;
pub use value::{Entry, KeyKind, Map, Unknown, Value, ValueKind};

use std::marker::PhantomData;

/// A resolved pipeline.
#[derive(Debug)]
pub struct Pipeline<'p>(PhantomData<&'p ()>);

/// A resolved job.
#[derive(Debug)]
pub struct Job<'p>(PhantomData<&'p ()>);
