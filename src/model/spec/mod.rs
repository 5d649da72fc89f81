//! OpenSpec: requirements, scenarios, steps, clauses; main specs, deltas and what they come to.

mod clause;
mod effective;
mod reader;

pub use clause::{Clause, Keyword, Param, Params};
pub use effective::{DocumentPlace, Part, Spec, change_of};
pub use reader::{
    Operation, Requirement, Scenario, SpecFile, SpecProblem, Step, StepKind, read_spec,
};
