//! From a folder to a report: discovery, reading, running, suppressions, fixes.

mod accept;
mod builds;
mod children;
mod clock;
mod config;
mod discover;
mod disk;
mod drift;
mod error;
mod evidence;
mod examples;
mod exception;
mod fingerprint;
mod fix;
mod init;
mod pack;
mod pipelines;
mod project;
mod report;
mod run;
mod select;
mod shellcheck;
mod subject;
mod suppress;
mod verdicts;
mod work;
mod write;

pub use children::children;
pub use config::{Config, EvidenceFiles, Exception, Gitlab, Override};
pub use discover::CONFIG_NAMES;
pub use discover::{FileKind, is_project, is_whole, kind_of, project_root};
pub use disk::{
    DiskFiles, MAX_FILE_SIZE, ReadFailure, below as below_root, path_error, read_file, read_input,
};
pub use drift::SNAPSHOT;
pub use error::{ConfigError, Error};
pub use examples::{Trial, Tried, try_page};
pub use fix::{MAX_ROUNDS, fix_project, fixed_text, fixed_texts};
pub use init::{FirstConfig, HADOLINT_CONFIGS};
pub use pack::{PackPage, read_pack};
pub use pipelines::{pipeline, pipeline_for, pipelines};
pub use project::{CheckOptions, Project};
pub use report::{Judged, Report, Suppressed, Verdict};
pub use run::analyze;
pub use select::{Selection, UnknownName, check_name};
pub use shellcheck::Shellcheck;
pub use suppress::{Dialect, Scope, Suppression, suppressions};
pub use verdicts::{NEAREST, stubs};
pub use write::write_file;

use crate::syntax::yaml::de::Spanned;

/// A glob as people write it in `.gitignore` and editors: `*` stops at `/`, `**` does not.
fn glob(pattern: &str) -> Result<globset::Glob, Error> {
    globset::GlobBuilder::new(pattern.trim_start_matches("./"))
        .literal_separator(true)
        .build()
        .map_err(|error| Error::Glob {
            pattern: pattern.to_owned(),
            reason: error.kind().to_string(),
        })
}

/// The globs of an override, which were checked when the configuration was read.
fn globs(patterns: &[Spanned<String>]) -> globset::GlobSet {
    let mut set = globset::GlobSetBuilder::new();
    for pattern in patterns {
        if let Ok(glob) = glob(&pattern.value) {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}
