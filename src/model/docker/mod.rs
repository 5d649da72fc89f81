//! The image: stages, bases, environment, commands.

use std::marker::PhantomData;

/// A Dockerfile and what it means.
#[derive(Debug)]
pub struct Dockerfile<'p>(PhantomData<&'p ()>);
