//! OpenSpec: requirements, scenarios, steps, clauses; main specs, deltas and what they come to.

mod clause;
mod effective;
mod file;
mod place;
mod reader;
mod rollback;
mod sentence;
pub mod snapshot;
mod step;
mod tasks;
mod words;

pub use clause::{Clause, Param, Params, Relation, Written, fingerprint, lower_case_shall};
pub use effective::{DocumentPlace, Part, Spec};
pub use file::{Operation, Problem, ProblemKind, Rename, Requirement, Scenario, SpecFile};
pub use place::{capability_of, change_of};
pub use reader::read_spec;
pub use rollback::{Rollback, RollbackText, find_rollback};
pub use sentence::{Keyword, Sentence};
pub use step::{Step, StepKind};
pub use tasks::{Task, TaskList, read_tasks};
pub use words::Words;
