//! Writing a file.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::disk::words;
use super::{Error, path_error};

/// Writes beside the file and renames, so that it is never seen half written. A file that is there keeps its
/// permissions, and a link stays one.
///
/// # Errors
/// Fails if the folder is not there or cannot be written to, and if a folder is in the way.
pub fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    let fail = |reason: String| Error::Path { path: path.to_owned(), reason };
    let known = match fs::canonicalize(path) {
        Ok(target) => {
            Some((fs::metadata(&target).map_err(|error| path_error(path, &error))?, target))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(path_error(path, &error)),
    };
    if known.as_ref().is_some_and(|(meta, _)| meta.is_dir()) {
        return Err(fail("is a folder, so it is not written to".to_owned()));
    }
    if known.as_ref().is_some_and(|(meta, _)| !meta.is_file()) {
        // A device or a pipe, `/dev/null` for one: nothing can stand beside it.
        return fs::OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| fail(format!("cannot be written: {}", words(&error))));
    }
    let permissions = known.as_ref().map(|(meta, _)| meta.permissions());
    let target: PathBuf = known.map_or_else(|| path.to_owned(), |(_, target)| target);
    let folder = target.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."));
    let Some(name) = target.file_name() else { return Err(fail("names no file".to_owned())) };
    let beside =
        folder.join(format!(".{}.pipespec-{}", name.to_string_lossy(), std::process::id()));
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| match permissions {
            Some(permissions) => fs::set_permissions(&beside, permissions),
            None => Ok(()),
        })
        .and_then(|()| fs::rename(&beside, &target));
    if written.is_err() {
        // The half-written copy is ours to remove; the first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            fail("cannot be written: its folder does not exist".to_owned())
        }
        _ => fail(format!("cannot be written: {}", words(&error))),
    })
}
