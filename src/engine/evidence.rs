//! Reads the evidence files that the command line and the configuration name.

use std::path::Path;

use super::config::Config;
use super::disk::source_path;
use super::{CheckOptions, ConfigError, DiskFiles, Error};
use crate::model::Files as _;
use crate::model::evidence::{Evidence, read_evidence};
use crate::text::Source;

/// All evidence, with what is too old set apart.
pub(super) fn read(
    (root, files): (&Path, &DiskFiles),
    options: &CheckOptions,
    config: &Config,
) -> Result<Evidence, Error> {
    let mut sources: Vec<&Source> = Vec::new();
    for path in &config.evidence.files {
        let missing = || Error::Path {
            path: Path::new(&path.value).to_owned(),
            reason: "is named as evidence and cannot be read".to_owned(),
        };
        sources.push(files.read(&path.value).ok_or_else(missing)?);
    }
    for path in &options.evidence {
        let bytes = super::read_file(path)?;
        let shown = source_path(root, path);
        if !sources.iter().any(|source| source.path == shown) {
            sources.push(files.overlay(&shown, bytes));
        }
    }
    let mut observations = Vec::new();
    for source in sources {
        let (read, errors) = read_evidence(source);
        if let Some(error) = errors.into_iter().next() {
            let help = if error.pointer.is_empty() {
                "`pipespec collect raw` puts the answer of a tool into such a file".to_owned()
            } else {
                format!("this is `{}` of the file", error.pointer)
            };
            let (path, text) = (&source.path, source.text());
            return Err(
                ConfigError::new(path, text, error.at.span, error.message, Some(help)).into()
            );
        }
        observations.extend(read);
    }
    let max_age = config.evidence.max_age_seconds();
    let mut now = super::clock::now(options, config);
    if config.today.is_some() {
        // A day that is set is meant as a whole.
        now.seconds += 86_399;
    }
    Ok(Evidence::settle(observations, now, max_age))
}
