//! OpenSpec: requirements, scenarios, steps, clauses.

use std::marker::PhantomData;

/// The spec that a project is held to.
#[derive(Debug)]
pub struct Spec<'p>(PhantomData<&'p ()>);

/// One SHALL or SHALL NOT statement.
#[derive(Debug)]
pub struct Clause<'p>(PhantomData<&'p ()>);

/// What a binding read from a clause.
#[derive(Debug)]
pub struct Params<'p>(PhantomData<&'p ()>);
