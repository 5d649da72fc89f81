//! From a folder to a report: discovery, reading, running, suppressions, fixes.

mod disk;
mod error;
mod report;
mod select;
mod suppress;

pub use disk::{DiskFiles, MAX_FILE_SIZE, ReadFailure};
pub use error::{ConfigError, Error};
pub use report::{Judged, Report, Suppressed, Verdict};
pub use select::{Selection, UnknownName, check_name};
pub use suppress::{Dialect, Scope, Suppression, suppressions};
