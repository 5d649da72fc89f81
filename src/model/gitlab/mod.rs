//! The GitLab pipeline: files to resolved jobs, each value with its origin.

use std::marker::PhantomData;

/// A resolved pipeline.
#[derive(Debug)]
pub struct Pipeline<'p>(PhantomData<&'p ()>);

/// A resolved job.
#[derive(Debug)]
pub struct Job<'p>(PhantomData<&'p ()>);
