//! What the trees mean. Knows no rule and no configuration file, and opens no file itself.

pub mod build;
pub mod docker;
pub mod evidence;
pub mod gitlab;
pub mod spec;

mod date;
mod files;
mod origin;

pub use date::{Date, DateError};
pub use files::{Files, MemoryFiles};
pub use origin::{Origin, Step, StepKind};
